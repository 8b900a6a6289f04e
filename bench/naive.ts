import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import type { WorkspaceSpec } from "../components/workspace/spec.ts";
import { createKubernetesRuntime } from "../provisioner/runtimes/kubernetes/runtime.ts";
import { type PulumiInstallation, pulumiEnvironment } from "../toolchain/pulumi-home.ts";
import type { PlainOptions, PlainOrder } from "./plain.ts";
import { inParallel, type Latencies, summarize, timed } from "./statistics.ts";
import { measureTree } from "./tree.ts";
import { benchWorkspaces, patience } from "./workspaces.ts";

export interface NaiveOptions {
  readonly kubeconfig: string;
  readonly pulumi: PulumiInstallation;
  /** An empty folder for its state. */
  readonly folder: string;
  readonly users: number;
  readonly concurrency: number;
}

export interface EngineFigures extends Latencies {
  /** Per create and delete. */
  readonly cpuSecondsPerWorkspace: number;
  readonly peakRssMiB: number;
}

const installation = "bench-naive";
const result = z.object({ id: z.number(), error: z.string().optional() });

/** The Automation API as its documentation shows it, in a process of its own; see `plain.ts`. */
export async function runNaive({
  kubeconfig,
  pulumi,
  folder,
  users,
  concurrency,
}: NaiveOptions): Promise<EngineFigures> {
  await mkdir(join(folder, "state"), { recursive: true });
  const options: PlainOptions = {
    pulumi: pulumi.command,
    backend: `file://${join(folder, "state")}`,
    passphrase: "only for measuring",
    kubeconfig,
    home: pulumi.home,
  };
  const plain = startPlain(options, pulumiEnvironment(pulumi));
  const meter = measureTree(plain.pid);
  const runtime = await createKubernetesRuntime({ kubeconfig, installation });
  try {
    await runtime.start();
    const create = async (spec: WorkspaceSpec): Promise<void> => {
      await plain.order({ stack: spec.id, spec });
      await runtime.waitReady(spec.id, patience);
    };
    const remove = async ({ id }: WorkspaceSpec): Promise<void> => {
      await runtime.disposeVolume(id, "delete");
      await plain.order({ stack: id });
      await runtime.remove(id, patience);
    };
    // The first one pays for what is loaded once.
    for (const spec of benchWorkspaces(1, installation)) {
      await create(spec);
      await remove(spec);
    }
    meter.begin();
    const specs = benchWorkspaces(users, installation);
    const { each, wall } = await timed(specs, concurrency, create);
    await inParallel(specs, concurrency, remove);
    const { cpu, peakRssMiB } = meter.end();
    return { ...summarize(each, wall), cpuSecondsPerWorkspace: Math.round((cpu / users) * 1000) / 1000, peakRssMiB };
  } finally {
    await plain.close();
    meter.close();
    await runtime.close();
  }
}

function startPlain(options: PlainOptions, environment: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, [join(import.meta.dirname, "plain.ts")], {
    env: { ...environment, PLAIN_OPTIONS: JSON.stringify(options) },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const waiting = new Map<number, PromiseWithResolvers<void>>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    const { id, error } = result.parse(JSON.parse(line));
    const order = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) order?.resolve();
    else order?.reject(new Error(error));
  });
  void ended.then(() => {
    for (const order of waiting.values()) order.reject(new Error("the plain process ended"));
  });
  let count = 0;
  return {
    pid: child.pid ?? 0,
    order(order: Omit<PlainOrder, "id">): Promise<void> {
      const id = count++;
      const done = Promise.withResolvers<void>();
      waiting.set(id, done);
      child.stdin.write(`${JSON.stringify({ id, ...order })}\n`);
      return done.promise;
    },
    async close(): Promise<void> {
      child.stdin.end();
      await ended;
    },
  };
}
