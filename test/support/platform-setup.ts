import type { TestProject } from "vitest/node";
import type { Platform } from "../../toolchain/platform/platform.ts";
import { startThrowaway } from "../../toolchain/platform/throwaway.ts";
import { createTerminal } from "../../toolchain/terminal.ts";

/** Vitest loads this file once for each project that names it; all of them share one platform. */
interface Shared {
  users: number;
  readonly platform: Promise<Platform>;
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
  globalThis.berthTestPlatform ??= { users: 0, platform: startThrowaway(createTerminal()) };
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
