import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  cidrBlock,
  cidrContains,
  globalUnicastIpv6,
  parseCidr,
  publicInternet,
} from "../../../components/core/cidr.ts";

/** Whether a NetworkPolicy that allows the public internet lets an address through. */
function allows(address: string, alsoDenied: readonly string[] = []): boolean {
  const block = parseCidr(`${address}/${address.includes(":") ? 128 : 32}`);
  return publicInternet(alsoDenied).some(
    ({ cidr, except }) =>
      cidrContains(parseCidr(cidr), block) && !except.some((hole) => cidrContains(parseCidr(hole), block)),
  );
}

describe("the public internet", () => {
  test.each([
    ["10.0.0.1", "private"],
    ["172.31.255.255", "private"],
    ["192.168.1.1", "private"],
    ["100.64.0.1", "shared"],
    ["100.100.100.200", "Alibaba's metadata"],
    ["127.0.0.1", "loopback"],
    ["169.254.169.254", "metadata"],
    ["168.63.129.16", "Azure's platform"],
    ["192.0.0.192", "Oracle's metadata"],
    ["0.0.0.0", "this network"],
    ["198.18.0.1", "benchmarking"],
    ["203.0.113.1", "documentation"],
    ["224.0.0.1", "multicast"],
    ["255.255.255.255", "broadcast"],
    ["::", "unspecified"],
    ["::1", "loopback"],
    ["::ffff:0a00:0001", "IPv4-mapped private"],
    ["64:ff9b::a00:1", "NAT64 of a private address"],
    ["fd00:ec2::254", "metadata"],
    ["fe80::1", "link-local"],
    ["ff02::1", "multicast"],
    ["2002:a00:1::", "6to4 of a private address"],
    ["2001::1", "Teredo"],
    ["2001:db8::1", "documentation"],
    ["3fff::1", "documentation"],
    ["5f00::1", "segment routing"],
  ])("does not hold %s (%s)", (address) => expect(allows(address)).toBe(false));

  test.each([
    "1.1.1.1",
    "8.8.8.8",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.0.1",
    "172.32.0.1",
    "223.255.255.255",
    "2606:4700::1111",
    "2a00:1450::1",
    "2001:200::1",
  ])("holds %s", (address) => expect(allows(address)).toBe(true));

  test("leaves out what an installation denies", () => {
    expect(allows("44.1.2.3", ["44.1.2.0/24"])).toBe(false);
    expect(allows("44.1.3.3", ["44.1.2.0/24"])).toBe(true);
    expect(allows("2600:1f00::1", ["2600:1f00::/24"])).toBe(false);
  });

  test.each(["2000::/3", "::/1", "::/2"])("holds no IPv6 at all where an installation denies %s", (block) => {
    expect(allows("2606:4700::1111", [block])).toBe(false);
    expect(allows("1.1.1.1", [block])).toBe(true);
    expect(publicInternet([block]).map(({ cidr }) => cidr)).toEqual(["0.0.0.0/0"]);
  });

  test("has every hole within its own block, as the API server demands", () => {
    for (const { cidr, except } of publicInternet(["44.1.2.0/24", "2600:1f00::/24", "fd12::/16"])) {
      for (const hole of except) {
        expect([hole, cidrContains(parseCidr(cidr), parseCidr(hole)) && hole !== cidr]).toEqual([hole, true]);
      }
    }
  });

  test("refuses what is no block of addresses", () => {
    expect(() => publicInternet(["not a block"])).toThrow('cidr: found "not a block". Write a block of addresses');
  });
});

describe("cidrBlock", () => {
  test.each(["10.1.0.0/16", "2001:db8::/32", "1.1.1.1/32"])("accepts %s", (text) =>
    expect(cidrBlock.safeParse(text).success).toBe(true),
  );
  test.each(["0.0.0.0/0", "::/0", "10.0.0.1/8", "everything", ""])("refuses %j", (text) =>
    expect(cidrBlock.safeParse(text).error?.issues[0]?.message).toContain("must be a block of addresses"),
  );
});

describe("parseCidr", () => {
  test.each([
    "1.2.3.4",
    "1.2.3/24",
    "256.0.0.0/8",
    "01.2.3.4/32",
    "1.2.3.4/33",
    "::/129",
    ":::/3",
    "1::2::3/128",
    "g::/16",
    "1:2:3:4:5:6:7:8:9/128",
    "10.0.0.1/8",
    "",
  ])("refuses %j", (text) => expect(() => parseCidr(text)).toThrow(/^cidr: /));

  test("reads every IPv4 block", () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(parseCidr(`${address}/32`)).toMatchObject({ family: 4, prefix: 32 });
      }),
    );
  });

  test("reads abbreviated IPv6", () => {
    expect(parseCidr("2001:db8::/32")).toEqual({ family: 6, prefix: 32, base: 0x20010db8n << 96n });
    expect(parseCidr("1:2:3:4:5:6:7:8/128").base).toBe(0x00010002000300040005000600070008n);
    expect(cidrContains(parseCidr(globalUnicastIpv6), parseCidr("::/0"))).toBe(false);
  });
});
