import { Attachment } from "@pulumi/aws/autoscaling/attachment.js";
import { SecurityGroup, type SecurityGroupArgs } from "@pulumi/aws/ec2/securityGroup.js";
import { Listener, type ListenerArgs } from "@pulumi/aws/lb/listener.js";
import {
  LoadBalancer as AwsLoadBalancer,
  type LoadBalancerArgs as AwsLoadBalancerArgs,
} from "@pulumi/aws/lb/loadBalancer.js";
import { TargetGroup, type TargetGroupArgs } from "@pulumi/aws/lb/targetGroup.js";
import { SecurityGroupEgressRule } from "@pulumi/aws/vpc/securityGroupEgressRule.js";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc/securityGroupIngressRule.js";
import * as pulumi from "@pulumi/pulumi";
import { declare, type Transform } from "../transform.ts";
import { mapValues, planLoadBalancer } from "./plan-load-balancer.ts";
import { type LoadBalancerSpecInput, parseLoadBalancerSpec } from "./spec.ts";

export interface LoadBalancerArgs {
  /** What the load balancer is. Plain data, because it decides which resources exist. */
  readonly spec: LoadBalancerSpecInput;
  /** The network it stands in. */
  readonly vpcId: pulumi.Input<string>;
  /** Its subnets, one for each zone, with a route to the internet. */
  readonly publicSubnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** Names of the Auto Scaling groups whose nodes run the edge, by a key that stays. */
  readonly autoScalingGroups: Readonly<Record<string, pulumi.Input<string>>>;
  /** Security group of those nodes, which gets a rule for each port. */
  readonly nodeSecurityGroupId: pulumi.Input<string>;
  /** Last changes to single children, where no argument says it. */
  readonly transform?: {
    readonly securityGroup?: Transform<SecurityGroupArgs>;
    readonly loadBalancer?: Transform<AwsLoadBalancerArgs>;
    readonly targetGroup?: Transform<TargetGroupArgs>;
    readonly listener?: Transform<ListenerArgs>;
  };
}

/** One port of the load balancer, with the nodes behind it by the key of their group. */
export interface LoadBalancerDoor {
  /** The nodes, and how their health is asked for. */
  readonly targetGroup: TargetGroup;
  /** The port that clients connect to. */
  readonly listener: Listener;
  /** How the nodes come to it: by their Auto Scaling groups. */
  readonly attachments: Readonly<Record<string, Attachment>>;
}

/** The load balancer's resources: ports by "https" and "http", rules by what they let through. */
export interface LoadBalancerNodes {
  readonly securityGroup: SecurityGroup;
  readonly fromClients: Readonly<Record<string, SecurityGroupIngressRule>>;
  readonly toNodes: Readonly<Record<string, SecurityGroupEgressRule>>;
  readonly intoNodes: Readonly<Record<string, SecurityGroupIngressRule>>;
  readonly loadBalancer: AwsLoadBalancer;
  readonly doors: Readonly<Record<string, LoadBalancerDoor>>;
}

/**
 * The way from the internet to the nodes that run the edge: a Network Load Balancer that passes TCP through to fixed
 * ports of the nodes, keeps its clients' addresses, and lets in only who may connect. The nodes come to it by their Auto
 * Scaling groups; it is made here and not by a controller in the cluster (docs/decisions/0009-load-balancer-by-pulumi.md).
 *
 * A connection that is quiet lives on as long as keepalives pass: the edge sends one every three minutes.
 *
 * Costs $16.43 a month ($0.0225 an hour, https://aws.amazon.com/elasticloadbalancing/pricing/), $3.65 for the public
 * address of each zone ($0.005 an hour, https://aws.amazon.com/vpc/pricing/), and $0.006 for each capacity unit and hour
 * (a gigabyte, 100,000 open connections or 800 new ones a second); prices of us-east-1. Traffic between zones is billed
 * apart, where `crossZone` is on.
 *
 * @example
 * const balancer = new LoadBalancer("balancer", {
 *   spec: { tcpIdleTimeoutSeconds: 3600 },
 *   vpcId: network.vpcId,
 *   publicSubnetIds: Object.values(network.publicSubnets),
 *   autoScalingGroups: nodeGroups.autoScalingGroups.system,
 *   nodeSecurityGroupId: cluster.nodeSecurityGroupId,
 * });
 */
export class LoadBalancer extends pulumi.ComponentResource {
  /** Its name in DNS, for a CNAME or an alias. */
  readonly hostname: pulumi.Output<string>;
  /** Hosted zone of that name, as an alias in Route53 needs it. */
  readonly zoneId: pulumi.Output<string>;
  /** ARN of the load balancer. */
  readonly arn: pulumi.Output<string>;
  readonly nodes: LoadBalancerNodes;

  constructor(name: string, args: LoadBalancerArgs, options?: pulumi.ComponentResourceOptions) {
    super("berth:ingress:LoadBalancer", name, {}, options);
    const spec = parseLoadBalancerSpec(args.spec);
    const plan = planLoadBalancer(name, spec);
    const { vpcId, nodeSecurityGroupId, transform = {} } = args;
    const here = { parent: this };

    const walled = declare<SecurityGroupArgs>(
      transform.securityGroup,
      { description: "Load balancer before the edge", vpcId, tags: plan.tags },
      here,
    );
    // There from the start: a load balancer that is made without one can never get one.
    // https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-security-groups.html
    const securityGroup = new SecurityGroup(`${name}-security-group`, walled.args, walled.options);
    const fromClients = mapValues(
      plan.fromClients,
      (rule, key) =>
        new SecurityGroupIngressRule(`${name}-${key}`, { securityGroupId: securityGroup.id, ...rule }, here),
    );
    const toNodes = mapValues(
      plan.toNodes,
      (rule, key) =>
        new SecurityGroupEgressRule(
          `${name}-${key}-to-nodes`,
          {
            securityGroupId: securityGroup.id,
            referencedSecurityGroupId: nodeSecurityGroupId,
            ...rule,
          },
          here,
        ),
    );
    const intoNodes = mapValues(
      plan.toNodes,
      (rule, key) =>
        new SecurityGroupIngressRule(
          `${name}-${key}-into-nodes`,
          {
            securityGroupId: nodeSecurityGroupId,
            referencedSecurityGroupId: securityGroup.id,
            ...rule,
          },
          here,
        ),
    );

    const balanced = declare<AwsLoadBalancerArgs>(
      transform.loadBalancer,
      { ...plan.loadBalancer, subnets: args.publicSubnetIds, securityGroups: [securityGroup.id] },
      { ...here, protect: spec.deletionProtection },
    );
    const loadBalancer = new AwsLoadBalancer(`${name}-load-balancer`, balanced.args, balanced.options);
    const doors = mapValues(plan.doors, (door, key): LoadBalancerDoor => {
      const targets = declare<TargetGroupArgs>(transform.targetGroup, { ...door.targetGroup, vpcId }, here);
      const targetGroup = new TargetGroup(`${name}-${key}`, targets.args, targets.options);
      const defaultActions = [{ type: "forward", targetGroupArn: targetGroup.arn }];
      const listening = declare<ListenerArgs>(
        transform.listener,
        { ...door.listener, loadBalancerArn: loadBalancer.arn, defaultActions },
        here,
      );
      const listener = new Listener(`${name}-${key}-listener`, listening.args, listening.options);
      const attachments = mapValues(args.autoScalingGroups, (autoscalingGroupName, group) => {
        const attached = { autoscalingGroupName, lbTargetGroupArn: targetGroup.arn };
        return new Attachment(`${name}-${key}-${group}`, attached, here);
      });
      return { targetGroup, listener, attachments };
    });

    this.nodes = { securityGroup, fromClients, toNodes, intoNodes, loadBalancer, doors };
    this.hostname = loadBalancer.dnsName;
    this.zoneId = loadBalancer.zoneId;
    this.arn = loadBalancer.arn;
    this.registerOutputs({ hostname: this.hostname, zoneId: this.zoneId, arn: this.arn });
  }
}
