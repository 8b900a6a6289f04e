import { type Cidr, cidrContains, parseCidr } from "../../../../components/core/cidr.ts";

/** What a subnet is for, as `awsx.ec2.SubnetType` has it. */
export type SubnetType = "Public" | "Private" | "Isolated" | "Unused";

/** One entry of `subnetSpecs`, as far as it decides about addresses and names. */
export interface SubnetSpec {
  readonly type: SubnetType;
  readonly name?: string;
  readonly cidrBlocks?: readonly string[];
  readonly cidrMask?: number;
  readonly size?: number;
}

/** One subnet of one zone. */
export interface PlannedSubnet<S extends SubnetSpec> {
  readonly spec: S;
  readonly zone: string;
  readonly cidr: string;
  /** The name of the resource, and of its route table: `<vpc>-<spec>-<number of the zone>`. */
  readonly name: string;
  /** The tag `Name`. */
  readonly nameTag: string;
}

export interface LayoutArgs<S extends SubnetSpec> {
  readonly vpc: string;
  readonly cidr: string;
  readonly zones: readonly string[];
  readonly specs: readonly S[];
  readonly strategy: "Auto" | "Exact";
  /** The prefix length of one zone's range; by default the zones share the whole. */
  readonly zoneMask?: number;
  readonly nameTags: "Legacy" | "AvailabilityZone";
}

/**
 * Where each subnet lies, zone by zone in the order of the specs; what is `Unused` included.
 *
 * @throws Error as the real component would refuse it.
 */
export function layOut<S extends SubnetSpec>(args: LayoutArgs<S>): readonly PlannedSubnet<S>[] {
  refuseDoubles(args.specs);
  const given = args.specs.filter(({ cidrBlocks }) => cidrBlocks !== undefined).length;
  if (given > 0 && given < args.specs.length) {
    throw new Error("If any subnet spec has explicit cidrBlocks, all subnets must have explicit cidrBlocks.");
  }
  const subnets = args.zones.flatMap((zone, index) => {
    const cidrs = given > 0 ? explicit(args, index) : divided(args, index);
    return args.specs.map((spec, position): PlannedSubnet<S> => {
      const stem = `${args.vpc}-${spec.name ?? spec.type.toLowerCase()}`;
      const name = `${stem}-${index + 1}`;
      const nameTag = args.nameTags === "AvailabilityZone" ? `${stem}-${zoneSuffix(zone)}` : name;
      return { spec, zone, cidr: cidrs[position] ?? "", name, nameTag };
    });
  });
  refuseOverlaps(parseCidr(args.cidr), subnets);
  if (args.strategy === "Exact") refuseGaps(parseCidr(args.cidr), subnets);
  return subnets;
}

function refuseDoubles(specs: readonly SubnetSpec[]): void {
  if (specs.length === 0) throw new Error("No subnets specified");
  const names = specs.map(({ type, name }) => `${type.toLowerCase()} ${name ?? ""}`);
  const double = names.find((name, index) => names.indexOf(name) !== index);
  if (double === undefined) return;
  const type = double.split(" ")[0];
  throw new Error(
    `Multiple subnet specs of type "${type}" require unique names. You can have at most one unnamed subnet per type.`,
  );
}

function explicit(args: LayoutArgs<SubnetSpec>, zone: number): string[] {
  return args.specs.map(({ cidrBlocks = [], cidrMask, size }, index) => {
    if (cidrBlocks.length !== args.zones.length) {
      throw new Error(
        `The number of CIDR blocks in subnetSpecs[${index}] must match the number of availability zones (${args.zones.length}).`,
      );
    }
    const text = cidrBlocks[zone] ?? "";
    const { prefix } = parseCidr(text);
    if ((cidrMask !== undefined && cidrMask !== prefix) || (size !== undefined && size !== 2 ** (32 - prefix))) {
      throw new Error(`cidrMask and size in subnetSpecs[${index}] must match all cidrBlocks or be left undefined.`);
    }
    return text;
  });
}

/** Divides a zone's range among the specs, in their order, each one's block on a border of its own size. */
function divided(args: LayoutArgs<SubnetSpec>, zone: number): string[] {
  const whole = parseCidr(args.cidr);
  const zoneMask = args.zoneMask ?? whole.prefix + bitsFor(args.zones.length);
  const start = whole.base + BigInt(zone) * sizeOf(zoneMask);
  const end = start + sizeOf(zoneMask);
  let next = start;
  return args.specs.map(({ cidrMask, size }) => {
    const mask = cidrMask ?? (size === undefined ? zoneMask + bitsFor(args.specs.length) : 32 - Math.log2(size));
    if (!Number.isInteger(mask) || mask < 16 || mask > 28) {
      throw new Error(`A subnet of AWS has between 16 and 65536 addresses, a power of two: /${mask} is none.`);
    }
    const step = sizeOf(mask);
    const base = ((next + step - 1n) / step) * step;
    next = base + step;
    if (next > end) {
      throw new Error(`Subnets are too large for VPC. A zone has ${end - start} addresses, but subnets require more.`);
    }
    return `${formatIpv4(base)}/${mask}`;
  });
}

function refuseOverlaps(whole: Cidr, subnets: readonly PlannedSubnet<SubnetSpec>[]): void {
  const read = subnets.map((subnet) => ({ ...subnet, block: parseCidr(subnet.cidr) }));
  for (const one of read) {
    if (!cidrContains(whole, one.block)) throw new Error(`${one.name}: ${one.cidr} does not lie in the VPC's range.`);
    const other = read.find(
      ({ name, block }) => name !== one.name && (cidrContains(block, one.block) || cidrContains(one.block, block)),
    );
    if (!other) continue;
    throw new Error(
      `The following subnets overlap with at least one other subnet: ${one.name}: ${one.cidr}, ${other.name}: ${other.cidr}`,
    );
  }
}

/** With the strategy `Exact` the blocks follow one another, in the order of zones and specs, and fill the VPC. */
function refuseGaps(whole: Cidr, subnets: readonly PlannedSubnet<SubnetSpec>[]): void {
  let expected = whole.base;
  for (const { name, cidr } of subnets) {
    const { base, prefix } = parseCidr(cidr);
    if (base !== expected) {
      throw new Error(
        `There are gaps in the subnet ranges. Please fix the following gaps: ${name} (${cidr}) does not begin at ${formatIpv4(expected)}`,
      );
    }
    expected = base + sizeOf(prefix);
  }
  if (expected === whole.base + sizeOf(whole.prefix)) return;
  throw new Error(
    `There are gaps in the subnet ranges. Please fix the following gaps: the subnets end before ${formatIpv4(expected)}, the VPC does not`,
  );
}

function sizeOf(prefix: number): bigint {
  return 1n << BigInt(32 - prefix);
}

function bitsFor(count: number): number {
  return Math.ceil(Math.log2(count));
}

function formatIpv4(address: bigint): string {
  return [24n, 16n, 8n, 0n].map((bits) => (address >> bits) & 255n).join(".");
}

/** "eu-central-1a" → "1a". */
function zoneSuffix(zone: string): string {
  return /^[a-z]{2}(?:-[a-z]+)+-(\d+[a-z])$/.exec(zone)?.[1] ?? zone;
}
