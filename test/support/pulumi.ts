import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ensurePulumi, type PulumiInstallation, pulumiEnvironment } from "../../toolchain/pulumi-home.ts";

/** A Pulumi of a test's own: home, state and work folders that go with it. */
export interface TestPulumi {
  readonly installation: PulumiInstallation;
  /** The folder that holds everything below. */
  readonly folder: string;
  /** `PULUMI_BACKEND_URL`: an empty file state. */
  readonly backend: string;
  /** An empty folder for programs. */
  readonly work: string;
  readonly passphrase: string;
  /** The environment to run the CLI or the Automation API with. */
  readonly environment: NodeJS.ProcessEnv;
  /** Removes all of it. */
  dispose(): Promise<void>;
}

/** Makes one; call `dispose` in `afterAll`, so that it goes after failures too. */
export async function createTestPulumi(): Promise<TestPulumi> {
  const folder = await mkdtemp(join(tmpdir(), "berth-test-pulumi-"));
  const state = join(folder, "state");
  const work = join(folder, "work");
  await mkdir(state);
  await mkdir(work);
  const installation = await ensurePulumi(undefined, join(folder, "home"));
  const backend = pathToFileURL(state).href;
  const passphrase = "only for tests";
  // Nothing of the person who runs the tests must leak in: no cloud account, no other state.
  const clean = Object.entries(process.env).filter(([name]) => !name.startsWith("PULUMI_"));
  return {
    installation,
    folder,
    backend,
    work,
    passphrase,
    environment: {
      ...pulumiEnvironment(installation, Object.fromEntries(clean)),
      PULUMI_BACKEND_URL: backend,
      PULUMI_CONFIG_PASSPHRASE: passphrase,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DIY_BACKEND_NO_LEGACY_WARNING: "1",
    },
    dispose: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}
