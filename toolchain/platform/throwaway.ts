import { mkdtemp, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Progress, silent } from "../terminal.ts";
import { type Platform, startPlatform, stopAbandoned } from "./platform.ts";

const prefix = "berth-test-platform-";

/** Starts a platform of its own for one run of tests, after ending those of runs that were killed. */
export async function startThrowaway(progress: Progress = silent): Promise<Platform> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(prefix)) continue;
    // Another person's, or one that a live run is starting: not ours to end, and no reason to fail.
    await stopAbandoned(join(tmpdir(), name)).catch(() => {});
  }
  const state = await mkdtemp(join(tmpdir(), prefix));
  return startPlatform({ state, throwaway: true }, progress);
}
