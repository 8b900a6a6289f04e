import { describe, expect, test } from "vitest";
import { type LayoutArgs, layOut, type SubnetSpec } from "../../../toolchain/stand-ins/components/awsx/layout.ts";

const base: LayoutArgs<SubnetSpec> = {
  vpc: "net",
  cidr: "10.20.0.0/16",
  zones: ["eu-central-1a", "eu-central-1b"],
  specs: [
    { type: "Private", cidrMask: 18 },
    { type: "Public", cidrMask: 19 },
    { type: "Isolated", cidrMask: 19 },
  ],
  strategy: "Exact",
  nameTags: "AvailabilityZone",
};

const lines = (args: Partial<LayoutArgs<SubnetSpec>>): string[] =>
  layOut({ ...base, ...args }).map(({ name, nameTag, zone, cidr }) => `${name} (${nameTag}) ${zone} ${cidr}`);

describe("the subnets of awsx", () => {
  test("lie zone by zone, in the order of the specs", () => {
    expect(lines({})).toEqual([
      "net-private-1 (net-private-1a) eu-central-1a 10.20.0.0/18",
      "net-public-1 (net-public-1a) eu-central-1a 10.20.64.0/19",
      "net-isolated-1 (net-isolated-1a) eu-central-1a 10.20.96.0/19",
      "net-private-2 (net-private-1b) eu-central-1b 10.20.128.0/18",
      "net-public-2 (net-public-1b) eu-central-1b 10.20.192.0/19",
      "net-isolated-2 (net-isolated-1b) eu-central-1b 10.20.224.0/19",
    ]);
  });

  test("begin on borders of their own size", () => {
    const specs: SubnetSpec[] = [{ type: "Public", size: 256 }, { type: "Private" }];
    expect(lines({ specs, strategy: "Auto", zones: ["eu-central-1a"], nameTags: "Legacy" })).toEqual([
      "net-public-1 (net-public-1) eu-central-1a 10.20.0.0/24",
      "net-private-1 (net-private-1) eu-central-1a 10.20.128.0/17",
    ]);
  });

  test.each<[string, Partial<LayoutArgs<SubnetSpec>>, string]>([
    ["no specs", { specs: [] }, "No subnets specified"],
    [
      "two of a type without names",
      { specs: [{ type: "Public" }, { type: "Public" }] },
      'Multiple subnet specs of type "public" require unique names. You can have at most one unnamed subnet per type.',
    ],
    [
      "blocks for some only",
      { specs: [{ type: "Public", cidrBlocks: ["10.20.0.0/20", "10.20.16.0/20"] }, { type: "Private" }] },
      "If any subnet spec has explicit cidrBlocks, all subnets must have explicit cidrBlocks.",
    ],
    [
      "fewer blocks than zones",
      { specs: [{ type: "Public", cidrBlocks: ["10.20.0.0/20"] }] },
      "The number of CIDR blocks in subnetSpecs[0] must match the number of availability zones (2).",
    ],
    [
      "a mask that is not the blocks'",
      { specs: [{ type: "Public", cidrMask: 24, cidrBlocks: ["10.20.0.0/20", "10.20.16.0/20"] }] },
      "cidrMask and size in subnetSpecs[0] must match all cidrBlocks or be left undefined.",
    ],
    [
      "blocks that overlap",
      { specs: [{ type: "Public", cidrBlocks: ["10.20.0.0/20", "10.20.0.0/21"] }] },
      "The following subnets overlap with at least one other subnet: net-public-1: 10.20.0.0/20, net-public-2: 10.20.0.0/21",
    ],
    [
      "a block outside the VPC",
      { specs: [{ type: "Public", cidrBlocks: ["10.20.0.0/20", "10.21.0.0/20"] }] },
      "net-public-2: 10.21.0.0/20 does not lie in the VPC's range.",
    ],
    [
      "a gap between zones",
      { specs: [{ type: "Public", cidrBlocks: ["10.20.0.0/20", "10.20.128.0/17"] }] },
      "There are gaps in the subnet ranges. Please fix the following gaps: net-public-2 (10.20.128.0/17) does not begin at 10.20.16.0",
    ],
    [
      "a subnet that is too small",
      { specs: [{ type: "Public", cidrMask: 29 }] },
      "A subnet of AWS has between 16 and 65536 addresses, a power of two: /29 is none.",
    ],
    [
      "more than there is",
      {
        specs: [
          { type: "Public", cidrMask: 17 },
          { type: "Private", cidrMask: 18 },
        ],
      },
      "Subnets are too large for VPC. A zone has 32768 addresses, but subnets require more.",
    ],
  ])("are refused: %s", (_, args, message) => {
    expect(() => lines(args)).toThrow(new Error(message));
  });
});
