import { z } from "zod";
import { UserError } from "./errors.ts";

/** A block of addresses, read. */
export interface Cidr {
  readonly family: 4 | 6;
  /** First address of the block. */
  readonly base: bigint;
  /** Number of leading bits that all addresses of the block share. */
  readonly prefix: number;
}

interface SpecialRange {
  readonly cidr: string;
  readonly what: string;
}

/**
 * IPv4 ranges that are not the public internet.
 * Source: IANA IPv4 Special-Purpose Address Registry (RFC 6890 and its updates) and the Multicast registry,
 * https://www.iana.org/assignments/iana-ipv4-special-registry; the last one is Azure's, documented as reachable from
 * every virtual machine at a public address.
 */
export const specialIpv4: readonly SpecialRange[] = [
  { cidr: "0.0.0.0/8", what: "this network (RFC 791)" },
  { cidr: "10.0.0.0/8", what: "private (RFC 1918)" },
  { cidr: "100.64.0.0/10", what: "shared address space (RFC 6598); Alibaba's metadata service" },
  { cidr: "127.0.0.0/8", what: "loopback (RFC 1122)" },
  { cidr: "169.254.0.0/16", what: "link-local (RFC 3927); the clouds' metadata services" },
  { cidr: "172.16.0.0/12", what: "private (RFC 1918)" },
  { cidr: "192.0.0.0/24", what: "IETF protocol assignments (RFC 6890); Oracle's metadata service" },
  { cidr: "192.0.2.0/24", what: "documentation (RFC 5737)" },
  { cidr: "192.88.99.0/24", what: "deprecated 6to4 relay anycast (RFC 7526)" },
  { cidr: "192.168.0.0/16", what: "private (RFC 1918)" },
  { cidr: "198.18.0.0/15", what: "benchmarking (RFC 2544)" },
  { cidr: "198.51.100.0/24", what: "documentation (RFC 5737)" },
  { cidr: "203.0.113.0/24", what: "documentation (RFC 5737)" },
  { cidr: "224.0.0.0/4", what: "multicast (RFC 5771)" },
  { cidr: "240.0.0.0/4", what: "reserved (RFC 1112) and limited broadcast (RFC 919)" },
  { cidr: "168.63.129.16/32", what: "Azure's platform service" },
];

/**
 * Ranges that networks choose their own addresses from: RFC 1918, and RFC 6598, which EKS takes for Services and pods
 * too. https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
 */
export const privateIpv4 = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"] as const;

/**
 * The only IPv6 addresses that are the public internet: IANA has given out no others. What lies outside needs no list:
 * loopback (::1), IPv4-mapped (::ffff:0:0/96), NAT64 (64:ff9b::/96, 64:ff9b:1::/48: a way to IPv4's private ranges),
 * discard-only (100::/64), segment routing (5f00::/16), unique local (fc00::/7; AWS' metadata fd00:ec2::254),
 * link-local (fe80::/10), multicast (ff00::/8).
 * Source: IANA IPv6 Global Unicast Address Assignments (RFC 4291, 3587).
 */
export const globalUnicastIpv6 = "2000::/3";

/**
 * IPv6 ranges within global unicast that are not the public internet.
 * Source: IANA IPv6 Special-Purpose Address Registry, https://www.iana.org/assignments/iana-ipv6-special-registry.
 */
export const specialIpv6: readonly SpecialRange[] = [
  { cidr: "2001::/23", what: "IETF protocol assignments (RFC 2928), Teredo among them" },
  { cidr: "2001:db8::/32", what: "documentation (RFC 3849)" },
  { cidr: "2002::/16", what: "6to4 (RFC 3056): a way to IPv4's private ranges" },
  { cidr: "3fff::/20", what: "documentation (RFC 9637)" },
];

/** A destination block with holes in it, as a NetworkPolicy's `ipBlock` has it. */
export interface IpBlock {
  readonly cidr: string;
  readonly except: readonly string[];
}

/**
 * The public internet as blocks: all addresses but the special ranges and the blocks in `alsoDenied` (a cluster's API
 * server at a public address, a company's own range). Throws a `UserError` when one of those is no CIDR block.
 */
export function publicInternet(alsoDenied: readonly string[] = []): readonly IpBlock[] {
  const denied = alsoDenied.map((text) => ({ text, cidr: parseCidr(text) }));
  const ipv6 = parseCidr(globalUnicastIpv6);
  const everyIpv4 = parseCidr("0.0.0.0/0");
  const holes = (within: Cidr, special: readonly SpecialRange[]) => [
    ...new Set([
      ...special.map(({ cidr }) => cidr),
      ...denied.filter(({ cidr }) => cidrContains(within, cidr)).map(({ text }) => text),
    ]),
  ];
  const ipv4Block = { cidr: "0.0.0.0/0", except: holes(everyIpv4, specialIpv4) };
  // Denied as a whole ("2000::/3", "::/1"), it has no holes: Kubernetes takes only smaller ones. IPv4 always stays, as
  // no block at all would mean everything.
  if (denied.some(({ cidr }) => cidrContains(cidr, ipv6))) return [ipv4Block];
  return [ipv4Block, { cidr: globalUnicastIpv6, except: holes(ipv6, specialIpv6) }];
}

/** Whether every address of `inner` is one of `outer`. */
export function cidrContains(outer: Cidr, inner: Cidr): boolean {
  if (outer.family !== inner.family || inner.prefix < outer.prefix) return false;
  return maskTo(inner.base, outer.prefix, width(outer.family)) === outer.base;
}

/** Whether two blocks have an address in common. */
export function cidrsOverlap(a: Cidr, b: Cidr): boolean {
  return cidrContains(a, b) || cidrContains(b, a);
}

/** An IPv4 block as text. */
export function formatIpv4Cidr({ base, prefix }: Pick<Cidr, "base" | "prefix">): string {
  return `${[24n, 16n, 8n, 0n].map((shift) => (base >> shift) & 255n).join(".")}/${prefix}`;
}

/** A block of addresses as text: "203.0.113.0/24", "2001:db8::/32"; not all addresses at once. */
export const cidrBlock = z.string().refine((text) => {
  try {
    return parseCidr(text).prefix > 0;
  } catch {
    return false;
  }
}, 'must be a block of addresses such as "203.0.113.0/24" or "2001:db8::/32"');

/** Reads a CIDR block; throws a `UserError` when it is none or has bits set behind its prefix. */
export function parseCidr(text: string): Cidr {
  const match = /^([0-9a-fA-F.:]+)\/(\d{1,3})$/.exec(text);
  const address = match?.[1] ?? "";
  const prefix = Number(match?.[2]);
  const family = address.includes(":") ? 6 : 4;
  const base = family === 4 ? parseIpv4(address) : parseIpv6(address);
  if (base === null || !(prefix <= width(family))) {
    throw new UserError({
      option: "cidr",
      value: text,
      fix: 'Write a block of addresses: "203.0.113.0/24", "2001:db8::/32".',
    });
  }
  if (maskTo(base, prefix, width(family)) !== base) {
    throw new UserError({ option: "cidr", value: text, fix: `Bits behind the first ${prefix} must be zero.` });
  }
  return { family, base, prefix };
}

function width(family: 4 | 6): number {
  return family === 4 ? 32 : 128;
}

function maskTo(address: bigint, prefix: number, bits: number): bigint {
  const rest = BigInt(bits - prefix);
  return (address >> rest) << rest;
}

function parseIpv4(text: string): bigint | null {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)) return null;
  return parts.reduce((address, part) => (address << 8n) | BigInt(part), 0n);
}

function parseIpv6(text: string): bigint | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const [head, tail] = halves.map((half) => (half === "" ? [] : half.split(":")));
  if (head === undefined) return null;
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (tail === undefined ? missing !== 0 : missing < 1) return null;
  const groups = [...head, ...Array.from({ length: missing }, () => "0"), ...(tail ?? [])];
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return null;
  return groups.reduce((address, group) => (address << 16n) | BigInt(`0x${group}`), 0n);
}
