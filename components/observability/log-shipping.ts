import { LogGroup, type LogGroupArgs } from "@pulumi/aws/cloudwatch/logGroup.js";
import { Namespace, type NamespaceArgs } from "@pulumi/kubernetes/core/v1/namespace.js";
import { Release, type ReleaseArgs } from "@pulumi/kubernetes/helm/v3/release.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import * as pulumi from "@pulumi/pulumi";
import { PodIdentity } from "../cluster/pod-identity.ts";
import { declare, type Transform } from "../transform.ts";
import { fluentBitName } from "./manifests/fluent-bit-values.ts";
import { planLogShipping } from "./plan.ts";
import { type LogShippingSpecInput, parseLogShippingSpec } from "./spec.ts";

export interface LogShippingArgs {
  /** What is sent, where, for how long. Plain data, because names and rules are made of it. */
  readonly spec: LogShippingSpecInput;
  /** The cluster, whose pods get the right to write to the log group. */
  readonly clusterName: pulumi.Input<string>;
  /** Region of the log group, such as `eu-central-1`. */
  readonly region: string;
  /** Last changes to single children, where no argument says it. */
  readonly transform?: {
    readonly namespace?: Transform<NamespaceArgs>;
    readonly logGroup?: Transform<LogGroupArgs>;
    readonly release?: Transform<ReleaseArgs>;
  };
}

/** The log shipping's resources. */
export interface LogShippingNodes {
  readonly namespace: Namespace;
  readonly policies: Readonly<Record<string, NetworkPolicy>>;
  readonly logGroup: LogGroup;
  readonly identity: PodIdentity;
  readonly release: Release;
}

/**
 * What the platform's containers print, sent to one CloudWatch log group that forgets it after some time: Fluent Bit on
 * every node, with the right to write to that group, no other in AWS, and none in the cluster.
 *
 * Workspaces' logs are left out unless asked for: they are their users' data. The namespace is at the privileged Pod
 * Security level, because the pods mount the node's /var/log; nothing else may be in it.
 *
 * Costs $0.50 a GB sent and $0.03 a GB and month kept in us-east-1 (https://aws.amazon.com/cloudwatch/pricing/).
 *
 * @example
 * new LogShipping("logs", { spec: { logGroup: "/berth/prod" }, clusterName: cluster.clusterName, region });
 */
export class LogShipping extends pulumi.ComponentResource {
  /** Name of the log group. */
  readonly logGroupName: pulumi.Output<string>;
  /** Its ARN. */
  readonly logGroupArn: pulumi.Output<string>;
  readonly nodes: LogShippingNodes;

  constructor(name: string, args: LogShippingArgs, options?: pulumi.ComponentResourceOptions) {
    super("berth:observability:LogShipping", name, {}, options);
    const spec = parseLogShippingSpec(args.spec);
    const plan = planLogShipping(spec, args.region);
    const { clusterName, transform = {} } = args;
    const here = { parent: this };

    const grouped = declare<LogGroupArgs>(transform.logGroup, plan.logGroup, here);
    const logGroup = new LogGroup(`${name}-log-group`, grouped.args, grouped.options);
    const declared = declare<NamespaceArgs>(transform.namespace, plan.namespace, here);
    const namespace = new Namespace(`${name}-namespace`, declared.args, declared.options);
    const inside = { ...here, dependsOn: [namespace], deletedWith: namespace };
    const policies = Object.fromEntries(
      Object.entries(plan.policies).map(([role, policy]) => [
        role,
        new NetworkPolicy(`${name}-${role}`, policy, inside),
      ]),
    );
    const identity = new PodIdentity(
      `${name}-identity`,
      {
        clusterName,
        namespace: spec.namespace,
        serviceAccount: fluentBitName,
        statements: [{ actions: plan.actions, resources: [logGroup.arn, pulumi.interpolate`${logGroup.arn}:*`] }],
      },
      here,
    );
    const released = declare<ReleaseArgs>(transform.release, plan.release, {
      ...here,
      dependsOn: [namespace, ...Object.values(policies), identity],
    });
    const release = new Release(`${name}-release`, released.args, released.options);

    this.nodes = { namespace, policies, logGroup, identity, release };
    this.logGroupName = logGroup.name;
    this.logGroupArn = logGroup.arn;
    this.registerOutputs({ logGroupName: this.logGroupName, logGroupArn: this.logGroupArn });
  }
}
