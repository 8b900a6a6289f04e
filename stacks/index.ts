/** The entry of every stack that the Pulumi CLI runs: the stack's name says which program it is. */
import * as pulumi from "@pulumi/pulumi";
import { UserError } from "../components/core/errors.ts";
import { parseWorkspaceSpec } from "../components/workspace/spec.ts";
import { localConfig, type RawConfig, readConfig, workspaceConfig } from "./config.ts";
import { clusterOf, localProgram } from "./local.ts";
import { workspaceProgram } from "./workspace.ts";

function runStack(stack: string, raw: RawConfig) {
  if (stack === "local") return localProgram(readConfig(localConfig, raw));
  if (stack.startsWith("ws-")) {
    const { cluster, workspace } = readConfig(workspaceConfig, raw);
    return workspaceProgram(parseWorkspaceSpec(workspace), { ...clusterOf(cluster), skipAwait: false });
  }
  throw new UserError({
    option: "stack",
    value: stack,
    fix: "There is no program for it. Use `local` for what a cluster needs first, or `ws-…` for one workspace.",
  });
}

function secretKeys(): readonly string[] {
  const keys: unknown = JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS ?? "[]");
  return Array.isArray(keys) ? keys.map(String) : [];
}

export default function program() {
  try {
    return runStack(pulumi.getStack(), { values: pulumi.runtime.allConfig(), secretKeys: secretKeys() });
  } catch (error) {
    // A user's mistake is told as such; Pulumi prints the stack of everything else.
    throw error instanceof UserError ? new pulumi.RunError(error.message) : error;
  }
}
