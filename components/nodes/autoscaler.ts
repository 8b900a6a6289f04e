import { Namespace, type NamespaceArgs } from "@pulumi/kubernetes/core/v1/namespace.js";
import { Release, type ReleaseArgs } from "@pulumi/kubernetes/helm/v3/release.js";
import { NetworkPolicy, type NetworkPolicyArgs } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import * as pulumi from "@pulumi/pulumi";
import { PodIdentity } from "../cluster/pod-identity.ts";
import { declare, type Transform } from "../transform.ts";
import {
  autoscalerChart,
  autoscalerNames,
  autoscalerNamespace,
  autoscalerNetworkPolicy,
  autoscalerReads,
  autoscalerValues,
  autoscalerWrites,
  clusterTag,
} from "./plan-autoscaler.ts";
import { type AutoscalerSpecInput, parseAutoscalerSpec } from "./spec-autoscaler.ts";

export interface AutoscalerArgs {
  /** When nodes come and go. */
  readonly spec: AutoscalerSpecInput;
  /** The cluster whose node groups it scales. */
  readonly clusterName: pulumi.Input<string>;
  /** The cluster's Kubernetes version, such as "1.34". Plain text, because it decides which image is used. */
  readonly clusterVersion: string;
  /** The cluster's region, such as "eu-central-1": the pods cannot ask their node. */
  readonly region: string;
  /** Last changes to single children, where no argument says it. */
  readonly transform?: {
    readonly namespace?: Transform<NamespaceArgs>;
    readonly networkPolicy?: Transform<NetworkPolicyArgs>;
    readonly release?: Transform<ReleaseArgs>;
  };
}

/** The autoscaler's objects. */
export interface AutoscalerNodes {
  readonly namespace: Namespace;
  readonly networkPolicy: NetworkPolicy;
  readonly identity: PodIdentity;
  readonly release: Release;
}

/**
 * The Cluster Autoscaler: adds a node where a pod waits for one, and takes away nodes that stand idle, within each
 * group's least and most. Why not Karpenter: docs/decisions/0008-cluster-autoscaler.md.
 *
 * A running workspace is never moved to save a node: its pod carries
 * `cluster-autoscaler.kubernetes.io/safe-to-evict: "false"`. Its node goes when all workspaces on it sleep.
 *
 * It finds the groups by the tags that EKS puts on them, and may change only those of this cluster.
 *
 * Costs nothing itself.
 *
 * @example
 * new Autoscaler("autoscaler", {
 *   spec: { replicas: 2 }, clusterName: cluster.clusterName, clusterVersion: "1.34", region: "eu-central-1",
 * }, { dependsOn: [nodes] });
 */
export class Autoscaler extends pulumi.ComponentResource {
  /** Namespace that it runs in, made for it alone. */
  readonly namespace: pulumi.Output<string>;
  readonly nodes: AutoscalerNodes;

  constructor(name: string, args: AutoscalerArgs, options?: pulumi.ComponentResourceOptions) {
    super("berth:nodes:Autoscaler", name, {}, options);
    const values = autoscalerValues(parseAutoscalerSpec(args.spec), args.clusterVersion, args.region);
    const { clusterName, transform = {} } = args;
    const here = { parent: this };

    const place = declare<NamespaceArgs>(transform.namespace, autoscalerNamespace(), here);
    const namespace = new Namespace(`${name}-namespace`, place.args, place.options);
    const inside = { ...here, dependsOn: [namespace], deletedWith: namespace };
    const wall = declare<NetworkPolicyArgs>(transform.networkPolicy, autoscalerNetworkPolicy(), inside);
    const networkPolicy = new NetworkPolicy(`${name}-network-policy`, wall.args, wall.options);
    const identity = new PodIdentity(
      `${name}-identity`,
      {
        ...autoscalerNames,
        clusterName,
        statements: [
          { sid: "Look", actions: autoscalerReads, resources: ["*"] },
          {
            sid: "ScaleOwnGroups",
            actions: autoscalerWrites,
            resources: ["*"],
            conditions: { StringEquals: { [`aws:ResourceTag/${clusterTag}`]: clusterName } },
          },
        ],
      },
      here,
    );
    const { chart, version, repository } = autoscalerChart;
    const installed = declare<ReleaseArgs>(
      transform.release,
      {
        name: "cluster-autoscaler",
        namespace: namespace.metadata.name,
        chart,
        version,
        repositoryOpts: { repo: repository },
        atomic: true,
        values: { ...values, autoDiscovery: { clusterName } },
      },
      // Pods get the identity that was there before them, and only what the policy lets through.
      { ...here, dependsOn: [identity, networkPolicy] },
    );
    const release = new Release(`${name}-release`, installed.args, installed.options);

    this.nodes = { namespace, networkPolicy, identity, release };
    this.namespace = namespace.metadata.name;
    this.registerOutputs({ namespace: this.namespace });
  }
}
