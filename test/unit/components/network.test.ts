import { describe, expect, test } from "vitest";
import { shapeChildren } from "../../../components/network/children.ts";
import { planNetwork } from "../../../components/network/plan.ts";
import { parseNetworkSpec } from "../../../components/network/spec.ts";

const spec = { cidr: "10.20.0.0/16", zones: ["eu-central-1a", "eu-central-1b"] };
const refused = (change: object) => () => parseNetworkSpec({ ...spec, ...change });

describe("the spec of a network", () => {
  test("needs addresses and zones only", () => {
    expect(parseNetworkSpec(spec)).toEqual({
      cidr: "10.20.0.0/16",
      zones: ["eu-central-1a", "eu-central-1b"],
      nat: "one",
      endpoints: ["s3"],
      flowLogs: { retentionDays: 30, traffic: "all" },
      deletionProtection: true,
    });
  });

  test.each([
    [{ cidr: "10.20.0.0/24" }, 'spec.cidr: found "10.20.0.0/24". Write an IPv4 block from /16 to /20: 10.20.0.0/16.'],
    [
      { cidr: "8.8.0.0/16" },
      'spec.cidr: found "8.8.0.0/16". Use private addresses, out of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, ' +
        "100.64.0.0/10: the internet's own would be out of reach.",
    ],
    [{ cidr: "ten" }, 'spec.cidr: found "ten". Write a block of addresses: "203.0.113.0/24", "2001:db8::/32".'],
    [
      { zones: ["eu-central-1a"] },
      'spec.zones: found ["eu-central-1a"]. Name two or three zones: one alone takes the platform with it when it fails.',
    ],
    [
      { zones: ["a", "b", "c", "d"].map((letter) => `eu-central-1${letter}`) },
      "Name two or three zones: a fourth costs more in traffic between zones than it adds in safety.",
    ],
    [
      { zones: ["eu-central-1", "eu-central-1b"] },
      'spec.zones[0]: found "eu-central-1". Write the whole name of an availability zone: eu-central-1a.',
    ],
    [{ zones: ["eu-central-1a", "eu-central-1a"] }, 'spec.zones[1]: found "eu-central-1a". Name each zone once.'],
    [
      { zones: ["us-east-1a", "us-east-1e"] },
      'spec.zones[1]: found "us-east-1e". Its subnets would have the place of us-east-1a\'s (every fifth letter ' +
        "does): choose another zone.",
    ],
    [
      { zones: ["eu-central-1a", "eu-west-1b"] },
      'spec.zones[1]: found "eu-west-1b". All zones must be of one region, as the first is: eu-central-1.',
    ],
    [{ nat: "two" }, 'spec.nat: found "two". Write "none", "one" or "one-per-zone".'],
    [
      { nat: "none", endpoints: ["s3", "ecr"] },
      'spec.endpoints: found ["s3","ecr"]. Without a NAT gateway nodes cannot join the cluster, nor pods get images ' +
        'and credentials: add ec2, eks, eks-auth, sts; or write nat: "one".',
    ],
    [
      { endpoints: ["dynamodb"] },
      'spec.endpoints[0]: found "dynamodb". Write any of: autoscaling, ec2, ecr, eks, eks-auth, ' +
        "elasticloadbalancing, kms, logs, s3, secretsmanager, sts.",
    ],
    [{ flowLogs: true }, 'spec.flowLogs: found true. Write false, or what to keep: { "retentionDays": 30 }.'],
    [{ subnets: [] }, "spec.subnets: found []. There is no such option: take it out or correct its name."],
  ])("explains %j", (change, message) => {
    expect(refused(change)).toThrow(message);
  });

  test("says every mistake at once", () => {
    expect(refused({ cidr: "10.0.0.0/8", zones: ["x", "y"], nat: "" })).toThrow(
      /^spec\.cidr: .*\nspec\.zones\[0\]: .*\nspec\.zones\[1\]: .*\nspec\.nat: /,
    );
  });
});

describe("the plan of a network", () => {
  test("has endpoints for what nodes need where nothing leads out", () => {
    const endpoints = ["s3", "ecr", "ec2", "eks", "eks-auth", "sts"];
    const plan = planNetwork(parseNetworkSpec({ ...spec, nat: "none", endpoints, flowLogs: false }), "eu-central-1");
    expect(plan.vpc.natGateways).toEqual({ strategy: "None" });
    expect(plan.interfaceEndpoints).toEqual({
      ec2: "com.amazonaws.eu-central-1.ec2",
      "ecr-api": "com.amazonaws.eu-central-1.ecr.api",
      "ecr-dkr": "com.amazonaws.eu-central-1.ecr.dkr",
      eks: "com.amazonaws.eu-central-1.eks",
      "eks-auth": "com.amazonaws.eu-central-1.eks-auth",
      sts: "com.amazonaws.eu-central-1.sts",
    });
  });

  test("writes down refused connections only, when asked to", () => {
    const flowLogs = { retentionDays: 7, traffic: "rejected" };
    expect(planNetwork(parseNetworkSpec({ ...spec, flowLogs }), "eu-central-1").flowLogs).toEqual({
      logGroup: { retentionInDays: 7 },
      flowLog: { trafficType: "REJECT", maxAggregationInterval: 600 },
    });
  });
});

describe("what awsx makes", () => {
  const child = (type: string) => ({ custom: true, type, name: "child", props: { a: 1 }, opts: {} });

  test("gives no public addresses, and keeps the VPC and its subnets", () => {
    expect(shapeChildren(true)(child("aws:ec2/subnet:Subnet"))).toEqual({
      props: { a: 1, mapPublicIpOnLaunch: false },
      opts: { protect: true },
    });
    expect(shapeChildren(true)(child("aws:ec2/vpc:Vpc"))).toEqual({ props: { a: 1 }, opts: { protect: true } });
    expect(shapeChildren(false)(child("aws:ec2/vpc:Vpc"))).toEqual({ props: { a: 1 }, opts: { protect: false } });
  });

  test("may lose a NAT gateway", () => {
    expect(shapeChildren(true)(child("aws:ec2/natGateway:NatGateway"))).toBeUndefined();
  });
});
