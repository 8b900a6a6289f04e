import { SecurityGroup } from "@pulumi/aws/ec2/securityGroup.js";
import { SecurityGroupRule, type SecurityGroupRuleArgs } from "@pulumi/aws/ec2/securityGroupRule.js";
import type { Cluster } from "@pulumi/aws/eks/cluster.js";
import * as pulumi from "@pulumi/pulumi";

type Tags = pulumi.Input<Record<string, pulumi.Input<string>> | undefined>;

export interface SecurityGroupArgs {
  readonly vpcId: pulumi.Input<string>;
  /** Tags of everything. */
  readonly tags: Tags;
  /** Tags of this group only. */
  readonly ownTags: Tags;
}

const everything = { fromPort: 0, toPort: 0, protocol: "-1" } as const;
const anywhere = { description: "Allow internet access.", type: "egress", ...everything, cidrBlocks: ["0.0.0.0/0"] };

/** The security group of the control plane, as the component makes it besides AWS' own. */
export function makeClusterGroup(
  name: string,
  { vpcId, tags, ownTags }: SecurityGroupArgs,
  parent: pulumi.Resource,
): SecurityGroup {
  const full = `${name}-eksClusterSecurityGroup`;
  const group = new SecurityGroup(
    full,
    {
      vpcId,
      revokeRulesOnDelete: true,
      tags: pulumi.all([pulumi.output(tags), pulumi.output(ownTags)]).apply(([all, own]) => ({
        Name: full,
        ...own,
        ...all,
      })),
    },
    { parent },
  );
  new SecurityGroupRule(`${name}-eksClusterInternetEgressRule`, { ...anywhere, securityGroupId: group.id }, { parent });
  return group;
}

/** The security group of the nodes with its rules, and the rule that lets the nodes reach the API server. */
export function makeNodeGroup(
  name: string,
  { vpcId, tags, ownTags }: SecurityGroupArgs,
  { cluster, clusterGroup }: { readonly cluster: Cluster; readonly clusterGroup: SecurityGroup },
  parent: pulumi.Resource,
): { readonly group: SecurityGroup; readonly ingress: SecurityGroupRule } {
  const full = `${name}-nodeSecurityGroup`;
  const group = new SecurityGroup(
    full,
    {
      vpcId,
      revokeRulesOnDelete: true,
      tags: pulumi
        .all([pulumi.output(tags), pulumi.output(ownTags), cluster.name])
        .apply(([all, own, clusterName]): Record<string, string> => {
          return { Name: full, [`kubernetes.io/cluster/${clusterName}`]: "owned", ...own, ...all };
        }),
    },
    { parent },
  );
  const rule = (role: string, args: SecurityGroupRuleArgs): SecurityGroupRule =>
    new SecurityGroupRule(`${name}-${role}`, args, { parent });
  const toNodes = { type: "ingress", securityGroupId: group.id } as const;
  const fromCluster = { ...toNodes, protocol: "tcp", sourceSecurityGroupId: clusterGroup.id } as const;
  rule("eksNodeIngressRule", {
    ...toNodes,
    ...everything,
    description: "Allow nodes to communicate with each other",
    self: true,
  });
  rule("eksNodeClusterIngressRule", {
    ...fromCluster,
    description: "Allow worker Kubelets and pods to receive communication from the cluster control plane",
    fromPort: 1025,
    toPort: 65535,
  });
  rule("eksExtApiServerClusterIngressRule", {
    ...fromCluster,
    description:
      "Allow pods running extension API servers on port 443 to receive communication from cluster control plane",
    fromPort: 443,
    toPort: 443,
  });
  rule("eksNodeInternetEgressRule", { ...anywhere, securityGroupId: group.id });
  const ingress = rule("eksClusterIngressRule", {
    description: "Allow pods to communicate with the cluster API Server",
    type: "ingress",
    fromPort: 443,
    toPort: 443,
    protocol: "tcp",
    securityGroupId: clusterGroup.id,
    sourceSecurityGroupId: group.id,
  });
  return { group, ingress };
}
