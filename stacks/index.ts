/**
 * The entry of every stack that the Pulumi CLI runs. Its name says which program it is: `local` is what any cluster needs
 * first, `ws-…` one workspace, and every other (`dev`, `prod`, …) a whole platform.
 */
import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { UserError } from "../components/core/errors.ts";
import { type RawConfig, readConfig } from "./read-config.ts";

/** Only what the stack needs is imported: AWS' packages alone take a second. */
async function runStack(stack: string, raw: RawConfig) {
  const checkout = resolve(import.meta.dirname, "..");
  const { localConfig, platformConfig, workspaceConfig } = await import("./config.ts");
  if (stack === "local") {
    const { localProgram } = await import("./local.ts");
    return localProgram(readConfig(localConfig, raw));
  }
  if (stack.startsWith("ws-")) {
    const { cluster, workspace } = readConfig(workspaceConfig, raw);
    const { clusterOf } = await import("./local.ts");
    const { parseWorkspaceSpec } = await import("../components/workspace/spec.ts");
    const { workspaceProgram } = await import("./workspace.ts");
    return workspaceProgram(parseWorkspaceSpec(workspace), { ...clusterOf(cluster), skipAwait: false });
  }
  const { derivePlatform } = await import("./derive.ts");
  const { checkPlatform } = await import("./check-platform.ts");
  const { imageSources } = await import("./images.ts");
  const derive = derivePlatform(imageSources(checkout).map(({ name }) => name));
  const config = readConfig(platformConfig, raw, { derive, crossCheck: checkPlatform });
  const { platformProgram } = await import("./platform.ts");
  return platformProgram(config, { stack, checkout });
}

function secretKeys(): readonly string[] {
  const keys: unknown = JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS ?? "[]");
  return Array.isArray(keys) ? keys.map(String) : [];
}

export default async function program() {
  try {
    return await runStack(pulumi.getStack(), { values: pulumi.runtime.allConfig(), secretKeys: secretKeys() });
  } catch (error) {
    // A user's mistake is told as such; Pulumi prints the stack of everything else.
    throw error instanceof UserError ? new pulumi.RunError(error.message) : error;
  }
}
