import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { checkout } from "../../../toolchain/paths.ts";
import { deploys, readCommandLine } from "../../../toolchain/pulumi/arguments.ts";
import { chooseCloud, cloudNotice } from "../../../toolchain/pulumi/cloud.ts";
import { usesOwnState } from "../../../toolchain/pulumi/own-state.ts";
import { cloudPackages, ensureCloudStandIns, removeCloudStandIns } from "../../../toolchain/stand-ins/install.ts";
import { installedPackage } from "../../../toolchain/stand-ins/typings/cache.ts";

const folder = mkdtempSync(join(tmpdir(), "berth-command-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  ["preview -s dev", { command: "preview", stack: "dev", elsewhere: false }],
  ["up --stack=prod --yes", { command: "up", stack: "prod", elsewhere: false }],
  ["--color never up -sdev", { command: "up", stack: "dev", elsewhere: false }],
  ["-C examples up -s dev", { command: "up", stack: "dev", elsewhere: true }],
  ["stack init dev", { command: "stack init", elsewhere: false }],
  ["config set a b -s dev", { command: "config set", stack: "dev", elsewhere: false }],
  ["config", { command: "config", elsewhere: false }],
  ["version", { command: "version", elsewhere: false }],
  ["", { command: "", elsewhere: false }],
])("pulumi %s", (text, expected) => {
  expect(readCommandLine(text.split(" ").filter(Boolean), {})).toEqual(expected);
});

test("the stack may be named by the environment, and is by the flag first", () => {
  expect(readCommandLine(["up"], { PULUMI_STACK: "dev" }).stack).toBe("dev");
  expect(readCommandLine(["up", "-s", "prod"], { PULUMI_STACK: "dev" }).stack).toBe("prod");
});

test("the commands that act on resources are known", () => {
  expect(["up", "preview", "refresh", "destroy", "stack output", "config set", "version"].filter(deploys)).toEqual([
    "up",
    "preview",
    "refresh",
    "destroy",
  ]);
});

test("stand-ins serve where the CLI was built here, or where they are asked for", () => {
  expect(chooseCloud({ builtHere: true }, {})).toBe("stand-in");
  expect(chooseCloud({ builtHere: false }, {})).toBe("official");
  expect(chooseCloud({ builtHere: true }, { BERTH_CLOUD: "official" })).toBe("official");
  expect(chooseCloud({ builtHere: false }, { BERTH_CLOUD: "stand-in" })).toBe("stand-in");
  expect(() => chooseCloud({ builtHere: false }, { BERTH_CLOUD: "fake" })).toThrow(
    'BERTH_CLOUD is "fake". Use "official" or "stand-in", or leave it out.',
  );
});

test("the notice says that nothing is real, and where the cloud is", () => {
  expect(cloudNotice({ BERTH_STAND_IN_CLOUD: "/tmp/cloud" })).toBe(
    "AWS, EKS, awsx, Cloudflare and Docker are stand-ins here: nothing real is made. Their cloud: /tmp/cloud",
  );
});

test("the checkout's own state serves who said nothing else", () => {
  const home = join(folder, "home");
  mkdirSync(home, { recursive: true });
  const line = readCommandLine(["up", "-s", "dev"], {});
  const uses = (environment: NodeJS.ProcessEnv, where = checkout, command = line) =>
    usesOwnState(command, { PULUMI_HOME: home, ...environment }, where);
  expect(uses({})).toBe(true);
  expect(uses({}, join(checkout, "docs"))).toBe(true);
  expect(uses({}, folder)).toBe(false);
  expect(uses({ PULUMI_BACKEND_URL: "s3://state" })).toBe(false);
  expect(uses({ PULUMI_ACCESS_TOKEN: "x" })).toBe(false);
  expect(uses({}, checkout, readCommandLine(["login", "--local"], {}))).toBe(false);
  writeFileSync(join(home, "credentials.json"), JSON.stringify({ current: "file://~" }));
  expect(uses({})).toBe(false);
  writeFileSync(join(home, "credentials.json"), JSON.stringify({ current: "" }));
  expect(uses({})).toBe(true);
});

test("stand-ins are put in the plugins' places, and taken away again without touching official ones", () => {
  const home = join(folder, "plugins-home");
  const names = cloudPackages.map((name) => `resource-${name}-v${installedPackage(name).version}`);
  const folders = ensureCloudStandIns(home);
  expect(folders).toEqual(names.map((name) => join(home, "plugins", name)));
  const script = join(home, "plugins", names[0] ?? "", "pulumi-resource-aws");
  expect(readFileSync(script, "utf8")).toMatch(
    /^#!\/bin\/sh\n# A stand-in: nothing real is created\.\nexec '.*node' '.*\/toolchain\/stand-ins\/plugin\.ts' 'aws' "\$@"\n$/,
  );
  writeFileSync(script, "the official plugin");
  removeCloudStandIns(home);
  expect(readdirSync(join(home, "plugins"))).toEqual([names[0]]);
});
