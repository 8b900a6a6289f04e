import { Subnet } from "@pulumi/aws/ec2/subnet.js";
import { Vpc } from "@pulumi/aws/ec2/vpc.js";
import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicyAttachment } from "@pulumi/aws/iam/rolePolicyAttachment.js";
import { Instance } from "@pulumi/aws/rds/instance.js";
import { Bucket } from "@pulumi/aws/s3/bucket.js";
import { CustomResource, type Inputs, runtime } from "@pulumi/pulumi";
import { beforeEach, expect, test } from "vitest";
import { type CloudStack, useCloud } from "./bench.ts";

const createCloudStack = useCloud(["aws"]);
let bench: CloudStack;
beforeEach(async () => {
  bench = await createCloudStack();
});

/** A resource as a program in a language without types would declare it. */
class Untyped extends CustomResource {
  constructor(type: string, name: string, inputs: Inputs) {
    super(type, name, inputs, { version: "7.48.0" });
  }
}

test("unknown, missing and wrong properties are told with their paths, what was found and what is accepted", async () => {
  const said = await bench.failingUp(async () => {
    new Untyped("aws:eks/nodeGroup:NodeGroup", "workers", {
      clusterName: "berth",
      nodeRoleArn: "arn:aws:iam::111122223333:role/nodes",
      scalingConfig: { desiredSize: "two", maxSize: 3, minSize: 1, burst: true },
      taints: [{ key: "a" }],
      labels: { pool: 1 },
      speed: 9,
    });
  });
  const lines = said.split("\n").filter((line) => line.includes("has a problem"));
  const told = [...new Set(lines.map((line) => line.replace(/^.*resource 'workers': property /, "")))];
  expect(told).toEqual(
    expect.arrayContaining([
      expect.stringMatching(
        /^subnetIds value .* It is missing; aws:eks\/nodeGroup:NodeGroup requires it: a list of texts\.$/,
      ),
      expect.stringMatching(/^scalingConfig\.desiredSize value .* Found a text; accepted is a number\.$/),
      expect.stringMatching(
        /^scalingConfig\.burst value .* There is no such property\. scalingConfig of .* accepts desiredSize, maxSize, minSize\.$/,
      ),
      expect.stringMatching(/^taints\[0\]\.effect value .* It is missing; taints\[0\] of .* requires it: a text\.$/),
      expect.stringMatching(/^labels\.pool value .* Found a number; accepted is a text\.$/),
      expect.stringMatching(
        /^speed value .* There is no such property\. aws:eks\/nodeGroup:NodeGroup accepts amiType, /,
      ),
    ]),
  );
  expect(told).toHaveLength(6);
  expect(bench.cloud.resources()).toEqual([]);
});

test("types and functions that the package does not have fail, and so do functions that are not answered", async () => {
  const type = await bench.failingUp(async () => {
    new Untyped("aws:ec2/vpn:Vpn", "none", {});
  });
  expect(type).toContain("@pulumi/aws 7.48.0 has no resource type aws:ec2/vpn:Vpn.");
  const invoke = (token: string, args: Inputs) =>
    bench.failingUp(async () => ({ answer: await runtime.invoke(token, args, { version: "7.48.0" }) }));
  expect(await invoke("aws:index/getWeather:getWeather", {})).toContain(
    "@pulumi/aws 7.48.0 has no function aws:index/getWeather:getWeather.",
  );
  expect(await invoke("aws:index/getIpRanges:getIpRanges", { services: ["ec2"] })).toContain(
    "The stand-in of aws does not answer aws:index/getIpRanges:getIpRanges; it answers getAuthorizationToken, ",
  );
  expect(await invoke("aws:index/getRegion:getRegion", { regoin: "eu-west-1" })).toContain(
    "There is no such property.",
  );
});

test("what does not exist cannot be named, and what is there once only cannot be made twice", async () => {
  const missing = await bench.failingUp(async () => {
    new Subnet("a", { vpcId: "vpc-0123456789abcdef0", cidrBlock: "10.0.1.0/24" });
    new RolePolicyAttachment("x", { role: "nobody", policyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess" });
  });
  expect(missing).toContain("api error InvalidVpcID.NotFound: vpcId: 'vpc-0123456789abcdef0' does not exist");
  expect(missing).toContain("api error NoSuchEntity: role: 'nobody' does not exist");
  const twice = await bench.failingUp(async () => {
    const first = new Bucket("first", { bucket: "berth-data" });
    new Bucket("second", { bucket: "berth-data" }, { dependsOn: first });
  });
  expect(twice).toContain(
    "api error BucketAlreadyOwnedByYou: aws:s3/bucket:Bucket with bucket berth-data already exists",
  );
});

test("what others still use, and what is protected, is not removed", async () => {
  const trust = JSON.stringify({ Version: "2012-10-17", Statement: [] });
  const program = (deletionProtection: boolean, skipFinalSnapshot: boolean) => async () => {
    const vpc = new Vpc("main", { cidrBlock: "10.0.0.0/16" });
    new Role("role", { assumeRolePolicy: trust });
    const database = new Instance("db", {
      instanceClass: "db.t4g.micro",
      engine: "postgres",
      allocatedStorage: 20,
      manageMasterUserPassword: true,
      deletionProtection,
      skipFinalSnapshot,
    });
    return { vpc: vpc.id, endpoint: database.endpoint, secret: database.masterUserSecrets };
  };
  const { outputs } = await bench.up(program(true, false));
  expect(outputs).toEqual({
    vpc: expect.stringMatching(/^vpc-/),
    endpoint: expect.stringMatching(/^db-[0-9a-f]{7}\.c[0-9a-f]{11}\.eu-central-1\.rds\.amazonaws\.com:5432$/),
    secret: [
      {
        kmsKeyId: "alias/aws/secretsmanager",
        secretArn: expect.stringMatching(/^arn:aws:secretsmanager:eu-central-1:111122223333:secret:rds!db-/),
        secretStatus: "active",
      },
    ],
  });

  const gone = async () => {};
  expect(await bench.failingUp(gone)).toMatch(/OperationNotPermitted: db-\w+ has deletionProtection on/);
  const vpc = String((await bench.up(program(false, false))).outputs.vpc);
  // Somebody else's subnet in the network.
  bench.cloud.put({
    type: "aws:ec2/subnet:Subnet",
    id: "subnet-0123456789abcdef0",
    urn: "urn:pulumi:other::cloud::aws:ec2/subnet:Subnet::theirs",
    inputs: { vpcId: vpc },
    state: { vpcId: vpc },
  });
  const refused = await bench.failingUp(gone);
  expect(refused).toContain("InvalidParameterCombination: finalSnapshotIdentifier is required");
  expect(refused).toContain(
    `DependencyViolation: ${vpc} has a dependent object: aws:ec2/subnet:Subnet subnet-0123456789abcdef0`,
  );

  bench.cloud.lose("aws:ec2/subnet:Subnet", "subnet-0123456789abcdef0");
  await bench.up(program(false, true));
  await bench.up(gone);
  expect(bench.cloud.resources()).toEqual([]);
});
