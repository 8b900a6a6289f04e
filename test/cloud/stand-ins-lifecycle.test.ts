import { Subnet } from "@pulumi/aws/ec2/subnet.js";
import { Vpc } from "@pulumi/aws/ec2/vpc.js";
import { Repository } from "@pulumi/aws/ecr/repository.js";
import { Provider } from "@pulumi/aws/provider.js";
import { Bucket } from "@pulumi/aws/s3/bucket.js";
import { secret } from "@pulumi/pulumi";
import { beforeEach, expect, test } from "vitest";
import { type CloudStack, useCloud } from "./bench.ts";

const createCloudStack = useCloud(["aws"]);
let bench: CloudStack;
beforeEach(async () => {
  bench = await createCloudStack();
});

interface Settings {
  readonly cidr?: string;
  readonly subnetCidr?: string;
  readonly tags?: Record<string, string>;
  readonly bucket?: string;
}

/** A network with a subnet, and a bucket. */
function network({ cidr = "10.0.0.0/16", subnetCidr = "10.0.1.0/24", tags, bucket }: Settings = {}) {
  return async () => {
    const vpc = new Vpc("main", { cidrBlock: cidr, ...(tags ? { tags } : {}) });
    const subnet = new Subnet("a", { vpcId: vpc.id, cidrBlock: subnetCidr, availabilityZone: "eu-central-1a" });
    const data = new Bucket("data", bucket === undefined ? {} : { bucket });
    return { vpc: vpc.id, vpcArn: vpc.arn, subnet: subnet.id, bucket: data.bucket, bucketArn: data.arn };
  };
}

test("a program creates, changes, replaces and deletes resources whose values look like the cloud's", async () => {
  const first = await bench.up(network());
  expect(first.changes).toEqual({ create: 4 });
  expect(first.outputs).toEqual({
    vpc: expect.stringMatching(/^vpc-[0-9a-f]{17}$/),
    vpcArn: `arn:aws:ec2:eu-central-1:111122223333:vpc/${first.outputs.vpc}`,
    subnet: expect.stringMatching(/^subnet-[0-9a-f]{17}$/),
    bucket: expect.stringMatching(/^data-[0-9a-f]{7}$/),
    bucketArn: `arn:aws:s3:::${first.outputs.bucket}`,
  });
  expect(bench.cloud.resources().map(({ type }) => type)).toEqual(
    expect.arrayContaining(["aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet", "aws:s3/bucket:Bucket"]),
  );

  expect((await bench.up(network())).changes).toEqual({});

  const tagged = await bench.up(network({ tags: { owner: "alice" } }));
  expect(tagged.changes).toEqual({ update: 1 });
  expect(bench.cloud.resource("aws:ec2/vpc:Vpc").state).toMatchObject({
    tags: { owner: "alice" },
    tagsAll: { owner: "alice" },
  });

  // The documentation of neither property says that it makes a new resource: the table does.
  const moved = await bench.up(network({ tags: { owner: "alice" }, subnetCidr: "10.0.2.0/24" }));
  expect(moved.changes).toEqual({ replace: 1 });
  expect(moved.outputs.subnet).not.toBe(first.outputs.subnet);
  expect(moved.outputs.vpc).toBe(first.outputs.vpc);

  expect(await bench.destroy()).toEqual({ delete: 4 });
  expect(bench.cloud.resources()).toEqual([]);
});

test("a preview shows what the cloud will decide as unknown, and touches nothing", async () => {
  const { changes, said } = await bench.preview(network());
  expect(changes).toEqual({ create: 4 });
  expect(said).toContain("vpcId           : [unknown]");
  expect(said).toMatch(/bucketArn: \[unknown\]/);
  expect(bench.cloud.resources()).toEqual([]);
  expect(bench.cloud.calls()).toEqual([]);
});

test("a refresh sees what was changed, and what is gone; the next up puts both right", async () => {
  const { outputs } = await bench.up(network({ tags: { owner: "alice" } }));
  bench.cloud.drift("aws:ec2/vpc:Vpc", String(outputs.vpc), { tags: { owner: "mallory" } });
  bench.cloud.lose("aws:s3/bucket:Bucket", String(outputs.bucket));
  expect(await bench.refresh()).toEqual({ update: 1, delete: 1 });
  expect((await bench.up(network({ tags: { owner: "alice" } }))).changes).toEqual({ update: 1, create: 1 });
  expect(bench.cloud.resource("aws:ec2/vpc:Vpc").state.tags).toEqual({ owner: "alice" });
});

test("what has a name of its own goes before its successor comes; what was named here comes first", async () => {
  const program = (name: string | undefined, encryption: string) => async () => {
    new Repository("images", {
      ...(name === undefined ? {} : { name }),
      encryptionConfigurations: [{ encryptionType: encryption }],
    });
  };
  await bench.up(program("team/desktop", "AES256"));
  bench.cloud.forgetCalls();
  expect((await bench.up(program("team/desktop", "KMS"))).changes).toEqual({ replace: 1 });
  expect(bench.cloud.calls().map(({ operation }) => operation)).toEqual(["delete", "create"]);

  await bench.up(program(undefined, "KMS"));
  bench.cloud.forgetCalls();
  await bench.up(program(undefined, "AES256"));
  expect(bench.cloud.calls().map(({ operation }) => operation)).toEqual(["create", "delete"]);
});

test("the provider's tags reach every resource, and a change of them shows", async () => {
  const program = (cost: string) => async () => {
    const provider = new Provider("aws", { region: "eu-west-1", defaultTags: { tags: { cost, stack: "dev" } } });
    const vpc = new Vpc("main", { cidrBlock: "10.0.0.0/16", tags: { stack: "mine" } }, { provider });
    return { tags: vpc.tagsAll, arn: vpc.arn };
  };
  const first = await bench.up(program("a"));
  expect(first.outputs).toEqual({
    tags: { cost: "a", stack: "mine" },
    arn: expect.stringMatching(/^arn:aws:ec2:eu-west-1:/),
  });
  const second = await bench.up(program("b"));
  expect(second.changes).toEqual({ update: 2 });
  expect(second.outputs.tags).toEqual({ cost: "b", stack: "mine" });
});

test("what exists already is taken into a stack by its id", async () => {
  const { outputs } = await bench.up(network());
  const { outputs: found } = await bench.up(async () => {
    const result = await network()();
    const same = Vpc.get("same", String(outputs.vpc));
    return { ...result, cidr: same.cidrBlock };
  });
  expect(found.cidr).toBe("10.0.0.0/16");
});

test("what is secret stays so, and no value is in the list of calls", async () => {
  const { outputs } = await bench.up(async () => {
    const bucket = new Bucket("data", { bucket: secret("a-secret-name") });
    return { bucket: bucket.bucket };
  });
  expect(outputs.bucket).toBe("a-secret-name");
  expect((await bench.stack.outputs()).bucket?.secret).toBe(true);
  const calls = JSON.stringify(bench.cloud.calls());
  expect(calls).toContain("aws:s3/bucket:Bucket");
  expect(calls).not.toContain("a-secret-name");
});
