import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { Cloud } from "../../../toolchain/stand-ins/cloud.ts";
import { checkReferences, checkRemoval, checkUnique } from "../../../toolchain/stand-ins/rules.ts";
import type { Values } from "../../../toolchain/stand-ins/values.ts";

const root = mkdtempSync(join(tmpdir(), "berth-rules-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const [vpc, key] = ["vpc-0123456789abcdef0", "0e9f1a52-8e2b-4c8d-9f0a-7b1c2d3e4f50"];
const keyArn = `arn:aws:kms:eu-central-1:111122223333:key/${key}`;
let cloud: Cloud;
beforeEach(() => {
  cloud = new Cloud(mkdtempSync(join(root, "cloud-")));
  put("aws:ec2/vpc:Vpc", vpc);
  put("aws:kms/key:Key", key);
  put("aws:iam/role:Role", "nodes", { name: "nodes" });
  put("aws:eks/cluster:Cluster", "berth", { name: "berth" });
});

function put(type: string, id: string, state: Values = {}, inputs: Values = state): void {
  cloud.put({ type, id, urn: "urn:pulumi:dev::berth::x::y", inputs, state });
}

const references: readonly (readonly [string, Values, string | undefined])[] = [
  ["aws:ec2/subnet:Subnet", { vpcId: vpc }, undefined],
  [
    "aws:ec2/subnet:Subnet",
    { vpcId: "vpc-00000000000000000" },
    "api error InvalidVpcID.NotFound: vpcId: 'vpc-00000000000000000' does not exist",
  ],
  [
    "aws:eks/nodeGroup:NodeGroup",
    { clusterName: "berth", subnetIds: ["subnet-00000000000000000"] },
    "api error InvalidSubnetID.NotFound: subnetIds[0]: 'subnet-00000000000000000' does not exist",
  ],
  [
    "aws:eks/nodeGroup:NodeGroup",
    { clusterName: "other" },
    "api error ResourceNotFoundException: clusterName: 'other' does not exist",
  ],
  ["aws:rds/instance:Instance", { kmsKeyId: keyArn }, undefined],
  [
    "aws:rds/instance:Instance",
    { kmsKeyId: keyArn.replace("0e9f", "ffff") },
    expect.stringMatching(/^api error NotFoundException: kmsKeyId: /),
  ],
  // Another account's, and what only looks like an id.
  ["aws:rds/instance:Instance", { kmsKeyId: keyArn.replace("111122223333", "444455556666") }, undefined],
  ["aws:ec2/vpc:Vpc", { tags: { Name: "vpc-main" } }, undefined],
  ["aws:eks/cluster:Cluster", { roleArn: "arn:aws:iam::111122223333:role/nodes" }, undefined],
  [
    "aws:eks/cluster:Cluster",
    { roleArn: "arn:aws:iam::111122223333:role/nobody" },
    expect.stringMatching(/^api error InvalidParameterException: roleArn: /),
  ],
  // People's roles are not Berth's to make.
  ["aws:eks/accessEntry:AccessEntry", { principalArn: "arn:aws:iam::111122223333:role/admin" }, undefined],
  [
    "cloudflare:index/dnsRecord:DnsRecord",
    { zoneId: "example.com" },
    "api error 7003: zoneId: 'example.com' is no identifier; there are 32 hexadecimal digits in one",
  ],
];

test.each(references)("%s with %j", (type, inputs, expected) => {
  expect(messageOf(() => checkReferences(cloud, type, inputs))).toEqual(expected);
});

test("a name is taken within its scope", () => {
  const kind = { unique: ["vpcId", "name"] };
  const type = "aws:ec2/securityGroup:SecurityGroup";
  put(type, "sg-1", { vpcId: vpc, name: "nodes" });
  const check = (state: Values) => messageOf(() => checkUnique(cloud, type, kind, "sg-2", state));
  expect(check({ vpcId: vpc, name: "nodes" })).toBe(
    `api error InvalidParameterValue.Duplicate: ${type} with vpcId ${vpc}, name nodes already exists`,
  );
  expect(check({ vpcId: "vpc-other", name: "nodes" })).toBeUndefined();
});

const removals: readonly (readonly [string, string, Values, string | undefined])[] = [
  ["aws:rds/instance:Instance", "db", { skipFinalSnapshot: true }, undefined],
  ["aws:rds/instance:Instance", "db", { finalSnapshotIdentifier: "last" }, undefined],
  ["aws:rds/instance:Instance", "db", {}, expect.stringContaining("finalSnapshotIdentifier is required")],
  [
    "aws:eks/cluster:Cluster",
    "berth",
    { deletionProtection: true },
    "api error OperationNotPermitted: berth has deletionProtection on: turn it off first",
  ],
  ["aws:s3/bucket:Bucket", "data", { standInObjects: 2 }, expect.stringContaining("BucketNotEmpty")],
  ["aws:s3/bucket:Bucket", "data", { standInObjects: 2, forceDestroy: true }, undefined],
  ["aws:iam/role:Role", "nodes", {}, expect.stringContaining("DeleteConflict: nodes has a dependent object")],
];

test.each(removals)("the removal of %s %s with %j", (type, id, state, expected) => {
  put("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "nodes/x", { role: "nodes" });
  const resource = { type, id, urn: "u", inputs: {}, state };
  expect(messageOf(() => checkRemoval(cloud, resource))).toEqual(expected);
});

test("what came with a resource does not hold it, and goes with it", () => {
  const type = "aws:ec2/securityGroup:SecurityGroup";
  cloud.put({ type, id: "sg-own", urn: "u", inputs: { vpcId: vpc }, state: {}, ownedBy: vpc });
  const network = cloud.get("aws:ec2/vpc:Vpc", vpc);
  if (!network) throw new Error("It was put there.");
  checkRemoval(cloud, network);
  put("aws:ec2/subnet:Subnet", "subnet-1", { vpcId: vpc });
  expect(messageOf(() => checkRemoval(cloud, network))).toBe(
    `api error DependencyViolation: ${vpc} has a dependent object: aws:ec2/subnet:Subnet subnet-1`,
  );
  cloud.remove("aws:ec2/vpc:Vpc", vpc);
  expect(cloud.list(type)).toEqual([]);
});

function messageOf(work: () => void): string | undefined {
  try {
    work();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return undefined;
}
