import { InternetGateway } from "@pulumi/aws/ec2/internetGateway.js";
import { Vpc as AwsVpc } from "@pulumi/aws/ec2/vpc.js";
import { getAvailabilityZones } from "@pulumi/aws/getAvailabilityZones.js";
import type { VpcArgs } from "@pulumi/awsx/ec2/vpc.js";
import type { ec2 } from "@pulumi/awsx/types/input.js";
import * as pulumi from "@pulumi/pulumi";
import { defined } from "../defined.ts";
import { refuseOutputs } from "../inputs.ts";
import { makeEndpoints } from "./endpoints.ts";
import { layOut, type SubnetType } from "./layout.ts";
import { makeSubnets, type NatStrategy, type TaggedSpec } from "./subnets.ts";

/** What decides which children there are. */
const plain = ["availabilityZoneNames", "cidrBlock", "natGateways", "subnetSpecs", "subnetStrategy"] as const;
const plainInSpecs = ["type", "name", "cidrBlocks", "cidrMask", "size"] as const;

/** What the real component knows and this one does not. */
const unsupported = ["ipv4IpamPoolId", "ipv4NetmaskLength", "ipv6IpamPoolId", "ipv6CidrBlock"] as const;

/**
 * What `awsx.ec2.Vpc` makes: a VPC, its internet gateway and, zone by zone and for each spec, a subnet with its route
 * table; NAT gateways with their addresses as the strategy says; endpoints.
 *
 * Children have the names and the parents that the real component gives them. IPv6, IPAM and the strategies `Legacy`
 * and `AutoMerge` are not here: asking for one fails.
 */
export class Vpc extends pulumi.ComponentResource {
  readonly state: pulumi.Inputs;

  private constructor(name: string, args: VpcArgs, zones: readonly string[], options: pulumi.ComponentResourceOptions) {
    super("awsx:ec2:Vpc", name, {}, options);
    const strategy = args.subnetStrategy ?? "Legacy";
    if (strategy !== "Auto" && strategy !== "Exact") {
      throw new Error(`subnetStrategy: this stand-in knows "Auto" and "Exact", not "${strategy}".`);
    }
    const refused = unsupported.find((option) => args[option] !== undefined);
    if (refused) throw new Error(`${refused} is not supported by this stand-in of awsx.`);

    const cidr = args.cidrBlock ?? "10.0.0.0/16";
    const specs: readonly ec2.SubnetSpecArgs[] = args.subnetSpecs ?? [{ type: "Private" }, { type: "Public" }];
    const planned = layOut({
      vpc: name,
      cidr,
      zones,
      specs: specs.map(toSpec),
      strategy,
      ...(args.availabilityZoneCidrMask === undefined ? {} : { zoneMask: args.availabilityZoneCidrMask }),
      nameTags: args.subnetNameTagStrategy ?? "Legacy",
    });
    const nat: NatStrategy = args.natGateways?.strategy ?? "OnePerAz";
    refuseNat(nat, specs, args.natGateways?.elasticIpAllocationIds?.length ?? 0, zones.length);

    const autoInterfaces =
      args.vpcEndpointStrategy === "Auto" &&
      (args.vpcEndpointSpecs ?? []).some(({ vpcEndpointType }) => vpcEndpointType === "Interface");
    const tags = pulumi.output(args.tags).apply((more): Record<string, string> => ({ Name: name, ...more }));
    const vpc = new AwsVpc(
      name,
      {
        ...defined({
          region: args.region,
          assignGeneratedIpv6CidrBlock: args.assignGeneratedIpv6CidrBlock,
          enableDnsHostnames: args.enableDnsHostnames ?? (autoInterfaces ? true : undefined),
          enableDnsSupport: args.enableDnsSupport ?? (autoInterfaces ? true : undefined),
          enableNetworkAddressUsageMetrics: args.enableNetworkAddressUsageMetrics,
          instanceTenancy: args.instanceTenancy,
        }),
        cidrBlock: cidr,
        tags,
      },
      { parent: this },
    );
    const region = { region: args.region };
    const gateway = new InternetGateway(name, { ...region, vpcId: vpc.id, tags }, { parent: vpc, dependsOn: [vpc] });
    const made = makeSubnets({
      name,
      vpc,
      gateway,
      region,
      planned,
      zones,
      nat,
      allocationIds: args.natGateways?.elasticIpAllocationIds ?? [],
      tags,
      ownTags: args.tags,
    });
    const vpcEndpoints = makeEndpoints({
      vpc,
      region,
      tags,
      specs: args.vpcEndpointSpecs ?? [],
      strategy: args.vpcEndpointStrategy ?? "Legacy",
      subnets: made.placed,
      routeTables: made.routeTables,
      zones,
    });
    const ids = (type: SubnetType) => made.placed.filter((one) => one.type === type).map(({ id }) => id);
    const subnets = (type: SubnetType) => made.placed.filter((one) => one.type === type).map(({ subnet }) => subnet);
    this.state = {
      vpc,
      vpcId: vpc.id,
      internetGateway: gateway,
      subnets: made.placed.map(({ subnet }) => subnet),
      publicSubnets: subnets("Public"),
      privateSubnets: subnets("Private"),
      isolatedSubnets: subnets("Isolated"),
      publicSubnetIds: ids("Public"),
      privateSubnetIds: ids("Private"),
      isolatedSubnetIds: ids("Isolated"),
      routeTables: made.routeTables,
      routeTableAssociations: made.associations,
      routes: made.routes,
      natGateways: made.natGateways,
      eips: made.eips,
      vpcEndpoints,
      subnetLayout: specs.map(({ tags: _, ...spec }) => spec),
    };
    this.registerOutputs(this.state);
  }

  /** Makes the component; the zones are looked up where the program names none. */
  static async construct(name: string, args: VpcArgs, options: pulumi.ComponentResourceOptions): Promise<Vpc> {
    for (const option of plain) refuseOutputs(option, args[option]);
    for (const [index, spec] of (args.subnetSpecs ?? []).entries()) {
      for (const option of plainInSpecs) refuseOutputs(`subnetSpecs[${index}].${option}`, spec[option]);
    }
    if (args.availabilityZoneNames && args.numberOfAvailabilityZones) {
      throw new Error("Only one of [availabilityZoneNames] and [numberOfAvailabilityZones] can be specified");
    }
    const zones = args.availabilityZoneNames ?? (await firstZones(args.numberOfAvailabilityZones ?? 3, options));
    return new Vpc(name, args, zones, options);
  }
}

async function firstZones(count: number, options: pulumi.ComponentResourceOptions): Promise<string[]> {
  const aws = Array.isArray(options.providers) ? undefined : options.providers?.aws;
  const { names } = await getAvailabilityZones({}, aws ? { provider: aws } : {});
  if (names.length < count) {
    throw new Error(`The configured region for this provider does not have at least ${count} Availability Zones.`);
  }
  return names.slice(0, count);
}

function toSpec({ type, ...rest }: ec2.SubnetSpecArgs): TaggedSpec {
  return { type, ...defined(rest) };
}

function refuseNat(
  strategy: NatStrategy,
  specs: readonly ec2.SubnetSpecArgs[],
  addresses: number,
  zones: number,
): void {
  const has = (...types: string[]): boolean => specs.some(({ type }) => types.includes(type));
  if (strategy !== "None" && !(has("Public") && has("Private", "Isolated"))) {
    throw new Error(
      "If NAT Gateway strategy is 'OnePerAz' or 'Single', public subnets must be declared to host the NAT Gateway resource, along with private or isolated subnets to route through it.",
    );
  }
  const wanted = { None: 0, Single: 1, OnePerAz: zones }[strategy];
  if (addresses === 0 || addresses === wanted) return;
  throw new Error(`natGateways.elasticIpAllocationIds: with the strategy ${strategy} there are ${wanted} gateways.`);
}
