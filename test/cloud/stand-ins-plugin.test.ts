import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ensureCloudStandIns } from "../../toolchain/stand-ins/install.ts";
import { installedPackage } from "../../toolchain/stand-ins/typings/cache.ts";
import { callFailure, Plugin, unknown } from "../support/provider-plugin.ts";
import { createCloud, type TestCloud } from "../support/stand-ins.ts";

// The plugin without an engine: what only its protocol shows.
let home: string;
let cloud: TestCloud;
let plugin: Plugin;
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "berth-stand-ins-"));
  cloud = await createCloud();
  const [folder = ""] = ensureCloudStandIns(home, ["aws"]);
  Object.assign(process.env, cloud.env);
  plugin = await Plugin.configured(join(folder, "pulumi-resource-aws"), {
    region: "eu-central-1",
    defaultTags: JSON.stringify({ tags: { owner: "berth" } }),
  });
});
afterEach(async () => {
  await plugin.stop();
  delete process.env.BERTH_STAND_IN_CLOUD;
  await cloud.dispose();
  rmSync(home, { recursive: true, force: true });
});

test("it says that it is a stand-in", async () => {
  expect(await plugin.version()).toBe(`${installedPackage("aws").version}+stand-in`);
});

test("a provider's configuration is checked as a resource is", async () => {
  const failures = await plugin.checkConfig({ region: "eu-central-1", defaultTags: '{"tag":{}}', colour: "red" });
  expect(Object.fromEntries(failures.map(({ property, reason }) => [property, reason]))).toEqual({
    "defaultTags.tag": "There is no such property. defaultTags of pulumi:providers:aws accepts tags.",
    colour: expect.stringMatching(/^There is no such property\. .* accepts accessKey, /),
  });
});

test("what is not known yet passes the check, and counts as a change", async () => {
  const token = "aws:ec2/subnet:Subnet";
  const { failures } = await plugin.check(token, { vpcId: unknown, tags: { Name: unknown } });
  expect(failures).toEqual([]);
  const state = { vpcId: "vpc-1", tagsAll: { owner: "berth" } };
  const diff = await plugin.diff(token, state, { vpcId: "vpc-1" }, { vpcId: unknown });
  expect(diff).toMatchObject({ changes: 2, diffsList: ["vpcId"], replacesList: ["vpcId"] });
});

test("the engine's cancel ends a call that takes long", async () => {
  cloud.fail({ operation: "create", type: "aws:ec2/vpc:Vpc", delayMs: 60_000 });
  const create = callFailure(plugin.create("aws:ec2/vpc:Vpc", { cidrBlock: "10.0.0.0/16" }));
  await plugin.cancel();
  expect((await create).message).toBe("The operation was aborted");
  expect(cloud.resources()).toEqual([]);
});
