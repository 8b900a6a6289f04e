import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { TestProject } from "vitest/node";
import { checkout } from "../../toolchain/paths.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** The package as it is published. */
    archive: string;
  }
}

/** Builds and packs the package once, as `npm run package` does, into a folder of the run's own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "berth-test-package-"));
  const args = [join(checkout, "toolchain", "package.ts"), "--out", folder];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: checkout });
  project.provide("archive", stdout.trim());
  return () => rm(folder, { recursive: true, force: true });
}
