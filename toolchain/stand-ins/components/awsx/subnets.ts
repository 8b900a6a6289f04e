import { Eip } from "@pulumi/aws/ec2/eip.js";
import type { InternetGateway } from "@pulumi/aws/ec2/internetGateway.js";
import { NatGateway } from "@pulumi/aws/ec2/natGateway.js";
import { Route } from "@pulumi/aws/ec2/route.js";
import { RouteTable } from "@pulumi/aws/ec2/routeTable.js";
import { RouteTableAssociation } from "@pulumi/aws/ec2/routeTableAssociation.js";
import { Subnet } from "@pulumi/aws/ec2/subnet.js";
import type { Vpc } from "@pulumi/aws/ec2/vpc.js";
import type { ec2 } from "@pulumi/awsx/types/input.js";
import * as pulumi from "@pulumi/pulumi";
import { defined } from "../defined.ts";
import type { PlannedSubnet, SubnetSpec, SubnetType } from "./layout.ts";

export type NatStrategy = ec2.NatGatewayConfigurationArgs["strategy"];
type Tags = pulumi.Input<Readonly<Record<string, pulumi.Input<string>>> | undefined>;

/** The region that the program names; by default the provider's. */
export interface Region {
  readonly region: pulumi.Input<string | undefined>;
}

/** A subnet as planned, with what the program says of its tags. */
export interface TaggedSpec extends SubnetSpec {
  readonly tags?: ec2.SubnetSpecArgs["tags"];
  readonly assignIpv6AddressOnCreation?: boolean;
}

export interface SubnetsArgs {
  readonly name: string;
  readonly vpc: Vpc;
  readonly gateway: InternetGateway;
  readonly region: Region;
  readonly planned: readonly PlannedSubnet<TaggedSpec>[];
  readonly zones: readonly string[];
  readonly nat: NatStrategy;
  /** The addresses that the NAT gateways get, where the program has some. */
  readonly allocationIds: readonly pulumi.Input<string>[];
  /** The tags of all, the name of the VPC among them. */
  readonly tags: Tags;
  /** The tags that the program gives. */
  readonly ownTags: Tags;
}

interface Placed {
  readonly type: SubnetType;
  readonly zone: string;
  readonly id: pulumi.Output<string>;
  readonly subnet: Subnet;
}

/** What was made, in the order of the zones; in a zone public subnets come first, isolated ones last. */
export interface MadeSubnets {
  readonly placed: Placed[];
  readonly routeTables: RouteTable[];
  readonly associations: RouteTableAssociation[];
  readonly routes: Route[];
  readonly natGateways: NatGateway[];
  readonly eips: Eip[];
}

const order: readonly SubnetType[] = ["Public", "Private", "Isolated"];

/** Makes the subnets with what belongs to each: route table, route to the internet, NAT gateway. */
export function makeSubnets(args: SubnetsArgs): MadeSubnets {
  const made: MadeSubnets = { placed: [], routeTables: [], associations: [], routes: [], natGateways: [], eips: [] };
  for (const [index, zone] of args.zones.entries()) {
    const here = order.flatMap((type) =>
      args.planned.filter((planned) => planned.zone === zone && planned.spec.type === type),
    );
    for (const planned of here) makeSubnet(args, planned, index, made);
  }
  return made;
}

function makeSubnet(args: SubnetsArgs, planned: PlannedSubnet<TaggedSpec>, zone: number, made: MadeSubnets): void {
  const { name, spec } = planned;
  const { region, vpc } = args;
  const own = { Name: planned.nameTag, SubnetType: spec.type };
  if (spec.assignIpv6AddressOnCreation) {
    throw new Error(`${name}: assignIpv6AddressOnCreation is not supported by this stand-in of awsx.`);
  }
  const subnet = new Subnet(
    name,
    {
      ...region,
      vpcId: vpc.id,
      availabilityZone: planned.zone,
      mapPublicIpOnLaunch: spec.type === "Public",
      cidrBlock: planned.cidr,
      assignIpv6AddressOnCreation: false,
      tags: merged(args.tags, spec.tags, own),
    },
    { parent: vpc, dependsOn: [vpc] },
  );
  made.placed.push({ type: spec.type, zone: planned.zone, id: subnet.id, subnet });
  const table = new RouteTable(
    name,
    { ...region, vpcId: vpc.id, tags: merged(args.tags, undefined, own) },
    { parent: subnet, dependsOn: [subnet] },
  );
  made.routeTables.push(table);
  made.associations.push(
    new RouteTableAssociation(
      name,
      { ...region, routeTableId: table.id, subnetId: subnet.id },
      { parent: table, dependsOn: [table] },
    ),
  );
  if (spec.type === "Public") makeNatGateway(args, subnet, zone, made);
  const target = wayOut(args, spec.type, zone, made);
  if (!target) return;
  made.routes.push(
    new Route(
      name,
      { ...region, routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", ...target },
      { parent: table, dependsOn: [table] },
    ),
  );
}

function makeNatGateway(args: SubnetsArgs, subnet: Subnet, zone: number, made: MadeSubnets): void {
  const wanted = { None: 0, Single: 1, OnePerAz: zone + 1 }[args.nat];
  if (made.natGateways.length >= wanted) return;
  const name = `${args.name}-${zone + 1}`;
  const options = { parent: subnet, dependsOn: [subnet] };
  const tags = merged(args.ownTags, undefined, { Name: name });
  let allocationId = args.allocationIds[zone];
  if (allocationId === undefined) {
    const eip = new Eip(name, { ...args.region, tags }, options);
    made.eips.push(eip);
    allocationId = eip.allocationId;
  }
  made.natGateways.push(new NatGateway(name, { ...args.region, subnetId: subnet.id, allocationId, tags }, options));
}

/** Where a subnet's traffic to the internet goes; nowhere from an isolated one. */
function wayOut(
  { gateway, nat }: SubnetsArgs,
  type: SubnetType,
  zone: number,
  { natGateways }: MadeSubnets,
): { gatewayId: pulumi.Output<string> } | { natGatewayId: pulumi.Output<string> } | undefined {
  if (type === "Public") return { gatewayId: gateway.id };
  if (type !== "Private" || nat === "None") return undefined;
  const through = natGateways[nat === "Single" ? 0 : zone];
  return through && { natGatewayId: through.id };
}

function merged(
  tags: Tags,
  more: TaggedSpec["tags"],
  own: Readonly<Record<string, string>>,
): pulumi.Output<Record<string, string>> {
  return pulumi.all([pulumi.output(tags), pulumi.output(more)]).apply(([first, second]) => {
    return defined({ ...first, ...second, ...own });
  });
}
