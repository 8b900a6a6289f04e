import type { ClusterArgs } from "@pulumi/eks/cluster.js";
import { describe, expect, test } from "vitest";
import { checkArgs } from "../../../toolchain/stand-ins/components/eks/args.ts";
import { cniConfiguration, sortedJson } from "../../../toolchain/stand-ins/components/eks/configuration.ts";

const good: ClusterArgs = {
  skipDefaultNodeGroup: true,
  authenticationMode: "API",
  vpcId: "vpc-1",
  subnetIds: ["subnet-1", "subnet-2"],
};

describe("a cluster of eks", () => {
  test("is taken without node groups, with access entries", () => {
    expect(() => checkArgs(good)).not.toThrow();
  });

  test.each<[Partial<ClusterArgs>, string]>([
    [{ fargate: true }, "fargate is not supported by this stand-in of eks."],
    [
      { skipDefaultNodeGroup: false },
      "skipDefaultNodeGroup must be true: this stand-in of eks makes no default node group.",
    ],
    [
      { authenticationMode: "API_AND_CONFIG_MAP" },
      'authenticationMode must be "API", not "API_AND_CONFIG_MAP": this stand-in of eks writes no aws-auth ConfigMap.',
    ],
    [
      { privateSubnetIds: ["subnet-3"] },
      "subnetIds, and the use of publicSubnetIds and/or privateSubnetIds are mutually exclusive. Choose a single approach.",
    ],
    [
      { endpointPublicAccess: false, publicAccessCidrs: ["203.0.113.7/32"] },
      "`publicAccessCidrs` can only be set when `endpointPublicAccess` is true",
    ],
  ])("is refused with %o", (args, message) => {
    expect(() => checkArgs({ ...good, ...args })).toThrow(new Error(message));
  });

  test("has a VPC and subnets named", () => {
    const { vpcId: _, ...noVpc } = good;
    const { subnetIds: __, ...noSubnets } = good;
    expect(() => checkArgs(noVpc)).toThrow("vpcId must be given");
    expect(() => checkArgs(noSubnets)).toThrow("subnetIds must be given");
  });
});

test("the CNI's own configuration counts more than its options", () => {
  const given = { env: { WARM_ENI_TARGET: "0" }, nodeAgent: { enabled: true } };
  const configuration = cniConfiguration(given, true, { warmEniTarget: 2, warmIpTarget: undefined });
  expect(configuration).toMatchObject({
    enableNetworkPolicy: "true",
    nodeAgent: { enabled: true },
    env: { WARM_ENI_TARGET: "0", AWS_VPC_ENI_MTU: "9001" },
    init: { env: { DISABLE_TCP_EARLY_DEMUX: "false" } },
  });
});

test("the same configuration is the same text", () => {
  expect(sortedJson({ b: { d: 1, c: [{ f: 1, e: 2 }] }, a: true })).toBe('{"a":true,"b":{"c":[{"e":2,"f":1}],"d":1}}');
});
