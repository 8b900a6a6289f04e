import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, openSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { freePort } from "../../toolchain/free-port.ts";
import { findLeftovers } from "../../toolchain/leftovers.ts";
import { checkout } from "../../toolchain/paths.ts";
import { ensurePulumi } from "../../toolchain/pulumi-home.ts";
import { layTestFoundation } from "./laid-foundation.ts";

/** A provisioner as a process of its own, with state that is thrown away. */
export interface TestProvisioner {
  readonly url: string;
  /** An admin token. */
  readonly token: string;
  readonly state: string;
  readonly installation: string;
  /** A kubeconfig with all rights, for looking. */
  readonly kubeconfig: string;
  /** Process id of the one that runs. */
  readonly pid: number;
  /** Starts it (again) on the same state, and resolves when it is ready. */
  start(): Promise<void>;
  /** `kill -9`: of the provisioner's own process and of nothing else. */
  kill(): Promise<void>;
  /** Ends it in good order. */
  stop(): Promise<void>;
  /** What is left behind by deleted workspaces; waits a little for what is on its way out. */
  leftovers(): Promise<string[]>;
  /** The end of its log, for messages. */
  log(): string;
  /** Ends it and removes everything that it was given. */
  dispose(): Promise<void>;
}

export interface TestProvisionerOptions {
  /** A kubeconfig with all rights. */
  readonly kubeconfig: string;
  /** Further variables, or other values. */
  readonly environment?: Readonly<Record<string, string>>;
}

const readyWithinMs = 60_000;

/** Makes one and starts it; call `dispose` in `afterAll`. */
export async function startTestProvisioner(options: TestProvisionerOptions): Promise<TestProvisioner> {
  const { kubeconfig } = options;
  const state = await mkdtemp(join(tmpdir(), "berth-test-provisioner-"));
  const pulumi = await ensurePulumi(undefined, join(state, "pulumi-home"));
  const foundation = await layTestFoundation(kubeconfig, state);
  const port = await freePort();
  const token = randomBytes(32).toString("base64url");
  const url = `http://127.0.0.1:${port}`;
  const logFile = join(state, "provisioner.log");
  const environment: Record<string, string> = {
    PATH: process.env.PATH ?? "",
    HOME: state,
    TMPDIR: tmpdir(),
    BERTH_STATE: state,
    BERTH_PORT: String(port),
    BERTH_ADMIN_TOKEN: token,
    BERTH_RATE_LIMIT: "1000000",
    BERTH_MAX_WORKSPACES_PER_OWNER: "100",
    BERTH_INSTALLATION: foundation.installation,
    BERTH_STORAGE_CLASS: foundation.storageClass,
    BERTH_PRIORITY_CLASS: foundation.priorityClass,
    BERTH_WORKSPACE_SCHEME: "http",
    BERTH_PULUMI_COMMAND: pulumi.command,
    BERTH_PULUMI_HOME: pulumi.home,
    BERTH_PULUMI_PASSPHRASE: "only for tests, only for tests",
    BERTH_LOG_LEVEL: "debug",
    KUBECONFIG: foundation.engineKubeconfig,
    ...options.environment,
  };
  let child: ChildProcess | undefined;

  const log = (): string => readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-30).join("\n");

  const start = async (): Promise<void> => {
    const output = openSync(logFile, "a");
    const started = spawn(process.execPath, [join(checkout, "provisioner", "main.ts")], {
      cwd: checkout,
      env: environment,
      stdio: ["ignore", output, output],
      detached: true,
    });
    closeSync(output);
    child = started;
    const deadline = Date.now() + readyWithinMs;
    for (;;) {
      const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2000) }).catch(() => undefined);
      await answer?.body?.cancel();
      if (answer?.ok) return;
      if (hasEnded(started)) throw new Error(`The provisioner did not start:\n${log()}`);
      if (Date.now() > deadline) throw new Error(`The provisioner was not ready in time:\n${log()}`);
      await delay(50);
    }
  };

  const end = async (signal: "SIGKILL" | "SIGTERM"): Promise<void> => {
    const ending = child;
    if (!ending || hasEnded(ending)) return;
    const ended = new Promise<void>((resolve) => ending.once("exit", () => resolve()));
    ending.kill(signal);
    await ended;
  };

  const dispose = async (): Promise<void> => {
    await end("SIGTERM");
    await foundation.dispose();
    await rm(state, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  };

  const provisioner: TestProvisioner = {
    ...{ url, token, state, kubeconfig, start, log, dispose },
    installation: foundation.installation,
    get pid() {
      return child?.pid ?? 0;
    },
    kill: () => end("SIGKILL"),
    stop: () => end("SIGTERM"),
    async leftovers() {
      const deadline = Date.now() + 20_000;
      for (;;) {
        const found = await findLeftovers({ kubeconfig, state, installation: foundation.installation });
        if (found.length === 0 || Date.now() > deadline) return found;
        await delay(200);
      }
    },
  };
  try {
    await start();
    return provisioner;
  } catch (error) {
    await dispose();
    throw error;
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
