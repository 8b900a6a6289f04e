import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { WorkspaceSpec } from "../components/workspace/spec.ts";
import { createEngine, type EngineOptions } from "../provisioner/engine/create-engine.ts";
import { createKubernetesRuntime } from "../provisioner/runtimes/kubernetes/runtime.ts";
import { checkout } from "../toolchain/paths.ts";
import { type PulumiInstallation, pulumiEnvironment } from "../toolchain/pulumi-home.ts";
import { type PlainOptions, plainDeploy, plainDestroy } from "./plain.ts";
import { benchWorkspaces, patience } from "./workspaces.ts";

export interface PoliciesOptions {
  readonly kubeconfig: string;
  readonly pulumi: PulumiInstallation;
  /** An empty folder for states and work. */
  readonly folder: string;
  readonly rounds: number;
}

/** Milliseconds of the `up` that makes a workspace's stack, medians of the rounds. */
export interface PoliciesFigures {
  /** The engine without policies, and with them. */
  readonly engine: { readonly without: number; readonly inProcess: number };
  /** What judging itself took of it. */
  readonly judging: number;
  /** The plain `up` by the CLI without a pack, and with it. */
  readonly cli: { readonly without: number; readonly pack: number };
}

type Times = Readonly<Record<"without" | "inProcess" | "judging" | "cli" | "pack", number[]>>;

const installation = "bench-policies";

/** The same workspaces in four ways, by turns, so that a busy machine slows all of them. */
export async function runPolicies({ kubeconfig, pulumi, folder, rounds }: PoliciesOptions): Promise<PoliciesFigures> {
  const runtime = await createKubernetesRuntime({ kubeconfig, installation });
  const engineWith = async (name: string, policies: EngineOptions["policies"]) => {
    await mkdir(join(folder, name, "state"), { recursive: true });
    return createEngine({
      ...{
        pulumi: pulumi.command,
        pulumiHome: pulumi.home,
        kubeconfig,
        passphrase: "only for measuring",
        idleWorkers: 1,
      },
      ...{ backend: `file://${join(folder, name, "state")}`, workFolder: join(folder, name, "work") },
      ...(policies === undefined ? {} : { policies }),
    });
  };
  const engines = { without: await engineWith("without", undefined), inProcess: await engineWith("with", {}) };
  await mkdir(join(folder, "plain"), { recursive: true });
  Object.assign(process.env, pulumiEnvironment(pulumi));
  const plain: PlainOptions = {
    ...{ pulumi: pulumi.command, backend: `file://${join(folder, "plain")}`, passphrase: "only for measuring" },
    ...{ kubeconfig, home: pulumi.home },
  };
  const times: Times = { without: [], inProcess: [], judging: [], cli: [], pack: [] };
  try {
    await runtime.start();
    // The first round pays for what is loaded once.
    for (let round = 0; round <= rounds; round += 1) {
      const keep = (list: number[], milliseconds: number) => void (round > 0 && list.push(milliseconds));
      for (const way of ["without", "inProcess"] as const) {
        const engine = engines[way];
        await withWorkspace(async (spec) => {
          const request = { stack: spec.id, lease: `op-${spec.id}`, deadline: patience.deadline };
          const { timings } = await engine.deploy({ ...request, spec });
          // Without what it waits for a worker to import: the pool has one ready as a rule.
          const { total = 0, import: loading = 0, policies = 0 } = timings;
          keep(times[way], total - loading);
          if (way === "inProcess") keep(times.judging, policies);
          return () => engine.destroy({ ...request, lease: `gone-${spec.id}` });
        });
      }
      for (const way of ["cli", "pack"] as const) {
        const options = way === "pack" ? { ...plain, policyPack: join(checkout, "policies") } : plain;
        await withWorkspace(async (spec) => {
          const start = performance.now();
          await plainDeploy(spec.id, spec, options);
          keep(times[way], performance.now() - start);
          return () => plainDestroy(spec.id, plain);
        });
      }
    }
  } finally {
    await Promise.all([engines.without.close(), engines.inProcess.close()]);
    await runtime.close();
  }
  return {
    engine: { without: median(times.without), inProcess: median(times.inProcess) },
    judging: median(times.judging),
    cli: { without: median(times.cli), pack: median(times.pack) },
  };

  async function withWorkspace(make: (spec: WorkspaceSpec) => Promise<() => Promise<unknown>>): Promise<void> {
    for (const spec of benchWorkspaces(1, installation)) {
      const remove = await make(spec);
      // Whether it becomes ready is nothing to judging.
      await remove();
      await runtime.remove(spec.id, patience);
    }
  }
}

/** The last line: what both ways add, in milliseconds, and the limit that holds for what a user waits. */
export function policiesReport({ engine, judging, cli }: PoliciesFigures) {
  return {
    bench: "policies",
    ...{ engineMs: engine.without, engineJudgedMs: engine.inProcess, judgingMs: judging },
    ...{ cliMs: cli.without, cliPackMs: cli.pack },
    addsMs: { inProcess: engine.inProcess - engine.without, pack: cli.pack - cli.without },
    ...{ limitMs: 1500, withinLimit: judging <= 1500 && engine.inProcess - engine.without <= 1500 },
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0);
}
