import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cidrContains, cidrsOverlap, formatIpv4Cidr, parseCidr } from "../../../components/core/cidr.ts";
import { isZone, planSubnets, regionOfZone, zoneSlot } from "../../../components/core/subnets.ts";

const zoneOf = (letter: string) => `eu-central-1${letter}`;
/** Two or three zones, each with a place of its own, in any order. */
const someZones = fc
  .uniqueArray(fc.constantFrom(..."abcdef"), {
    minLength: 2,
    maxLength: 3,
    selector: (letter) => zoneSlot(zoneOf(letter)),
  })
  .map((letters) => letters.map(zoneOf));
const networks = fc.tuple(fc.integer({ min: 16, max: 20 }), fc.nat({ max: 2 ** 20 - 1 })).map(([prefix, place]) => {
  const rest = BigInt(32 - prefix);
  return formatIpv4Cidr({ base: ((BigInt(place) << 12n) >> rest) << rest, prefix });
});
const blocksOf = (plan: ReturnType<typeof planSubnets>) =>
  Object.values(plan).flatMap((zone) => [zone.public, zone.private, zone.isolated].map(parseCidr));

describe("the plan of subnets", () => {
  test("gives each zone a quarter by its letter, half of it to pods", () => {
    expect(planSubnets("10.20.0.0/16", ["eu-central-1b", "eu-central-1a"])).toEqual({
      "eu-central-1a": { private: "10.20.0.0/19", public: "10.20.32.0/21", isolated: "10.20.40.0/21" },
      "eu-central-1b": { private: "10.20.64.0/19", public: "10.20.96.0/21", isolated: "10.20.104.0/21" },
    });
    expect(planSubnets("172.16.16.0/20", ["us-east-1f", "us-east-1c"])).toEqual({
      "us-east-1c": { private: "172.16.24.0/23", public: "172.16.26.0/25", isolated: "172.16.26.128/25" },
      "us-east-1f": { private: "172.16.20.0/23", public: "172.16.22.0/25", isolated: "172.16.22.128/25" },
    });
  });

  test("lies within the network and never overlaps, private being the largest of each zone", () => {
    fc.assert(
      fc.property(networks, someZones, (cidr, zones) => {
        const plan = planSubnets(cidr, zones);
        const blocks = blocksOf(plan);
        expect(Object.keys(plan)).toEqual([...zones].sort());
        expect(blocks).toHaveLength(zones.length * 3);
        for (const [index, block] of blocks.entries()) {
          expect(cidrContains(parseCidr(cidr), block)).toBe(true);
          expect(blocks.slice(index + 1).some((other) => cidrsOverlap(block, other))).toBe(false);
        }
        for (const zone of Object.values(plan)) {
          expect(parseCidr(zone.private).prefix).toBeLessThan(parseCidr(zone.public).prefix);
          expect(parseCidr(zone.private).prefix).toBeLessThan(parseCidr(zone.isolated).prefix);
        }
      }),
    );
  });

  test("does not depend on the order of zones, and is not moved by one more", () => {
    fc.assert(
      fc.property(networks, someZones, (cidr, zones) => {
        const plan = planSubnets(cidr, zones);
        expect(planSubnets(cidr, [...zones].reverse())).toEqual(plan);
        const fewer = planSubnets(cidr, zones.slice(1));
        expect(plan).toMatchObject(fewer);
      }),
    );
  });

  test("refuses zones that would share a place, and networks it cannot divide", () => {
    const plan =
      (cidr: string, ...zones: string[]) =>
      () =>
        planSubnets(cidr, zones);
    expect(plan("10.0.0.0/16", "us-east-1a", "us-east-1e")).toThrow(
      'zones: found "us-east-1e". It would have the place of us-east-1a: choose another zone.',
    );
    expect(plan("10.0.0.0/16", "us-east-1a", "us-east-1a")).toThrow("Name each zone once.");
    expect(plan("10.0.0.0/16", "use1-az1")).toThrow(
      'zone: found "use1-az1". Write an availability zone: eu-central-1a.',
    );
    expect(plan("10.0.0.0/8")).toThrow('cidr: found "10.0.0.0/8". Write an IPv4 block from /16 to /20: 10.20.0.0/16.');
    expect(plan("fd00::/16")).toThrow("Write an IPv4 block from /16 to /20");
    expect(plan("10.20.1.0/16")).toThrow("Bits behind the first 16 must be zero.");
  });
});

describe("a zone", () => {
  test("is told by its name, local zones and zone ids being none", () => {
    const names = [
      "eu-central-1a",
      "us-gov-west-1b",
      "eu-central-1",
      "euc1-az2",
      "us-west-2-lax-1a",
      "EU-central-1a",
      "",
    ];
    expect(names.filter(isZone)).toEqual(["eu-central-1a", "us-gov-west-1b"]);
    expect(names.map(regionOfZone)).toEqual(["eu-central-1", "us-gov-west-1", null, null, null, null, null]);
  });
});

describe("blocks of addresses", () => {
  test("are written as they were read", () => {
    for (const text of ["0.0.0.0/0", "10.20.64.0/19", "255.255.255.255/32"]) {
      expect(formatIpv4Cidr(parseCidr(text))).toBe(text);
    }
  });

  test("overlap when one holds the other", () => {
    const overlap = (a: string, b: string) => cidrsOverlap(parseCidr(a), parseCidr(b));
    expect(overlap("10.0.0.0/8", "10.20.0.0/16")).toBe(true);
    expect(overlap("10.20.0.0/16", "10.0.0.0/8")).toBe(true);
    expect(overlap("10.20.0.0/16", "10.21.0.0/16")).toBe(false);
    expect(overlap("10.20.0.0/16", "::/0")).toBe(false);
  });
});
