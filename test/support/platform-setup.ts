import { mkdtemp, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { type Platform, startPlatform, stopAbandoned } from "../../toolchain/platform/platform.ts";
import { createTerminal } from "../../toolchain/terminal.ts";

const prefix = "berth-test-platform-";

/** Vitest loads this file once for each project that names it; all of them share one platform. */
interface Shared {
  users: number;
  platform: Promise<Platform>;
}

declare global {
  var berthTestPlatform: Shared | undefined;
}

/** Starts the run's Kubernetes, or takes the one that `BERTH_TEST_KUBECONFIG` names. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.BERTH_TEST_KUBECONFIG;
  if (given) {
    project.provide("kubeconfig", given);
    return async () => {};
  }
  globalThis.berthTestPlatform ??= { users: 0, platform: start() };
  const shared = globalThis.berthTestPlatform;
  shared.users += 1;
  project.provide("kubeconfig", (await shared.platform).kubeconfig);
  return async () => {
    shared.users -= 1;
    if (shared.users > 0) return;
    globalThis.berthTestPlatform = undefined;
    await (await shared.platform).stop();
  };
}

async function start(): Promise<Platform> {
  // A run that was killed could not stop its own.
  for (const name of await readdir(tmpdir())) if (name.startsWith(prefix)) await stopAbandoned(join(tmpdir(), name));
  const state = await mkdtemp(join(tmpdir(), prefix));
  return startPlatform({ state, throwaway: true }, createTerminal());
}
