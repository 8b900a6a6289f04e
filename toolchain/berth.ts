import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { keptSecret } from "../provisioner/kept-secret.ts";
import { type Cluster, type ClusterOptions, clusterKind, openCluster } from "./cluster.ts";
import { SetupError } from "./errors.ts";
import { ensureFoundation } from "./foundation.ts";
import { occupy } from "./occupancy.ts";
import { checkout } from "./paths.ts";
import { componentsWith } from "./platform/components.ts";
import { writeServiceAccountKubeconfig } from "./platform/service-accounts.ts";
import { ensurePulumi, type PulumiInstallation } from "./pulumi-home.ts";
import { beforeFatalSignals } from "./signals.ts";
import type { Progress } from "./terminal.ts";
import { ensureTools } from "./tools.ts";

export interface BerthOptions extends ClusterOptions {
  /** Port of the API; 0 takes a free one. @default 8080, or a free one when that is taken */
  readonly port?: number;
  /** Further variables of the provisioner. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A Berth that runs: platform, foundation and provisioner. */
export interface Berth {
  /** The folder that keeps all of it. */
  readonly state: string;
  readonly url: string;
  /** Process id of the provisioner. */
  readonly pid: number;
  /** An admin token. */
  readonly token: string;
  /** A kubeconfig with full rights: for looking, not for the provisioner. */
  readonly kubeconfig: string;
  readonly pulumi: PulumiInstallation;
  /** What its workspaces run on. */
  readonly cluster: Pick<Cluster, "kind" | "images">;
  /** Milliseconds that each part took. */
  readonly timings: { readonly setup: number; readonly platform: number };
  /** Resolves, with what its log ends with, when the provisioner ends by itself. */
  readonly ended: Promise<string>;
  /** Ends provisioner and platform cleanly. */
  stop(): Promise<void>;
}

const installation = "local";
const readyWithinMs = 60_000;

/** Starts everything that a workspace needs, on this machine. Whatever fails, nothing of it stays running. */
export async function startBerth(options: BerthOptions, progress: Progress): Promise<Berth> {
  mkdirSync(options.state, { recursive: true, mode: 0o700 });
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  const occupancy = await occupy(options.state, progress);
  stops.push(async () => occupancy.leave());
  try {
    const begun = performance.now();
    const kind = clusterKind(options);
    // At once: what must be built then shares the processors best.
    const [pulumi] = await Promise.all([
      ensurePulumi(progress, join(options.state, "pulumi-home")),
      kind === "existing" ? [] : ensureTools(componentsWith(kind), progress),
    ]);
    const setUp = performance.now();

    const { state } = options;
    const cluster = await openCluster(options, progress);
    stops.push(cluster.stop);
    const { kubeconfig, storage } = cluster;
    await progress.step("Lay the cluster's foundation (stack local)", async (note) => {
      const changes = await ensureFoundation(pulumi, kubeconfig, { state, installation, storage });
      note(changes === 0 ? "nothing to change" : `${changes} ${changes === 1 ? "object" : "objects"}`);
    });
    const engineKubeconfig = join(options.state, "engine.kubeconfig");
    await writeServiceAccountKubeconfig({
      kubeconfig,
      namespace: "berth-system",
      serviceAccount: "berth-engine",
      file: engineKubeconfig,
    });
    const platformUp = performance.now();

    const token = await keptSecret(join(options.state, "admin-token"));
    const port = await choosePort(options.port);
    const environment = {
      ...provisionerEnvironment(options, pulumi, { engineKubeconfig, token, port }),
      ...cluster.environment,
      ...options.environment,
    };
    const { child, log, ended } = await progress.step("Start the provisioner", async (note) => {
      const started = startProvisioner(options.state, environment);
      if (started.child.pid !== undefined) occupancy.note(started.child.pid);
      const unguard = beforeFatalSignals(() => endChild(started.child));
      stops.push(async () => {
        await endChild(started.child);
        unguard();
      });
      await untilReady(`http://127.0.0.1:${port}/readyz`, started);
      note(`http://127.0.0.1:${port}`);
      return started;
    });
    return {
      state,
      url: `http://127.0.0.1:${port}`,
      pid: child.pid ?? 0,
      token,
      kubeconfig,
      pulumi,
      cluster,
      timings: { setup: setUp - begun, platform: platformUp - setUp },
      ended: ended.then(() => tail(log, child)),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What the provisioner is told; of this process's own environment it gets only what any program needs. */
function provisionerEnvironment(
  { state }: BerthOptions,
  pulumi: PulumiInstallation,
  { engineKubeconfig, token, port }: { engineKubeconfig: string; token: string; port: number },
): Record<string, string> {
  const passed = ["PATH", "HOME", "LANG", "TZ", "TMPDIR", "XDG_CACHE_HOME", "BERTH_CACHE"];
  const basics = passed.flatMap((name) =>
    process.env[name] === undefined ? [] : [[name, process.env[name] ?? ""] as const],
  );
  return {
    ...Object.fromEntries(basics),
    // Everything of ours and the database's that the user set is the provisioner's to judge.
    ...Object.fromEntries(
      Object.entries(process.env).flatMap(([name, value]) =>
        value !== undefined && (name.startsWith("BERTH_") || name === "DATABASE_URL") ? [[name, value] as const] : [],
      ),
    ),
    BERTH_STATE: state,
    BERTH_PORT: String(port),
    BERTH_ADMIN_TOKEN: token,
    BERTH_INSTALLATION: installation,
    BERTH_WORKSPACE_SCHEME: "http",
    BERTH_PULUMI_COMMAND: pulumi.command,
    BERTH_PULUMI_HOME: pulumi.home,
    KUBECONFIG: engineKubeconfig,
  };
}

interface Provisioner {
  readonly child: ChildProcess;
  readonly log: string;
  readonly ended: Promise<void>;
}

function startProvisioner(state: string, env: Record<string, string>): Provisioner {
  mkdirSync(join(state, "logs"), { recursive: true });
  const log = join(state, "logs", "provisioner.log");
  const output = openSync(log, "a", 0o600);
  const child = spawn(process.execPath, [join(checkout, "provisioner", "main.ts")], {
    cwd: checkout,
    env,
    stdio: ["ignore", output, output],
    // Its own group: Ctrl-C reaches only us, and we end it in order.
    detached: true,
  });
  closeSync(output);
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  return { child, log, ended };
}

async function untilReady(url: string, { child, log, ended }: Provisioner): Promise<void> {
  const deadline = performance.now() + readyWithinMs;
  let gone = false;
  void ended.then(() => {
    gone = true;
  });
  let last = "";
  while (performance.now() < deadline) {
    if (gone) throw new SetupError(`The provisioner did not start.\n${tail(log, child)}`);
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(2000) });
      if (answer.ok) return;
      last = await answer.text();
    } catch {
      last = "it does not listen yet";
    }
    await delay(50);
  }
  throw new SetupError(`The provisioner is not ready after ${readyWithinMs / 1000} s: ${last}\n${tail(log, child)}`);
}

function tail(log: string, { exitCode, signalCode }: ChildProcess): string {
  const lines = readFileSync(log, "utf8").trimEnd().split("\n").slice(-12);
  const how = signalCode ? `by ${signalCode}` : `with exit code ${exitCode}`;
  return [
    ...lines.map((line) => `  ${line}`),
    ...(exitCode === null && signalCode === null ? [] : [`  (it ended ${how})`]),
    `  All of it: ${log}`,
  ].join("\n");
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  const late = setTimeout(() => child.kill("SIGKILL"), 45_000);
  await gone;
  clearTimeout(late);
}

/** The port that is asked for; without a wish 8080, or a free one when that is taken. */
function choosePort(wanted?: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error) =>
      wanted === undefined
        ? resolve(choosePort(0))
        : reject(new SetupError(`Port ${wanted} cannot be used: ${error.message}. Use --port with another one.`)),
    );
    server.listen(wanted ?? 8080, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
