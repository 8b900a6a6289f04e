import { expect, test } from "vitest";
import { pluginCommand, programCommand } from "../../../toolchain/pulumi-language-nodejs/commands.ts";

const request = {
  folder: "/app/stacks",
  rootFolder: "/app",
  entryPoint: "index.ts",
  options: { typescript: false },
  organization: "organization",
  project: "berth",
  stack: "local",
  monitorAddress: "127.0.0.1:1",
  engineAddress: "127.0.0.1:2",
  parallel: 16,
  dryRun: false,
  config: { "berth:nodes": "5" },
  configSecretKeys: ["berth:token"],
  arguments: [],
};

test("a program runs in its folder with the engine's addresses, its configuration and no compiler", () => {
  expect(programCommand(request)).toEqual({
    folder: "/app/stacks",
    runner: "run",
    nodeArguments: [],
    arguments: [
      "--monitor=127.0.0.1:1",
      "--engine=127.0.0.1:2",
      "--organization=organization",
      "--project=berth",
      "--root-directory=/app",
      "--stack=local",
      "--pwd=/app/stacks",
      "--parallel=16",
      "index.ts",
    ],
    environment: {
      PULUMI_CONFIG: '{"berth:nodes":"5"}',
      PULUMI_CONFIG_SECRET_KEYS: '["berth:token"]',
      PULUMI_NODEJS_TYPESCRIPT: "false",
    },
  });
});

test("a preview says so, and what is empty is left out", () => {
  const { arguments: args } = programCommand({ ...request, dryRun: true, organization: "" });
  expect(args).toContain("--dry-run");
  expect(args.some((argument) => argument.startsWith("--organization"))).toBe(false);
});

test("Node's own arguments and the compiler are the project's choice", () => {
  const command = programCommand({ ...request, options: { nodeargs: "--no-warnings  --enable-source-maps" } });
  expect(command.nodeArguments).toEqual(["--no-warnings", "--enable-source-maps"]);
  expect(command.environment.PULUMI_NODEJS_TYPESCRIPT).toBe("true");
});

const plugin = {
  folder: "/policies",
  entryPoint: ".",
  options: {},
  arguments: ["127.0.0.1:2"],
  environment: ["PULUMI_STACK=local", "EQUATION=a=b", "EMPTY"],
};

test("a policy pack is told the engine's address before its entry point", () => {
  expect(pluginCommand({ ...plugin, kind: "analyzer" })).toEqual({
    folder: "/policies",
    runner: "run-policy-pack",
    nodeArguments: [],
    arguments: ["127.0.0.1:2", "."],
    environment: { PULUMI_STACK: "local", EQUATION: "a=b", EMPTY: "", PULUMI_NODEJS_TYPESCRIPT: "true" },
  });
});

test("a provider written for Node is run as a plugin", () => {
  const command = pluginCommand({ ...plugin, kind: "resource" });
  expect([command.runner, command.arguments]).toEqual(["run-plugin", [".", "127.0.0.1:2"]]);
});
