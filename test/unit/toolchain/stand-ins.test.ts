import { expect, test } from "vitest";
import { checkInputs } from "../../../toolchain/stand-ins/check.ts";
import { diffInputs } from "../../../toolchain/stand-ins/diff.ts";
import { identify } from "../../../toolchain/stand-ins/identity.ts";
import { automaticName, isAutomatic, kindOf } from "../../../toolchain/stand-ins/kinds.ts";
import { installedPackage } from "../../../toolchain/stand-ins/typings/cache.ts";
import { TypingsReader } from "../../../toolchain/stand-ins/typings/read.ts";
import type { Shape } from "../../../toolchain/stand-ins/typings/shape.ts";
import { unknown, type Values } from "../../../toolchain/stand-ins/values.ts";

const reader = new TypingsReader(installedPackage("aws").folder, "aws");

function shapeOf(token: string): Shape {
  const shape = reader.resource(token);
  if (!shape) throw new Error(`There is no ${token}.`);
  return shape;
}

const policy = (statement: Values) => ({ role: "r", policy: { Version: "2012-10-17", Statement: [statement] } });

const checks: readonly (readonly [string, string, Values, unknown])[] = [
  ["what is required and given passes", "aws:ec2/subnet:Subnet", { vpcId: "vpc-1" }, []],
  ["what is not known yet passes", "aws:ec2/subnet:Subnet", { vpcId: unknown, tags: unknown }, []],
  [
    "a list for a text",
    "aws:ec2/subnet:Subnet",
    { vpcId: ["vpc-1"] },
    [["vpcId", "Found a list; accepted is a text."]],
  ],
  [
    "a text for a list",
    "aws:rds/subnetGroup:SubnetGroup",
    { subnetIds: "subnet-1" },
    [["subnetIds", "Found a text; accepted is a list of texts."]],
  ],
  [
    "a wrong item deep inside",
    "aws:ec2/launchTemplate:LaunchTemplate",
    { blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { volumeSize: "20" } }] },
    [["blockDeviceMappings[0].ebs.volumeSize", "Found a text; accepted is a number."]],
  ],
  [
    "a key that is no name",
    "aws:ec2/vpc:Vpc",
    { tags: { "kubernetes.io/role/elb": 1 } },
    [['tags["kubernetes.io/role/elb"]', "Found a number; accepted is a text."]],
  ],
  [
    "a value that is none of an enum",
    "aws:rds/clusterInstance:ClusterInstance",
    { clusterIdentifier: "c", instanceClass: "db.r6g.large", engine: "oracle" },
    [["engine", expect.stringMatching(/^Found "oracle"; accepted is one of "aurora", /)]],
  ],
  ["one of several types", "aws:iam/rolePolicy:RolePolicy", { role: "r", policy: "{}" }, []],
  ["another of several types", "aws:iam/rolePolicy:RolePolicy", policy({ Effect: "Allow", Action: "*" }), []],
  [
    "none of several types, told by the nearest",
    "aws:iam/rolePolicy:RolePolicy",
    policy({ Effect: "Maybe" }),
    [["policy.Statement[0].Effect", 'Found "Maybe"; accepted is one of "Allow", "Deny".']],
  ],
];

test.each(checks)("%s", (_name, token, inputs, expected) => {
  const failures = checkInputs(shapeOf(token), inputs);
  expect(failures.map(({ property, reason }) => [property, reason])).toEqual(expected);
});

test("no value that could be a secret is told", () => {
  const failures = checkInputs(shapeOf("aws:rds/instance:Instance"), {
    instanceClass: "db.t4g.micro",
    password: 4711,
    username: { secret: "hunter2" },
  });
  expect(JSON.stringify(failures)).not.toMatch(/4711|hunter2/);
});

const changes = (token: string, olds: Values, news: Values) =>
  diffInputs(shapeOf(token), olds, news).map(({ path, kind, replaces }) => `${kind} ${path}${replaces ? " !" : ""}`);

const differences: readonly (readonly [string, Values, Values, readonly string[]])[] = [
  ["aws:ec2/vpc:Vpc", { cidrBlock: "10.0.0.0/16" }, { cidrBlock: "10.1.0.0/16" }, ["update cidrBlock !"]],
  ["aws:ec2/vpc:Vpc", { tags: { a: "1", b: "2" } }, { tags: { a: "1", c: "3" } }, ["delete tags.b", "add tags.c"]],
  ["aws:ec2/vpc:Vpc", { enableDnsSupport: true }, { enableDnsSupport: unknown }, ["update enableDnsSupport"]],
  [
    "aws:eks/nodeGroup:NodeGroup",
    { launchTemplate: { id: "lt-1", version: "1" }, instanceTypes: ["m5.large"] },
    { launchTemplate: { id: "lt-1", version: "2" }, instanceTypes: ["m5.large", "m6i.large"] },
    ["update launchTemplate.version", "add instanceTypes[1] !"],
  ],
  ["aws:eks/nodeGroup:NodeGroup", { launchTemplate: { id: "lt-1", version: "1" } }, {}, ["delete launchTemplate !"]],
  ["aws:eks/nodeGroup:NodeGroup", { subnetIds: ["a", "b"] }, { subnetIds: ["b", "a"] }, []],
  // What the documentation says, where the table says nothing: the words are in the typings.
  [
    "aws:eks/cluster:Cluster",
    { kubernetesNetworkConfig: { ipFamily: "ipv4" }, version: "1.33" },
    { kubernetesNetworkConfig: { ipFamily: "ipv6" }, version: "1.34" },
    ["update kubernetesNetworkConfig.ipFamily !", "update version"],
  ],
  [
    "aws:lb/loadBalancer:LoadBalancer",
    { loadBalancerType: "network", subnets: ["a"], securityGroups: ["x"] },
    { loadBalancerType: "network", subnets: ["a", "b"], securityGroups: ["y"] },
    ["add subnets[1]", "update securityGroups[0]"],
  ],
  [
    "aws:lb/loadBalancer:LoadBalancer",
    { loadBalancerType: "network", subnets: ["a", "b"] },
    { loadBalancerType: "network", subnets: ["a"] },
    ["delete subnets[1] !"],
  ],
  ["aws:s3/bucketVersioning:BucketVersioning", { bucket: "a" }, { bucket: "b" }, ["update bucket !"]],
];

test.each(differences)("%s: %j → %j", (token, olds, news, expected) => {
  expect(changes(token, olds, news)).toEqual(expected);
});

test("names that are made are the logical name and seven digits, within what the cloud takes", () => {
  const lb = kindOf(shapeOf("aws:lb/loadBalancer:LoadBalancer"));
  const bucket = kindOf(shapeOf("aws:s3/bucket:Bucket"));
  const seed = new Uint8Array([1, 2, 3]);
  const name = automaticName(lb, "a-very-long-name-of-a-load-balancer", undefined, seed);
  expect(name).toMatch(/^a-very-long-name-of-a-loa[0-9a-f]{7}$/);
  expect(automaticName(lb, "a-very-long-name-of-a-load-balancer", undefined, seed)).toBe(name);
  expect(automaticName(bucket, "Data", undefined, seed)).toMatch(/^data-[0-9a-f]{7}$/);
  expect(isAutomatic(bucket, "Data", undefined, automaticName(bucket, "Data", undefined, seed))).toBe(true);
  expect(isAutomatic(bucket, "Data", undefined, "my-bucket")).toBe(false);
});

test.each([
  ["aws:ec2/vpc:Vpc", {}, { id: /^vpc-[0-9a-f]{17}$/, arn: /^arn:aws:ec2:eu-west-1:111122223333:vpc\/vpc-/ }],
  ["aws:iam/role:Role", { name: "pods" }, { id: /^pods$/, arn: /^arn:aws:iam::111122223333:role\/pods$/ }],
  [
    "aws:eks/addon:Addon",
    { clusterName: "berth", addonName: "coredns" },
    { id: /^berth:coredns$/, arn: /^arn:aws:eks:eu-west-1:111122223333:addon\/berth\/coredns\/[0-9a-f]{16}$/ },
  ],
  [
    "aws:lb/loadBalancer:LoadBalancer",
    { name: "edge", loadBalancerType: "network" },
    {
      id: /^arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer\/net\/edge\/[0-9a-f]{16}$/,
      arn: /loadbalancer\/net\/edge/,
    },
  ],
  // A type that no table knows.
  [
    "aws:athena/workgroup:Workgroup",
    { name: "reports" },
    { id: /^reports$/, arn: /^arn:aws:athena:eu-west-1:111122223333:workgroup\/reports$/ },
  ],
] as const)("%s is known by ids and ARNs of the cloud's form", (token, inputs: Values, { id, arn }) => {
  expect(identify(kindOf(shapeOf(token)), inputs, "eu-west-1")).toEqual({
    id: expect.stringMatching(id),
    arn: expect.stringMatching(arn),
  });
});
