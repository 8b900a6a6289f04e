import type { RouteTable } from "@pulumi/aws/ec2/routeTable.js";
import { SecurityGroup } from "@pulumi/aws/ec2/securityGroup.js";
import { SecurityGroupRule } from "@pulumi/aws/ec2/securityGroupRule.js";
import type { Vpc } from "@pulumi/aws/ec2/vpc.js";
import { VpcEndpoint } from "@pulumi/aws/ec2/vpcEndpoint.js";
import type { VpcArgs } from "@pulumi/awsx/ec2/vpc.js";
import type { ec2 } from "@pulumi/awsx/types/input.js";
import * as pulumi from "@pulumi/pulumi";
import { defined } from "../defined.ts";
import type { MadeSubnets, Region } from "./subnets.ts";

export interface EndpointsArgs {
  readonly vpc: Vpc;
  readonly region: Region;
  readonly tags: pulumi.Output<Record<string, string>>;
  readonly specs: readonly ec2.VpcEndpointSpecArgs[];
  readonly strategy: NonNullable<VpcArgs["vpcEndpointStrategy"]>;
  readonly subnets: MadeSubnets["placed"];
  readonly routeTables: readonly RouteTable[];
  readonly zones: readonly string[];
}

/** Makes the endpoints, each named by its service; with the strategy `Auto` they are tied to this VPC's parts. */
export function makeEndpoints(args: EndpointsArgs): VpcEndpoint[] {
  return args.specs.map((spec) => makeEndpoint(args, spec));
}

function makeEndpoint(args: EndpointsArgs, spec: ec2.VpcEndpointSpecArgs): VpcEndpoint {
  const { vpc } = args;
  const { serviceName, tags, region, ...rest } = spec;
  const here = { region: region ?? args.region.region };
  const merged = pulumi.all([args.tags, pulumi.output(tags)]).apply(([all, own]) => ({ ...all, ...own }));
  return new VpcEndpoint(
    serviceName,
    { ...defined({ ...rest, ...here, ...automatic(args, spec, merged) }), serviceName, tags: merged, vpcId: vpc.id },
    { parent: vpc, dependsOn: [vpc] },
  );
}

type Automatic = Pick<
  ec2.VpcEndpointSpecArgs,
  "subnetIds" | "privateDnsEnabled" | "securityGroupIds" | "routeTableIds"
>;

function automatic(
  args: EndpointsArgs,
  spec: ec2.VpcEndpointSpecArgs,
  tags: pulumi.Output<Record<string, string>>,
): Automatic {
  if (args.strategy !== "Auto") return {};
  const type = spec.vpcEndpointType ?? "Gateway";
  if (typeof type !== "string") {
    throw new Error(`vpcEndpointStrategy "Auto" wants a plain vpcEndpointType for endpoint "${spec.serviceName}".`);
  }
  if (type.toLowerCase() === "gateway") {
    return { routeTableIds: spec.routeTableIds ?? args.routeTables.map(({ id }) => id) };
  }
  if (type.toLowerCase() !== "interface") return {};
  const placed = spec.subnetIds !== undefined || spec.subnetConfigurations !== undefined;
  return {
    ...(placed ? {} : { subnetIds: onePerZone(args) }),
    privateDnsEnabled: spec.privateDnsEnabled ?? true,
    securityGroupIds: spec.securityGroupIds ?? [makeSecurityGroup(args, spec.serviceName, tags).id],
  };
}

function onePerZone({ zones, subnets }: EndpointsArgs): pulumi.Output<string>[] {
  return zones.flatMap((zone) => {
    const here = subnets.filter((subnet) => subnet.zone === zone);
    const best = ["Private", "Isolated", "Public"].map((type) => here.find((subnet) => subnet.type === type));
    const chosen = best.find((subnet) => subnet !== undefined);
    return chosen ? [chosen.id] : [];
  });
}

function makeSecurityGroup(
  { vpc, region }: EndpointsArgs,
  serviceName: string,
  tags: pulumi.Output<Record<string, string>>,
): SecurityGroup {
  const group = new SecurityGroup(
    `${serviceName}-sg`,
    { ...region, vpcId: vpc.id, tags },
    { parent: vpc, dependsOn: [vpc] },
  );
  new SecurityGroupRule(
    `${serviceName}-ingress`,
    {
      ...region,
      type: "ingress",
      securityGroupId: group.id,
      protocol: "tcp",
      fromPort: 443,
      toPort: 443,
      cidrBlocks: [vpc.cidrBlock],
    },
    { parent: vpc, dependsOn: [group] },
  );
  return group;
}
