import { UserError } from "../core/errors.ts";
import { capacityOf } from "../core/instance-types.ts";
import { type Pool, poolLabel } from "../core/pools.ts";
import type { Tags } from "../core/tags.ts";
import { serviceTrust } from "../core/trust.ts";
import type { NodesSpec } from "./spec.ts";
import { nodeUserData } from "./user-data.ts";

/** One group of nodes: of one pool, in one zone. */
export interface PlannedGroup {
  readonly pool: Pool;
  readonly zone: string;
  readonly scaling: { readonly minSize: number; readonly desiredSize: number; readonly maxSize: number };
}

export const pools: readonly Pool[] = ["system", "workspaces"];

/**
 * A whole number over zones, as evenly as can be: the first zones get what is left over. Less for all is never more for
 * one, so that min ≤ desired ≤ max holds in each zone as it does for all.
 */
export function spread(total: number, zones: readonly string[]): Readonly<Record<string, number>> {
  const each = Math.floor(total / zones.length);
  const left = total % zones.length;
  return Object.fromEntries([...zones].sort().map((zone, index) => [zone, index < left ? each + 1 : each]));
}

/**
 * The groups of nodes, by key. One for each zone, as a volume is in one zone: with one group over all zones, AWS
 * decides where the next node comes up, and a workspace whose volume is elsewhere waits for ever
 * (https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html). The platform's own programs have volumes
 * too (metrics). Throws a `UserError` when a zone would have no node at all.
 */
export function planGroups(spec: NodesSpec, zones: readonly string[]): Readonly<Record<string, PlannedGroup>> {
  const groups = pools.flatMap((pool) => {
    const { min, desired, max } = spec[pool];
    if (max < zones.length) {
      throw new UserError({
        option: `spec.${pool}.max`,
        value: max,
        fix: `Write at least ${zones.length}, one for each of the zones ${[...zones].sort().join(", ")}: volumes stay in their zone.`,
      });
    }
    const [least, wanted, most] = [spread(min, zones), spread(desired, zones), spread(max, zones)];
    return [...zones].sort().map((zone): [string, PlannedGroup] => [
      `${pool}-${zone}`,
      {
        pool,
        zone,
        scaling: { minSize: least[zone] ?? 0, desiredSize: wanted[zone] ?? 0, maxSize: most[zone] ?? 0 },
      },
    ]);
  });
  return Object.fromEntries(groups);
}

/** What the groups of a pool have in common, as `aws.eks.NodeGroup` takes it. */
export function poolSettings(spec: NodesSpec, pool: Pool) {
  const { instanceTypes } = spec[pool];
  const [first = ""] = instanceTypes;
  const arm = capacityOf(first)?.architecture === "arm64";
  return {
    amiType: arm ? "AL2023_ARM_64_STANDARD" : "AL2023_x86_64_STANDARD",
    capacityType: pool === "workspaces" && spec.workspaces.capacity === "spot" ? "SPOT" : "ON_DEMAND",
    instanceTypes: [...instanceTypes],
    labels: { [poolLabel]: pool },
    // Nothing but workspaces runs beside workspaces. The system's nodes take what does not say where it wants to run.
    ...(pool === "workspaces" ? { taints: [{ key: poolLabel, value: pool, effect: "NO_SCHEDULE" }] } : {}),
    updateConfig: { maxUnavailable: 1 },
    nodeRepairConfig: { enabled: true },
  };
}

/**
 * The launch template of a pool, as `aws.ec2.LaunchTemplate` takes it. All groups of a pool share it: EKS labels nodes
 * with its id, and the autoscaler takes groups for alike only when their labels are.
 */
export function launchTemplate(spec: NodesSpec, pool: Pool, name: string, tags: Tags) {
  const ownTags = { ...tags, Name: `${name}-${pool}`, [poolLabel]: pool };
  return {
    description: `Nodes of ${pool}`,
    updateDefaultVersion: true,
    userData: Buffer.from(nodeUserData(spec, pool), "utf8").toString("base64"),
    blockDeviceMappings: [
      {
        deviceName: "/dev/xvda",
        ebs: { volumeType: "gp3", volumeSize: spec[pool].diskGiB, encrypted: "true", deleteOnTermination: "true" },
      },
    ],
    metadataOptions: {
      httpEndpoint: "enabled",
      // Tokens only, and their answers end at the node: no pod can take the node's role.
      httpTokens: "required",
      httpPutResponseHopLimit: 1,
      httpProtocolIpv6: "disabled",
      instanceMetadataTags: "disabled",
    },
    // Five-minute metrics of EC2 are enough beside the cluster's own, and cost nothing.
    monitoring: { enabled: false },
    // The provider's default tags reach the template, not what is launched from it.
    tagSpecifications: ["instance", "volume", "network-interface"].map((resourceType) => ({
      resourceType,
      tags: ownTags,
    })),
  };
}

/**
 * Managed policies of the nodes' role. Not the CNI's: its pods have an identity of their own, or any pod on the node's
 * network could change the node's interfaces.
 * Source: https://docs.aws.amazon.com/eks/latest/userguide/create-node-role.html
 */
export function nodePolicies({ sessionManager }: NodesSpec): readonly string[] {
  return [
    // With `eks-auth:AssumeRoleForPodIdentity`, which the Pod Identity agent asks for the pods of its node.
    "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy",
    "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly",
    ...(sessionManager ? ["arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"] : []),
  ];
}

/** Who may take the nodes' role: EC2, for its instances. */
export const nodeTrustPolicy = serviceTrust("ec2.amazonaws.com");
