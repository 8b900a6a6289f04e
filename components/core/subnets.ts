import { type Cidr, formatIpv4Cidr, parseCidr } from "./cidr.ts";
import { UserError } from "./errors.ts";

/** Blocks of one zone: what the internet reaches, what pods and nodes live in, what has no way out. */
export interface ZoneSubnets {
  readonly public: string;
  readonly private: string;
  readonly isolated: string;
}

/** How many zones a network has room for. Two or three are used; the place of the others stays free. */
export const zoneSlots = 4;

/** Smallest and largest network: AWS takes no VPC larger than /16, and below /20 pods run out of addresses first. */
export const networkPrefixes = { largest: 16, smallest: 20 } as const;

const zonePattern = /^([a-z]{2}(?:-[a-z]+)+-\d)([a-z])$/;

/** Whether this is the name of an availability zone: "eu-central-1a", not "eu-central-1", "euc1-az2" or a local zone. */
export function isZone(text: string): boolean {
  return zonePattern.test(text);
}

/** Region of an availability zone; null when it is none. */
export function regionOfZone(zone: string): string | null {
  return zonePattern.exec(zone)?.[1] ?? null;
}

/**
 * Which quarter of a network a zone gets: by its letter, so that neither the order in which zones are written nor a zone
 * that is added later moves another's subnets. The fifth zone of a region shares the first one's quarter.
 */
export function zoneSlot(zone: string): number {
  const letter = zonePattern.exec(zone)?.[2];
  if (letter === undefined) {
    throw new UserError({ option: "zone", value: zone, fix: "Write an availability zone: eu-central-1a." });
  }
  return (letter.charCodeAt(0) - "a".charCodeAt(0)) % zoneSlots;
}

/**
 * The subnets of a network, by zone. Each zone has a quarter of the network's block, and of it:
 * - private: the first half (a /19 of a /16: 8,187 addresses). The VPC CNI takes addresses for pods in blocks of 16,
 *   and needs them contiguous: nothing else may be in there, and it is the largest.
 * - public, isolated: an eighth each (a /21 of a /16), for NAT gateways, load balancers and databases.
 * - the last quarter stays free for what comes later.
 *
 * AWS keeps five addresses of every subnet: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
 */
export function planSubnets(cidr: string, zones: readonly string[]): Readonly<Record<string, ZoneSubnets>> {
  const network = parseNetwork(cidr);
  const bySlot = new Map<number, string>();
  for (const zone of zones) {
    const slot = zoneSlot(zone);
    const other = bySlot.get(slot);
    if (other !== undefined) {
      const fix = other === zone ? "Name each zone once." : `It would have the place of ${other}: choose another zone.`;
      throw new UserError({ option: "zones", value: zone, fix });
    }
    bySlot.set(slot, zone);
  }
  return Object.fromEntries([...zones].sort().map((zone) => [zone, subnetsOf(network, zoneSlot(zone))]));
}

/** Reads a network's block; throws a `UserError` when it is no private IPv4 block of a size that can be planned. */
export function parseNetwork(cidr: string): Cidr {
  const network = parseCidr(cidr);
  const { largest, smallest } = networkPrefixes;
  if (network.family !== 4 || network.prefix < largest || network.prefix > smallest) {
    const fix = `Write an IPv4 block from /${largest} to /${smallest}: 10.20.0.0/16.`;
    throw new UserError({ option: "cidr", value: cidr, fix });
  }
  return network;
}

function subnetsOf(network: Cidr, slot: number): ZoneSubnets {
  const eighths = (first: number, count: 1 | 4) => {
    const size = 1n << BigInt(32 - network.prefix - 5);
    const base = network.base + size * BigInt(slot * 8 + first);
    return formatIpv4Cidr({ base, prefix: network.prefix + (count === 4 ? 3 : 5) });
  };
  return { private: eighths(0, 4), public: eighths(4, 1), isolated: eighths(5, 1) };
}
