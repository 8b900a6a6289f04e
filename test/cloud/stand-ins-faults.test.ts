import { LogGroup } from "@pulumi/aws/cloudwatch/logGroup.js";
import { Subnet } from "@pulumi/aws/ec2/subnet.js";
import { Vpc } from "@pulumi/aws/ec2/vpc.js";
import { beforeEach, expect, test } from "vitest";
import { type CloudStack, useCloud } from "./bench.ts";

const createCloudStack = useCloud(["aws"]);
let bench: CloudStack;
beforeEach(async () => {
  bench = await createCloudStack();
});

const vpcType = "aws:ec2/vpc:Vpc";

const network =
  (tags: Record<string, string> = {}) =>
  async () => {
    const vpc = new Vpc("main", { cidrBlock: "10.0.0.0/16", tags });
    new Subnet("a", { vpcId: vpc.id, cidrBlock: "10.0.1.0/24" });
  };

test("a call that fails before its effect leaves nothing, and the next up completes", async () => {
  bench.cloud.fail({ operation: "create", type: vpcType, name: "main", message: "RequestLimitExceeded" });
  expect(await bench.failingUp(network())).toContain("RequestLimitExceeded");
  expect(bench.cloud.resources()).toEqual([]);
  expect((await bench.up(network())).changes).toEqual({ create: 2 });
});

test("a call that fails after its effect leaves what the engine does not know", async () => {
  bench.cloud.fail({ operation: "create", type: vpcType, message: "connection reset", when: "after" });
  expect(await bench.failingUp(network())).toContain("connection reset");
  expect(bench.cloud.resources(vpcType)).toHaveLength(1);
  expect((await bench.up(network())).changes).toEqual({ create: 2 });
  // The first is an orphan, as it would be in the real cloud.
  expect(bench.cloud.resources(vpcType)).toHaveLength(2);
});

test("what has a name of its own cannot be made again after such a failure: a person must take it in", async () => {
  const program = async () => {
    new LogGroup("logs", { name: "/berth/logs" });
  };
  bench.cloud.fail({ operation: "create", type: "aws:cloudwatch/logGroup:LogGroup", message: "reset", when: "after" });
  await bench.failingUp(program);
  expect(await bench.failingUp(program)).toContain("ResourceAlreadyExistsException");
});

test("a resource that is not finished is known, and the next up finishes it", async () => {
  bench.cloud.fail({ operation: "create", type: vpcType, message: "timed out while waiting", when: "partly" });
  expect(await bench.failingUp(network())).toContain("timed out while waiting");
  expect((await bench.up(network())).changes).toEqual({ create: 1, update: 1 });
  expect(bench.cloud.resources(vpcType)).toHaveLength(1);
});

test("updates and deletions fail too, as often as is said", async () => {
  await bench.up(network());
  bench.cloud.fail(
    { operation: "update", type: vpcType, message: "try later" },
    { operation: "delete", type: vpcType, message: "still busy", times: 2 },
  );
  expect(await bench.failingUp(network({ owner: "alice" }))).toContain("try later");
  expect((await bench.up(network({ owner: "alice" }))).changes).toEqual({ update: 1 });
  for (let turn = 0; turn < 2; turn += 1) await expect(bench.destroy()).rejects.toThrow("still busy");
  await bench.destroy();
  expect(bench.cloud.resources()).toEqual([]);
});

test("faults that are written wrong are told, not passed over", async () => {
  bench.cloud.fail({ operation: "create", type: "vpc", message: "x" });
  expect(await bench.failingUp(network())).toContain("must be a type token such as aws:ec2/vpc:Vpc");
});
