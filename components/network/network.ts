import { LogGroup, type LogGroupArgs } from "@pulumi/aws/cloudwatch/logGroup.js";
import { DefaultSecurityGroup } from "@pulumi/aws/ec2/defaultSecurityGroup.js";
import { FlowLog, type FlowLogArgs } from "@pulumi/aws/ec2/flowLog.js";
import { SecurityGroup, type SecurityGroupArgs } from "@pulumi/aws/ec2/securityGroup.js";
import { VpcEndpoint, type VpcEndpointArgs } from "@pulumi/aws/ec2/vpcEndpoint.js";
import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import { Vpc, type VpcArgs } from "@pulumi/awsx/ec2/vpc.js";
import * as pulumi from "@pulumi/pulumi";
import { awaiting } from "../awaiting.ts";
import { policyDocument } from "../policy-document.ts";
import { type ComponentTransform, declare, type Transform } from "../transform.ts";
import { shapeChildren } from "./children.ts";
import { type NetworkPlan, planNetwork } from "./plan.ts";
import { type NetworkSpecInput, parseNetworkSpec } from "./spec.ts";

export interface NetworkArgs {
  /** Addresses, zones and ways out. Plain data, because it decides which subnets exist. */
  readonly spec: NetworkSpecInput;
  /** Region of the AWS provider, such as "eu-central-1": plain, because names of endpoints are made of it. */
  readonly region: string;
  /** Last changes to single children, where no argument says it. */
  readonly transform?: NetworkTransforms;
}

/** Children of a network that a transform can change. */
export interface NetworkTransforms {
  readonly vpc?: ComponentTransform<VpcArgs>;
  readonly endpointsGroup?: Transform<SecurityGroupArgs>;
  /** Applied to each interface endpoint. */
  readonly endpoint?: Transform<VpcEndpointArgs>;
  readonly flowLogGroup?: Transform<LogGroupArgs>;
  readonly flowLog?: Transform<FlowLogArgs>;
}

/** The network's resources. Interface endpoints are by service: "ecr-api", "sts". */
export interface NetworkNodes {
  readonly vpc: Vpc;
  readonly defaultGroup: DefaultSecurityGroup;
  readonly endpointsGroup: SecurityGroup | null;
  readonly endpoints: Readonly<Record<string, VpcEndpoint>>;
  readonly flowLogs: FlowLogNodes | null;
}

/** What writes down who spoke to whom. */
export interface FlowLogNodes {
  readonly logGroup: LogGroup;
  readonly role: Role;
  readonly policy: RolePolicy;
  readonly flowLog: FlowLog;
}

/**
 * A VPC over two or three zones. Each has a public subnet (NAT gateways, load balancers), a large private one (nodes
 * and pods) and one without any way out (databases), at addresses that no other choice moves. AWS' services are
 * reached within it as asked, who spoke to whom is written down, and the default security group lets nothing through.
 *
 * Subnets are awsx's, which names them by the place of their zone in alphabetical order: adding a zone before another
 * would rename, and so replace, the other's. `deletionProtection` makes Pulumi refuse that.
 *
 * What it costs a month (730 h, us-east-1): a NAT gateway $32.85, its address $3.65, and 4.5 ¢ per GB through it; an
 * interface endpoint $7.30 per zone, and 1 ¢ per GB; flow logs 50 ¢ per GB; the rest nothing.
 * Sources: https://aws.amazon.com/vpc/pricing/, https://aws.amazon.com/privatelink/pricing/,
 * https://aws.amazon.com/cloudwatch/pricing/
 *
 * @example
 * const network = new Network("berth", {
 *   region: "eu-central-1",
 *   spec: { cidr: "10.20.0.0/16", zones: ["eu-central-1a", "eu-central-1b"], nat: "one" },
 * });
 */
export class Network extends pulumi.ComponentResource {
  /** Id of the VPC. */
  readonly vpcId: pulumi.Output<string>;
  /** Subnets that the internet reaches, by zone. */
  readonly publicSubnets: Readonly<Record<string, pulumi.Output<string>>>;
  /** Subnets of nodes and pods, by zone; known when the endpoints are there, without which nodes may not start. */
  readonly privateSubnets: Readonly<Record<string, pulumi.Output<string>>>;
  /** Subnets without any way out, by zone. */
  readonly isolatedSubnets: Readonly<Record<string, pulumi.Output<string>>>;
  /** Addresses of the whole network. */
  readonly cidr: string;
  /** Its zones, in alphabetical order. */
  readonly zones: readonly string[];
  readonly nodes: NetworkNodes;

  constructor(name: string, args: NetworkArgs, options?: pulumi.ComponentResourceOptions) {
    super("berth:network:Network", name, {}, options);
    const spec = parseNetworkSpec(args.spec);
    const plan = planNetwork(spec, args.region);
    const { transform = {} } = args;
    const here = { parent: this };

    const network = declare<VpcArgs, pulumi.ComponentResourceOptions>(transform.vpc, plan.vpc, {
      ...here,
      transforms: [shapeChildren(spec.deletionProtection)],
    });
    const vpc = new Vpc(`${name}-vpc`, network.args, network.options);
    const { vpcId } = vpc;
    // AWS makes this group with every VPC, open to itself; what is made without a group of its own lands in it.
    const defaultGroup = new DefaultSecurityGroup(`${name}-default-group`, { vpcId, ingress: [], egress: [] }, here);

    const privateIds = byZone(plan.zones, vpc.privateSubnetIds);
    const { endpointsGroup, endpoints } = makeEndpoints(this, name, plan, vpcId, Object.values(privateIds), transform);
    const flowLogs = plan.flowLogs === false ? null : makeFlowLogs(this, name, plan.flowLogs, vpcId, transform);

    this.nodes = { vpc, defaultGroup, endpointsGroup, endpoints, flowLogs };
    this.vpcId = vpcId;
    this.publicSubnets = byZone(plan.zones, vpc.publicSubnetIds);
    this.privateSubnets = Object.fromEntries(
      Object.entries(privateIds).map(([zone, id]) => [zone, awaiting(id, Object.values(endpoints))]),
    );
    this.isolatedSubnets = byZone(plan.zones, vpc.isolatedSubnetIds);
    this.cidr = spec.cidr;
    this.zones = plan.zones;
    this.registerOutputs({
      ...{ vpcId: this.vpcId, cidr: this.cidr, zones: this.zones },
      publicSubnets: this.publicSubnets,
      privateSubnets: this.privateSubnets,
      isolatedSubnets: this.isolatedSubnets,
    });
  }
}

function makeEndpoints(
  parent: Network,
  name: string,
  plan: NetworkPlan,
  vpcId: pulumi.Output<string>,
  subnetIds: readonly pulumi.Output<string>[],
  transform: NetworkTransforms,
): Pick<NetworkNodes, "endpointsGroup" | "endpoints"> {
  const services = Object.entries(plan.interfaceEndpoints);
  if (services.length === 0) return { endpointsGroup: null, endpoints: {} };
  const group = declare<SecurityGroupArgs>(
    transform.endpointsGroup,
    { vpcId, ...plan.endpointsGroup, egress: [] },
    { parent },
  );
  const endpointsGroup = new SecurityGroup(`${name}-endpoints`, group.args, group.options);
  const endpoints = services.map(([service, serviceName]) => {
    const endpoint = declare<VpcEndpointArgs>(
      transform.endpoint,
      {
        ...{ vpcId, serviceName, vpcEndpointType: "Interface", privateDnsEnabled: true },
        subnetIds: [...subnetIds],
        securityGroupIds: [endpointsGroup.id],
      },
      { parent },
    );
    return [service, new VpcEndpoint(`${name}-endpoint-${service}`, endpoint.args, endpoint.options)] as const;
  });
  return { endpointsGroup, endpoints: Object.fromEntries(endpoints) };
}

function makeFlowLogs(
  parent: Network,
  name: string,
  plan: Exclude<NetworkPlan["flowLogs"], false>,
  vpcId: pulumi.Output<string>,
  transform: NetworkTransforms,
): FlowLogNodes {
  const group = declare<LogGroupArgs>(transform.flowLogGroup, plan.logGroup, { parent });
  const logGroup = new LogGroup(`${name}-flow-logs`, group.args, group.options);
  const role = new Role(
    `${name}-flow-logs-role`,
    { description: "VPC Flow Logs to CloudWatch", assumeRolePolicy: flowLogsTrust(logGroup.arn) },
    { parent },
  );
  // It may not make log groups: one that it made again after this one's end would keep everything, for ever.
  const policy = new RolePolicy(
    `${name}-flow-logs-policy`,
    {
      role: role.name,
      policy: policyDocument([
        {
          actions: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
          resources: [pulumi.interpolate`${logGroup.arn}:*`],
        },
        { actions: ["logs:DescribeLogGroups"], resources: ["*"] },
      ]),
    },
    { parent },
  );
  const log = declare<FlowLogArgs>(
    transform.flowLog,
    {
      ...{ vpcId, ...plan.flowLog, logDestinationType: "cloud-watch-logs" },
      ...{ logDestination: logGroup.arn, iamRoleArn: role.arn },
    },
    { parent, dependsOn: [policy] },
  );
  return { logGroup, role, policy, flowLog: new FlowLog(`${name}-flow-log`, log.args, log.options) };
}

/** Only for flow logs of this account: https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html */
function flowLogsTrust(logGroupArn: pulumi.Output<string>): pulumi.Output<string> {
  return pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "vpc-flow-logs.amazonaws.com" },
        Action: "sts:AssumeRole",
        Condition: { StringEquals: { "aws:SourceAccount": logGroupArn.apply(accountOf) } },
      },
    ],
  });
}

function accountOf(arn: string): string {
  const account = arn.split(":")[4];
  if (account === undefined) throw new Error(`no ARN: ${arn}`);
  return account;
}

/**
 * awsx gives subnets in the order of its zones. By place and not by `apply`, which would make all of them unknown in a
 * preview that adds one: whatever stands in the others would seem to be replaced.
 */
function byZone(
  zones: readonly string[],
  ids: pulumi.Output<string[]>,
): Readonly<Record<string, pulumi.Output<string>>> {
  const subnetIn = (zone: string, id: pulumi.Output<string> | undefined) =>
    pulumi.output(id).apply((known) => {
      if (known === undefined) throw new Error(`awsx made no subnet in ${zone}`);
      return known;
    });
  return Object.fromEntries(zones.map((zone, index) => [zone, subnetIn(zone, ids[index])]));
}
