import { onPool } from "../core/pools.ts";
import { mirrorPodsWall } from "./manifests/mirror-pods.ts";
import { systemPodsPolicy } from "./manifests/system-pods.ts";
import { type ClusterAddon, type ClusterSpec, clusterAddons, type NodeAddon, nodeAddons } from "./spec.ts";

/** What a cluster is made of before it has nodes, without what only the cloud knows. */
export function planCluster(spec: ClusterSpec) {
  const { name, endpoint } = spec;
  return {
    /** Of the secrets in the cluster's own store. */
    key: { description: `Secrets of cluster ${name}`, enableKeyRotation: true, deletionWindowInDays: 30 },
    alias: { name: `alias/berth/cluster/${name}` },
    // EKS writes to this name; a group that it makes itself keeps everything, for ever.
    logGroup: { name: `/aws/eks/${name}/cluster`, retentionInDays: spec.logRetentionDays },
    cluster: {
      name,
      version: spec.version,
      upgradePolicy: { supportType: spec.upgradePolicy === "standard" ? "STANDARD" : "EXTENDED" },
      endpointPrivateAccess: true,
      endpointPublicAccess: endpoint.public,
      ...(endpoint.public ? { publicAccessCidrs: [...endpoint.cidrs].sort() } : {}),
      authenticationMode: "API" as const,
      enabledClusterLogTypes: [...new Set(spec.logs)].sort(),
      kubernetesServiceIpAddressRange: spec.serviceCidr,
      deletionProtection: spec.deletionProtection,
      // Nodes are others' business, and go by the security group that EKS itself makes.
      skipDefaultNodeGroup: true,
      skipDefaultSecurityGroups: true,
      // Pods have Pod Identity.
      createOidcProvider: false,
      // All add-ons are ours: those of eks follow the newest version there is, and differ from day to day.
      bootstrapSelfManagedAddons: false,
      useDefaultVpcCni: true,
      kubeProxyAddonOptions: { enabled: false },
      corednsAddonOptions: { enabled: false },
    },
    /** By the name that the spec gives them, in its order. */
    admins: Object.fromEntries(
      Object.entries(spec.admins)
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([key, principalArn]) => [
          key,
          {
            entry: { principalArn, type: "STANDARD" },
            policy: {
              principalArn,
              policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
              accessScope: { type: "cluster" },
            },
          },
        ]),
    ),
    /** Where the VPC CNI has its rights from, which nodes then need not have. */
    vpcCniIdentity: {
      namespace: "kube-system",
      serviceAccount: "aws-node",
      statements: [],
      managedPolicies: ["arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"],
    },
    addons: addonsOf(spec, nodeAddons),
  };
}

/** What a cluster has when it has nodes. */
export function planClusterAddons(spec: ClusterSpec) {
  return {
    systemPods: systemPodsPolicy(),
    mirrorPods: mirrorPodsWall(),
    /** It may touch only the volumes that it made itself: https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonEBSCSIDriverPolicyV2.html */
    ebsIdentity: {
      namespace: "kube-system",
      serviceAccount: "ebs-csi-controller-sa",
      managedPolicies: ["arn:aws:iam::aws:policy/AmazonEBSCSIDriverPolicyV2"],
    },
    addons: addonsOf(spec, clusterAddons),
  };
}

const system = onPool("system");
/** The system pool's nodes are the ones for add-ons, whatever else may be kept off them. */
const onSystemNodes = {
  nodeSelector: system.nodeSelector,
  tolerations: [{ key: "CriticalAddonsOnly", operator: "Exists" }, ...system.tolerations],
};

/**
 * Settings of add-ons, where EKS' own are not ours. What there is: `aws eks describe-addon-configuration`. Metrics
 * Server and the snapshot controller stay as they come: two replicas each, kept off workspaces' nodes by their taint.
 */
const settings: Partial<Readonly<Record<NodeAddon | ClusterAddon, object>>> = {
  "vpc-cni": {
    enableNetworkPolicy: "true",
    env: {
      // A pod is closed from its first moment, not only when its policies have been worked out:
      // https://github.com/aws/amazon-vpc-cni-k8s/blob/master/README.md#network_policy_enforcing_mode-v1171
      NETWORK_POLICY_ENFORCING_MODE: "strict",
      // Addresses in blocks of 16, so that a node's network interfaces are not what limits its pods:
      // https://docs.aws.amazon.com/eks/latest/userguide/cni-increase-ip-addresses.html
      ENABLE_PREFIX_DELEGATION: "true",
      WARM_PREFIX_TARGET: "1",
    },
  },
  coredns: {
    replicaCount: 2,
    ...onSystemNodes,
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "topology.kubernetes.io/zone",
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: { "k8s-app": "kube-dns" } },
      },
    ],
    podDisruptionBudget: { enabled: true, maxUnavailable: 1 },
  },
  "aws-ebs-csi-driver": {
    controller: onSystemNodes,
    // Volumes are mounted on workspaces' nodes, which have a taint.
    node: { tolerateAllTaints: true },
  },
};

function addonsOf<Name extends NodeAddon | ClusterAddon>(spec: ClusterSpec, names: readonly Name[]) {
  return names.map((addonName) => {
    const addonVersion = spec.addonVersions[addonName];
    const configuration = settings[addonName];
    return {
      addonName,
      ...(addonVersion === undefined ? {} : { addonVersion }),
      ...(configuration === undefined ? {} : { configurationValues: JSON.stringify(configuration) }),
      // What is written here is what there is; a change by hand does not outlive the next `up`.
      resolveConflictsOnCreate: "OVERWRITE",
      resolveConflictsOnUpdate: "OVERWRITE",
    };
  });
}
