import { isUnknown, readList } from "../../rule.ts";

/**
 * Longest prefixes that stand for the whole internet: a /0 is as easily written as two /1, or 256 /8. Nobody is given a
 * block shorter than these: IANA gives /8 of IPv4 and /12 of IPv6 to whole continents.
 * Sources: https://www.iana.org/assignments/ipv4-address-space, https://www.iana.org/assignments/ipv6-unicast-address-assignments
 */
const shortestOwn = { ipv4: 8, ipv6: 12 } as const;

/** Whether a block of addresses is the whole internet, or a part of it that no one has alone. */
export function isWorld(block: unknown): boolean {
  if (typeof block !== "string") return false;
  const prefix = /\/(\d{1,3})$/.exec(block)?.[1];
  if (prefix === undefined) return false;
  if (!block.includes(":")) return Number(prefix) < shortestOwn.ipv4;
  // What begins with f is no part of the internet: unique local (fc00::/7), link-local, multicast.
  return Number(prefix) < shortestOwn.ipv6 && !/^f/i.test(block);
}

/** Those of the blocks in lists of them that are the whole internet. */
export function worldIn(value: unknown, ...paths: readonly string[]): readonly string[] {
  return paths
    .flatMap((path) => readList(value, path))
    .filter((block): block is string => !isUnknown(block) && isWorld(block));
}
