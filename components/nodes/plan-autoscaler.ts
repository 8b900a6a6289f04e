import { UserError } from "../core/errors.ts";
import { labelKeys } from "../core/labels.ts";
import { namespaceManifest } from "../core/namespace.ts";
import { networkPolicyManifest, tcp, toDns, toPodIdentityAgent } from "../core/network-policy.ts";
import { onPool } from "../core/pools.ts";
import type { AutoscalerSpec } from "./spec-autoscaler.ts";

/** Names of the autoscaler's objects. */
export const autoscalerNames = { namespace: "cluster-autoscaler", serviceAccount: "cluster-autoscaler" } as const;

/**
 * The chart's version: https://github.com/kubernetes/autoscaler/releases/tag/cluster-autoscaler-chart-9.59.0
 */
export const autoscalerChart = {
  chart: "cluster-autoscaler",
  version: "9.59.0",
  repository: "https://kubernetes.github.io/autoscaler",
} as const;

/**
 * The autoscaler's release by the cluster's version. It simulates the scheduler, so both must be of the same minor
 * version: https://github.com/kubernetes/autoscaler/tree/master/cluster-autoscaler#releases
 */
const imageTags: Readonly<Record<string, string>> = {
  "1.31": "v1.31.5",
  "1.32": "v1.32.7",
  "1.33": "v1.33.6",
  "1.34": "v1.34.5",
  "1.35": "v1.35.2",
  "1.36": "v1.36.1",
};

/** The image's tag for a cluster of that version. Throws a `UserError` when there is none. */
export function autoscalerImageTag(clusterVersion: string): string {
  const tag = imageTags[clusterVersion];
  if (tag !== undefined) return tag;
  const known = Object.keys(imageTags).join(", ");
  throw new UserError({
    option: "clusterVersion",
    value: clusterVersion,
    fix: `There is an autoscaler for ${known}: write one of these.`,
  });
}

/** Where the autoscaler tells its health and its metrics. */
const metricsPort = 8085;

/** Its namespace: the pods are as confined as workspaces. */
export function autoscalerNamespace() {
  return namespaceManifest(autoscalerNames.namespace, "autoscaler", "restricted");
}

/**
 * What the chart is told; its own defaults are not repeated:
 * https://github.com/kubernetes/autoscaler/tree/cluster-autoscaler-chart-9.59.0/cluster-autoscaler/charts/cluster-autoscaler
 */
export function autoscalerValues(spec: AutoscalerSpec, clusterVersion: string, region: string) {
  return {
    fullnameOverride: "cluster-autoscaler",
    cloudProvider: "aws",
    awsRegion: region,
    image: { tag: autoscalerImageTag(clusterVersion) },
    replicaCount: spec.replicas,
    rbac: { serviceAccount: { create: true, name: autoscalerNames.serviceAccount } },
    // Before all else: without it nothing that waits for a node ever gets one.
    priorityClassName: "system-cluster-critical",
    nodeSelector: onPool("system").nodeSelector,
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "topology.kubernetes.io/zone",
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: { [labelKeys.component]: "autoscaler" } },
      },
    ],
    podLabels: { [labelKeys.component]: "autoscaler" },
    resources: { requests: { cpu: "50m", memory: "256Mi" }, limits: { cpu: "500m", memory: "600Mi" } },
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 65534,
      runAsGroup: 65534,
      seccompProfile: { type: "RuntimeDefault" },
    },
    containerSecurityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      readOnlyRootFilesystem: true,
    },
    extraArgs: {
      v: 2,
      // One group in each zone: a workspace without a volume yet may come up in any, and they fill evenly.
      "balance-similar-node-groups": "true",
      expander: "least-waste",
      "scale-down-unneeded-time": `${spec.idleMinutes}m`,
      "scale-down-utilization-threshold": String(spec.idleBelow),
      // What runs on every node goes with it, and is no reason to keep it.
      "ignore-daemonsets-utilization": "true",
      // Scratch space alone must not hold a node: what may not be moved says so itself, as every workspace does.
      "skip-nodes-with-local-storage": "false",
      "skip-nodes-with-system-pods": "false",
    },
    ...(spec.serviceMonitor ? { serviceMonitor: { enabled: true, namespace: autoscalerNames.namespace } } : {}),
  };
}

/**
 * Who may reach the autoscaler (metrics scrapers, wherever they run) and whom it may: the cluster's DNS, the Pod
 * Identity agent of its node, and by HTTPS the API server and AWS, whose addresses nobody knows beforehand.
 */
export function autoscalerNetworkPolicy() {
  const { namespace } = autoscalerNames;
  const fromAnywhere = { from: [{ namespaceSelector: {} }], ports: tcp(metricsPort) };
  const byHttps = { ports: tcp(443) };
  return networkPolicyManifest<typeof fromAnywhere | typeof byHttps>(
    { namespace, component: "autoscaler" },
    "cluster-autoscaler",
    {
      podSelector: {},
      policyTypes: ["Ingress", "Egress"],
      ingress: [fromAnywhere],
      egress: [toDns, toPodIdentityAgent, byHttps],
    },
  );
}

/**
 * What the autoscaler asks of AWS, on everything because these calls know no resources.
 * Source: https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md#permissions
 */
export const autoscalerReads: readonly string[] = [
  "autoscaling:DescribeAutoScalingGroups",
  "autoscaling:DescribeAutoScalingInstances",
  "autoscaling:DescribeLaunchConfigurations",
  "autoscaling:DescribeScalingActivities",
  "autoscaling:DescribeTags",
  "ec2:DescribeImages",
  "ec2:DescribeInstanceTypes",
  "ec2:DescribeLaunchTemplateVersions",
  "ec2:GetInstanceTypesFromInstanceRequirements",
  // A group that has no node yet: which labels and taints one would have.
  "eks:DescribeNodegroup",
];

/** What it changes, on groups of its own cluster only. */
export const autoscalerWrites: readonly string[] = [
  "autoscaling:SetDesiredCapacity",
  "autoscaling:TerminateInstanceInAutoScalingGroup",
];

/** Tag that EKS puts on the Auto Scaling group of each of its node groups; its value is the cluster's name. */
export const clusterTag = "eks:cluster-name";
