import { BlockList, isIP, isIPv6 } from "node:net";
import type { ApiContext } from "./context.ts";

/** Tells the address that a request comes from. */
export type AddressOf = (context: ApiContext) => string;

/**
 * The peer's address; behind trusted proxies, the last address in `X-Forwarded-For` that is none of theirs. What stands
 * before that was written by the caller and is not believed.
 */
export function createAddressOf(trustedProxies: readonly string[]): AddressOf {
  const addressBehind = createAddressBehind(trustedProxies);
  return (context) => addressBehind(context.env?.incoming?.socket.remoteAddress, context.req.header("x-forwarded-for"));
}

/** The same of a peer's address and what `X-Forwarded-For` says; "unknown" when the peer is gone. */
export function createAddressBehind(
  trustedProxies: readonly string[],
): (peer: string | undefined, forwardedFor: string | undefined) => string {
  const trusted = toBlockList(trustedProxies);
  const isTrusted = remember((address) => trusted.check(address, isIPv6(address) ? "ipv6" : "ipv4"));
  const plainPeer = remember((peer) => {
    const address = plain(peer);
    return isIP(address) === 0 ? "unknown" : address;
  });
  return (peer, forwardedFor) => {
    let address = plainPeer(peer ?? "");
    if (trustedProxies.length === 0 || address === "unknown") return address;
    const forwarded = (forwardedFor ?? "").split(",").map((part) => plain(part.trim()));
    while (isTrusted(address)) {
      const next = forwarded.pop();
      if (next === undefined || isIP(next) === 0) break;
      address = next;
    }
    return address;
  };
}

/** Most addresses of which something is remembered. */
const mostKnown = 10_000;

/** Remembers what a question about an address was answered: peers are few, and each sends many requests. */
function remember<Answer>(ask: (address: string) => Answer): (address: string) => Answer {
  const answers = new Map<string, Answer>();
  return (address) => {
    const found = answers.get(address);
    if (found !== undefined) return found;
    const answer = ask(address);
    if (answers.size >= mostKnown) answers.clear();
    answers.set(address, answer);
    return answer;
  };
}

/** Addresses and CIDR blocks as one list; throws on what is neither. */
export function toBlockList(entries: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = "", prefix] = entry.split("/");
    const family = isIPv6(address) ? "ipv6" : "ipv4";
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return list;
}

/** Who shares a limit: one IPv4 address, or one IPv6 network of /64 (which one customer has all of). */
export function limitKey(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = "", tail] = address.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const groups = tail === undefined ? left : [...left, ...Array(8 - left.length - right.length).fill("0"), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`;
}

/** Whether an address reaches this machine only. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

/** IPv4 addresses mapped into IPv6 as what they are, and without a zone. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*$/, "");
}
