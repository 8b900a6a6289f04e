import { LaunchTemplate, type LaunchTemplateArgs } from "@pulumi/aws/ec2/launchTemplate.js";
import { NodeGroup, type NodeGroupArgs } from "@pulumi/aws/eks/nodeGroup.js";
import { Role, type RoleArgs } from "@pulumi/aws/iam/role.js";
import type { RolePolicyAttachment } from "@pulumi/aws/iam/rolePolicyAttachment.js";
import * as pulumi from "@pulumi/pulumi";
import { attachPolicies } from "../attached-policies.ts";
import type { Pool } from "../core/pools.ts";
import type { Tags } from "../core/tags.ts";
import { declare, type Transform } from "../transform.ts";
import { launchTemplate, nodePolicies, nodeTrustPolicy, type PlannedGroup, planGroups, poolSettings } from "./plan.ts";
import { type NodesSpec, type NodesSpecInput, parseNodesSpec } from "./spec.ts";

export interface NodeGroupsArgs {
  /** How many nodes of which kind. Plain data, because it decides which groups exist. */
  readonly spec: NodesSpecInput;
  /** The cluster that the nodes join. */
  readonly clusterName: pulumi.Input<string>;
  /** The cluster's Kubernetes version, such as "1.34": nodes are renewed one by one when it changes. */
  readonly clusterVersion: pulumi.Input<string>;
  /** Private subnets by zone: each pool gets a group in each of them. */
  readonly subnets: Readonly<Record<string, pulumi.Input<string>>>;
  /**
   * Tags of what is launched: instances, their disks and network interfaces. The provider's default tags do not reach
   * them.
   * @default {}
   */
  readonly tags?: Tags;
  /** Last changes to single children, where no argument says it. */
  readonly transform?: {
    readonly role?: Transform<RoleArgs>;
    /** Once for each pool. */
    readonly launchTemplate?: Transform<LaunchTemplateArgs>;
    /** Once for each group. */
    readonly group?: Transform<NodeGroupArgs>;
  };
}

/** The groups' resources. */
export interface NodeGroupsNodes {
  readonly role: Role;
  /** By name of the policy. */
  readonly policies: Readonly<Record<string, RolePolicyAttachment>>;
  readonly launchTemplates: Readonly<Record<Pool, LaunchTemplate>>;
  /** By pool and zone: `system-eu-central-1a`, `workspaces-eu-central-1a`. */
  readonly groups: Readonly<Record<string, NodeGroup>>;
}

/**
 * The cluster's nodes: two pools, `system` for the platform's own programs and `workspaces` for users' computers, each
 * with one managed group in each zone, as a volume can be used in its own zone only. Counts in the spec are totals over
 * the zones. Nodes carry the label `berth.dev/pool`; those of workspaces a taint of the same key, so that nothing else
 * runs there. They have the cluster's own security group, encrypted disks, and an instance metadata service that no pod
 * reaches.
 *
 * How many nodes there are is decided once; from then on it is the autoscaler's. A change of the template or of the
 * version renews the nodes one after the other, each drained first; a change of instance types or of spot and on-demand
 * makes a new group before the old one is drained and goes. A workspace on a drained node stops within its 30 seconds
 * and starts again on another one in its zone: it has one pod and no disruption budget, which could only block the drain.
 *
 * What AWS does by itself with spot: it starts another instance when one is at risk, and drains an instance at its two
 * minutes' notice, so no handler of our own runs on the nodes
 * (https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html#managed-node-group-capacity-types-spot).
 *
 * In us-east-1 the default nodes, two m7i.large and three m7i.2xlarge on demand, cost about $1,030 a month, their disks
 * $32; spot saves about half (https://aws.amazon.com/ec2/pricing/on-demand/, https://aws.amazon.com/ec2/spot/pricing/,
 * https://aws.amazon.com/ebs/pricing/).
 *
 * @example
 * const nodes = new NodeGroups("nodes", {
 *   spec: { workspaces: { capacity: "spot", min: 2, desired: 3, max: 10 } },
 *   clusterName: cluster.clusterName, clusterVersion: cluster.version, subnets: network.privateSubnets,
 *   tags: ownershipTags({ installation: "prod", stack: "prod", owner: "platform-team", costCentre: "platform" }),
 * });
 */
export class NodeGroups extends pulumi.ComponentResource {
  /** Names of the Auto Scaling groups by pool and zone, known when the nodes are there. */
  readonly autoScalingGroups: Readonly<Record<Pool, Readonly<Record<string, pulumi.Output<string>>>>>;
  /** ARN of the role that all nodes have. */
  readonly nodeRoleArn: pulumi.Output<string>;
  readonly nodes: NodeGroupsNodes;

  constructor(name: string, args: NodeGroupsArgs, options?: pulumi.ComponentResourceOptions) {
    super("berth:nodes:NodeGroups", name, {}, options);
    const spec = parseNodesSpec(args.spec);
    const planned = planGroups(spec, Object.keys(args.subnets));
    const { transform = {} } = args;
    const here = { parent: this };

    const { role, policies } = nodeRole(name, spec, transform.role, here);
    const template = (pool: Pool) => {
      const plan = launchTemplate(spec, pool, name, args.tags ?? {});
      const child = declare<LaunchTemplateArgs>(transform.launchTemplate, plan, here);
      return new LaunchTemplate(`${name}-${pool}-template`, child.args, child.options);
    };
    const launchTemplates = { system: template("system"), workspaces: template("workspaces") };
    const groups = Object.fromEntries(
      Object.entries(planned).map(([key, { pool, zone, scaling }]) => {
        const subnetId = args.subnets[zone];
        const { id, latestVersion } = launchTemplates[pool];
        const child = declare<NodeGroupArgs>(
          transform.group,
          {
            ...poolSettings(spec, pool),
            clusterName: args.clusterName,
            version: args.clusterVersion,
            nodeRoleArn: role.arn,
            subnetIds: subnetId === undefined ? [] : [subnetId],
            scalingConfig: scaling,
            launchTemplate: { id, version: pulumi.interpolate`${latestVersion}` },
          },
          {
            ...here,
            // A node without its rights never gets ready, and one that loses them cannot be drained.
            dependsOn: Object.values(policies),
            ignoreChanges: ["scalingConfig.desiredSize"],
          },
        );
        return [key, new NodeGroup(`${name}-${key}`, child.args, child.options)];
      }),
    );

    this.nodes = { role, policies, launchTemplates, groups };
    this.autoScalingGroups = {
      system: namesOf(planned, groups, "system"),
      workspaces: namesOf(planned, groups, "workspaces"),
    };
    this.nodeRoleArn = role.arn;
    this.registerOutputs({ autoScalingGroups: this.autoScalingGroups, nodeRoleArn: this.nodeRoleArn });
  }
}

function nodeRole(
  name: string,
  spec: NodesSpec,
  transform: Transform<RoleArgs> | undefined,
  here: pulumi.CustomResourceOptions,
) {
  const child = declare<RoleArgs>(
    transform,
    { description: "Nodes of the cluster", assumeRolePolicy: nodeTrustPolicy },
    here,
  );
  const role = new Role(`${name}-role`, child.args, child.options);
  return { role, policies: attachPolicies(name, role, nodePolicies(spec), here) };
}

function namesOf(
  planned: Readonly<Record<string, PlannedGroup>>,
  groups: Readonly<Record<string, NodeGroup>>,
  pool: Pool,
): Readonly<Record<string, pulumi.Output<string>>> {
  return Object.fromEntries(
    Object.entries(groups).flatMap(([key, group]) => {
      const plan = planned[key];
      return plan?.pool === pool ? [[plan.zone, autoScalingGroupOf(group)]] : [];
    }),
  );
}

function autoScalingGroupOf(group: NodeGroup): pulumi.Output<string> {
  return group.resources.apply((resources) => {
    const [made] = resources.flatMap(({ autoscalingGroups }) => autoscalingGroups);
    if (made === undefined) throw new Error("EKS named no Auto Scaling group for a node group");
    return made.name;
  });
}
