import { LogGroup, type LogGroupArgs } from "@pulumi/aws/cloudwatch/logGroup.js";
import { AccessEntry } from "@pulumi/aws/eks/accessEntry.js";
import { AccessPolicyAssociation } from "@pulumi/aws/eks/accessPolicyAssociation.js";
import { Addon, type AddonArgs } from "@pulumi/aws/eks/addon.js";
import { Alias } from "@pulumi/aws/kms/alias.js";
import { Key, type KeyArgs } from "@pulumi/aws/kms/key.js";
import { type ClusterArgs as EksArgs, Cluster as EksCluster } from "@pulumi/eks/cluster.js";
import * as pulumi from "@pulumi/pulumi";
import { awaiting } from "../awaiting.ts";
import { type ComponentTransform, declare, type Transform } from "../transform.ts";
import { shapeChildren } from "./children.ts";
import { readKubeconfig } from "./kubeconfig.ts";
import { planCluster } from "./plan.ts";
import { PodIdentity } from "./pod-identity.ts";
import { type ClusterSpecInput, parseClusterSpec } from "./spec.ts";

export interface ClusterArgs {
  /** Version, admins, and who reaches it. Plain data, because it decides which resources exist. */
  readonly spec: ClusterSpecInput;
  /** Id of the network that it is in: `Network.vpcId`. */
  readonly vpcId: pulumi.Input<string>;
  /** Subnets where the control plane puts its network interfaces: the private ones, of at least two zones. */
  readonly subnetIds: readonly pulumi.Input<string>[];
  /** Last changes to single children, where no argument says it. */
  readonly transform?: ClusterTransforms;
}

/** Children of a cluster that a transform can change. */
export interface ClusterTransforms {
  readonly cluster?: ComponentTransform<EksArgs>;
  readonly key?: Transform<KeyArgs>;
  readonly logGroup?: Transform<LogGroupArgs>;
  /** Applied to each add-on. */
  readonly addon?: Transform<AddonArgs>;
}

/** The cluster's resources. Admins are by the spec's names, add-ons by EKS'. */
export interface ClusterNodes {
  readonly key: Key;
  readonly logGroup: LogGroup;
  readonly cluster: EksCluster;
  readonly admins: Readonly<Record<string, { readonly entry: AccessEntry; readonly policy: AccessPolicyAssociation }>>;
  readonly vpcCniIdentity: PodIdentity;
  readonly addons: Readonly<Record<string, Addon>>;
}

/**
 * A Kubernetes cluster on EKS without nodes: a version that AWS supports, an API server that only those named reach,
 * admins by name and nobody else, secrets encrypted with a key of its own, and the control plane's logs kept for as
 * long as asked. What every node runs is there before the first one: VPC CNI with network policies in strict mode,
 * kube-proxy, Pod Identity agent.
 *
 * In strict mode a pod that no NetworkPolicy selects reaches nothing and nobody: every namespace needs policies, those
 * of charts included, and a pod waits some moments until its own are worked out. `ClusterAddons` brings `kube-system`'s.
 *
 * Pass the AWS provider by `providers`, not `provider`, which eks refuses. Whoever runs pulumi needs the AWS CLI, as
 * the kubeconfig asks it for a token, and with a private endpoint must be within the network.
 *
 * What it costs a month (us-east-1): the control plane $73 (730 h at 10 ¢; 60 ¢ in extended support), the key $1, logs
 * 50 ¢ per GB. Sources: https://aws.amazon.com/eks/pricing/, https://aws.amazon.com/kms/pricing/,
 * https://aws.amazon.com/cloudwatch/pricing/
 *
 * @example
 * const cluster = new Cluster("berth", {
 *   spec: {
 *     name: "berth-dev",
 *     version: "1.35",
 *     endpoint: { public: true, cidrs: ["203.0.113.7/32"] },
 *     admins: { deployer: "arn:aws:iam::111122223333:role/deployer" },
 *   },
 *   vpcId: network.vpcId,
 *   subnetIds: Object.values(network.privateSubnets),
 * }, { providers: [aws] });
 */
export class Cluster extends pulumi.ComponentResource {
  /** Name of the cluster, known when it is there with what nodes need of it. */
  readonly clusterName: pulumi.Output<string>;
  /** Kubernetes version of the control plane, known when it has it: nodes go after it. */
  readonly version: pulumi.Output<string>;
  /** URL of the API server. */
  readonly endpoint: pulumi.Output<string>;
  /** Who signed the API server's certificate, in base64. */
  readonly certificateAuthority: pulumi.Output<string>;
  /** Kubeconfig as JSON, secret; known when the admins can use it. It takes the AWS CLI and the role of one of them. */
  readonly kubeconfig: pulumi.Output<string>;
  /** Group of the control plane's network interfaces; EKS puts managed nodes into it too. */
  readonly clusterSecurityGroupId: pulumi.Output<string>;
  /** Group of nodes: the same. */
  readonly nodeSecurityGroupId: pulumi.Output<string>;
  readonly nodes: ClusterNodes;

  constructor(name: string, args: ClusterArgs, options?: pulumi.ComponentResourceOptions) {
    super("berth:cluster:Cluster", name, {}, options);
    const spec = parseClusterSpec(args.spec);
    const plan = planCluster(spec);
    const { transform = {} } = args;
    const here = { parent: this };

    // Without this key nobody reads the cluster's secrets again.
    const keep = { ...here, protect: spec.deletionProtection };
    const keyOf = declare<KeyArgs>(transform.key, plan.key, keep);
    const key = new Key(`${name}-key`, keyOf.args, keyOf.options);
    new Alias(`${name}-key-alias`, { ...plan.alias, targetKeyId: key.keyId }, here);
    const group = declare<LogGroupArgs>(transform.logGroup, plan.logGroup, here);
    const logGroup = new LogGroup(`${name}-logs`, group.args, group.options);

    const eks = declare<EksArgs, pulumi.ComponentResourceOptions>(
      transform.cluster,
      { ...plan.cluster, vpcId: args.vpcId, subnetIds: [...args.subnetIds], encryptionConfigKeyArn: key.arn },
      { ...here, dependsOn: [logGroup], transforms: [shapeChildren(spec.deletionProtection)] },
    );
    const cluster = new EksCluster(`${name}-eks`, eks.args, eks.options);
    const clusterName = awaiting(spec.name, [cluster]);

    const admins = Object.fromEntries(
      Object.entries(plan.admins).map(([admin, { entry: entryOf, policy: policyOf }]) => {
        const entry = new AccessEntry(`${name}-admin-${admin}`, { clusterName, ...entryOf }, here);
        const policy = new AccessPolicyAssociation(
          `${name}-admin-${admin}-policy`,
          { clusterName, ...policyOf },
          { ...here, dependsOn: [entry] },
        );
        return [admin, { entry, policy }];
      }),
    );
    const vpcCniIdentity = new PodIdentity(`${name}-vpc-cni-identity`, { clusterName, ...plan.vpcCniIdentity }, here);
    const addons = Object.fromEntries(
      plan.addons.map((planned) => {
        const addon = declare<AddonArgs>(
          transform.addon,
          { clusterName, ...planned },
          { ...here, dependsOn: planned.addonName === "vpc-cni" ? [vpcCniIdentity] : [] },
        );
        return [planned.addonName, new Addon(`${name}-${planned.addonName}`, addon.args, addon.options)];
      }),
    );

    this.nodes = { key, logGroup, cluster, admins, vpcCniIdentity, addons };
    this.clusterName = awaiting(clusterName, Object.values(addons));
    this.version = awaiting(spec.version, [cluster]);
    this.kubeconfig = pulumi.secret(
      awaiting(
        cluster.kubeconfigJson,
        Object.values(admins).map(({ policy }) => policy),
      ),
    );
    const where = pulumi.unsecret(cluster.kubeconfigJson).apply(readKubeconfig);
    this.endpoint = where.server;
    this.certificateAuthority = where.certificateAuthority;
    this.clusterSecurityGroupId = cluster.clusterSecurityGroupId;
    this.nodeSecurityGroupId = cluster.nodeSecurityGroupId;
    this.registerOutputs({
      ...{ clusterName: this.clusterName, version: this.version, kubeconfig: this.kubeconfig },
      ...{ endpoint: this.endpoint, certificateAuthority: this.certificateAuthority },
      clusterSecurityGroupId: this.clusterSecurityGroupId,
      nodeSecurityGroupId: this.nodeSecurityGroupId,
    });
  }
}
