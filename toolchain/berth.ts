import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { keptSecret } from "../provisioner/kept-secret.ts";
import { type Cluster, type ClusterOptions, clusterKind, openCluster } from "./cluster.ts";
import { ensureFoundation } from "./foundation.ts";
import { freePort } from "./free-port.ts";
import { occupy } from "./occupancy.ts";
import { componentsWith } from "./platform/components.ts";
import { writeServiceAccountKubeconfig } from "./platform/service-accounts.ts";
import { choosePort, endProgram, type Program, startProgram, tail, untilReady } from "./programs.ts";
import { ensurePulumi, type PulumiInstallation } from "./pulumi-home.ts";
import { beforeFatalSignals } from "./signals.ts";
import type { Progress } from "./terminal.ts";
import { ensureTools } from "./tools.ts";

export interface BerthOptions extends ClusterOptions {
  /** Port of the API; 0 takes a free one. @default 8080, or a free one when that is taken */
  readonly port?: number;
  /** Port of the router; 0 takes a free one. @default 8081, or a free one when that is taken */
  readonly routerPort?: number;
  /** Further variables of provisioner and router. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A Berth that runs: platform, foundation, provisioner and router. */
export interface Berth {
  /** The folder that keeps all of it. */
  readonly state: string;
  readonly url: string;
  /** Where the router listens: workspaces' host names lead to this machine. */
  readonly routerUrl: string;
  /** Process id of the provisioner. */
  readonly pid: number;
  /** An admin token. */
  readonly token: string;
  /** A kubeconfig with full rights: for looking, not for the provisioner. */
  readonly kubeconfig: string;
  readonly pulumi: PulumiInstallation;
  /** What its workspaces run on. */
  readonly cluster: Pick<Cluster, "kind" | "images" | "node">;
  /** Milliseconds that each part took. */
  readonly timings: { readonly setup: number; readonly platform: number };
  /** Resolves, with what its log ends with, when provisioner or router ends by itself. */
  readonly ended: Promise<string>;
  /** Ends router, provisioner and platform cleanly. */
  stop(): Promise<void>;
}

const installation = "local";

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
    const start = async (name: string, entry: string, environment: Record<string, string>, ready: string) => {
      const program = startProgram(options.state, name, entry, environment);
      if (program.child.pid !== undefined) occupancy.note(program.child.pid);
      const unguard = beforeFatalSignals(() => endProgram(program));
      stops.push(async () => {
        await endProgram(program);
        unguard();
      });
      await untilReady(ready, program);
      return program;
    };
    const port = await choosePort(options.port, 8080, "--port");
    const url = `http://127.0.0.1:${port}`;
    // Known before it listens: the provisioner tells everybody where workspaces are found.
    const routerPort = await choosePort(options.routerPort, 8081, "--router-port");
    const routerUrl = `http://127.0.0.1:${routerPort}`;
    const shared = sharedEnvironment(options, routerPort);
    const provisioner = await progress.step("Start the provisioner", async (note) => {
      const own = provisionerEnvironment(pulumi, { engineKubeconfig, token, port });
      const program = await start(
        "provisioner",
        "provisioner/main.ts",
        { ...shared, ...own, ...cluster.environment, ...options.environment },
        `${url}/readyz`,
      );
      note(url);
      return program;
    });
    const router = await progress.step("Start the router", async (note) => {
      const metricsPort = await freePort();
      const own = {
        ...{ BERTH_HOST: "127.0.0.1", BERTH_PORT: String(routerPort) },
        ...{ BERTH_METRICS_HOST: "127.0.0.1", BERTH_METRICS_PORT: String(metricsPort) },
      };
      const program = await start(
        "router",
        "provisioner/router/main.ts",
        { ...shared, ...cluster.environment, ...options.environment, ...own },
        `http://127.0.0.1:${metricsPort}/readyz`,
      );
      note(routerUrl);
      return program;
    });
    return {
      state,
      ...{ url, routerUrl },
      pid: provisioner.child.pid ?? 0,
      token,
      kubeconfig,
      pulumi,
      cluster,
      timings: { setup: setUp - begun, platform: platformUp - setUp },
      ended: Promise.race([provisioner, router].map(endOf)),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** How a program ended that nobody ended. */
async function endOf(program: Program): Promise<string> {
  await program.ended;
  return `The ${program.name} has ended by itself.\n${tail(program)}`;
}

/** What both programs are told; of this process's own environment they get only what any program needs. */
function sharedEnvironment({ state }: BerthOptions, routerPort: number): Record<string, string> {
  const passed = ["PATH", "HOME", "LANG", "TZ", "TMPDIR", "XDG_CACHE_HOME", "BERTH_CACHE"];
  const basics = passed.flatMap((name) =>
    process.env[name] === undefined ? [] : [[name, process.env[name] ?? ""] as const],
  );
  return {
    ...Object.fromEntries(basics),
    // Everything of ours and the database's that the user set is the programs' to judge.
    ...Object.fromEntries(
      Object.entries(process.env).flatMap(([name, value]) =>
        value !== undefined && (name.startsWith("BERTH_") || name === "DATABASE_URL") ? [[name, value] as const] : [],
      ),
    ),
    BERTH_STATE: state,
    BERTH_INSTALLATION: installation,
    BERTH_WORKSPACE_SCHEME: "http",
    BERTH_WORKSPACE_PORT: String(routerPort),
  };
}

/** What the provisioner alone is told. */
function provisionerEnvironment(
  pulumi: PulumiInstallation,
  { engineKubeconfig, token, port }: { engineKubeconfig: string; token: string; port: number },
): Record<string, string> {
  return {
    BERTH_PORT: String(port),
    BERTH_ADMIN_TOKEN: token,
    BERTH_PULUMI_COMMAND: pulumi.command,
    BERTH_PULUMI_HOME: pulumi.home,
    KUBECONFIG: engineKubeconfig,
  };
}
