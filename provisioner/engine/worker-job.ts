import { rm } from "node:fs/promises";
import { enableCompileCache } from "node:module";
import type { WorkspaceSpec } from "../../components/workspace/spec.ts";
import { commandStore } from "./command-store.ts";
import { EngineError, type EngineEvent } from "./engine.ts";
import { fileStore, leadStacks } from "./file-store.ts";
import { loadLazily } from "./lean-modules.ts";
import type { Job } from "./messages.ts";
import { runPulumi } from "./pulumi-command.ts";
import type { StackStore } from "./stack-store.ts";
import { judgeProgram } from "./worker-policies.ts";

/** What a program's module exports as `workspaceProgram`: it registers all resources of one workspace. */
export type WorkspaceProgram = (spec: WorkspaceSpec, options: { readonly context?: string }) => unknown;

interface Loaded {
  readonly program: WorkspaceProgram;
  readonly automation: typeof import("@pulumi/pulumi/automation/index.js");
}

let loading: Promise<Loaded> | undefined;

/** Imports the Automation API and the program; later calls get what the first one loaded. */
export function loadProgram(url: string): Promise<Loaded> {
  loading ??= (async () => {
    enableCompileCache();
    loadLazily();
    const [module, automation]: [unknown, Loaded["automation"]] = await Promise.all([
      import(url),
      import("@pulumi/pulumi/automation/index.js"),
    ]);
    if (!isProgramModule(module)) throw new EngineError("failed", `${url} does not export "workspaceProgram"`);
    return { program: module.workspaceProgram, automation };
  })();
  return loading;
}

/**
 * Judges a workspace that nobody has: what is compiled and made at first use is there, then, before an operation waits for it.
 * That costs more than it spares: it is for times when nothing else is done.
 */
export async function rehearse(url: string): Promise<void> {
  const { program } = await loadProgram(url);
  const { composeWorkspace } = await import("../../components/workspace/compose.ts");
  const stack = "ws-rehearsal";
  const spec = composeWorkspace({ id: stack, owner: "nobody", host: "rehearsal.invalid", blueprint: "desktop" });
  await judgeProgram({ program: () => program(spec, {}), project: "berth", stack, settings: {} }, () => {});
}

function isProgramModule(module: unknown): module is { readonly workspaceProgram: WorkspaceProgram } {
  return (
    typeof module === "object" &&
    module !== null &&
    "workspaceProgram" in module &&
    typeof module.workspaceProgram === "function"
  );
}

/** Answers of the CLI commands that the Automation API runs around an `up`, given without running them. */
const answers: readonly [RegExp, string][] = [
  [/^stack select/, ""],
  [/^stack output/, "{}"],
  [/^stack history/, "[]"],
];

async function up(job: Job, program: () => unknown, loaded: Loaded, run: RunArgs): Promise<void> {
  const command = {
    command: job.command,
    version: null,
    run: async (args: readonly string[]) => {
      const answer = answers.find(([pattern]) => pattern.test(args.join(" ")));
      // What went behind our back is in the state still: without a look at the cluster, nothing would be made again.
      if (answer === undefined) await run([...args, ...upFlags, ...(job.repair ? ["--refresh"] : [])]);
      return { stdout: answer?.[1] ?? "", stderr: "", code: 0 };
    },
  };
  const stack = await loaded.automation.LocalWorkspace.selectStack(
    {
      stackName: job.stack,
      projectName: job.project,
      program: async () => void (await program()),
    },
    { workDir: job.folder, pulumiCommand: command },
  );
  await stack.up();
}

/** A deploy of a new stack that was begun ahead: its CLI has come as far as the program, and waits for it. */
export interface Waiting {
  /** Goes on with this program to the end, on the stack of that backend. */
  finish(program: () => unknown, backend: string, onEvent: (event: EngineEvent) => void): Promise<void>;
}

/**
 * Begins the deploy of a new stack in a backend that is the job's alone. Resolves when only the program is missing.
 * @param onLost called with why when the CLI ends before it got one
 */
export async function prepare(job: Job, url: string, onLost: (error: unknown) => void): Promise<Waiting> {
  const loaded = await loadProgram(url);
  await fileStore(job).ensure();
  const reached = Promise.withResolvers<void>();
  const given = Promise.withResolvers<() => unknown>();
  const program = async () => {
    reached.resolve();
    return (await given.promise)();
  };
  let tell = (_event: EngineEvent) => {};
  const { command, folder, environment } = job;
  const run: RunArgs = (args) => runPulumi({ command, args, folder, environment, onEvent: (event) => tell(event) });
  const ended = up(job, program, loaded, run);
  let finishing = false;
  const lost = (error: unknown) => {
    if (!finishing) onLost(error);
  };
  ended.then(() => lost(new EngineError("failed", "the Pulumi CLI asked for no program")), lost);
  await reached.promise;
  // The CLI has made its key of it; nothing is to lie about while nobody works.
  await rm(`${folder}/passphrase`, { force: true });
  return {
    async finish(program, backend, onEvent) {
      finishing = true;
      tell = onEvent;
      await leadStacks(job.backend, backend);
      given.resolve(program);
      await ended;
    },
  };
}

type RunArgs = (args: readonly string[]) => Promise<void>;

/** `--json`: engine events as lines. The rest spares work that nobody would read. */
const upFlags = ["--json", "--suppress-outputs", "--skip-plugin-pre-install"];
const destroyFlags = ["--yes", "--skip-preview", "--json", "--suppress-outputs", "--skip-plugin-pre-install"];

async function destroy(job: Job, store: StackStore, run: RunArgs): Promise<void> {
  if ((await store.exists()) !== false) {
    try {
      await run(["destroy", "--stack", job.stack, ...destroyFlags]);
    } catch (error) {
      if (!(error instanceof EngineError && /no stack named/.test(error.message))) throw error;
    }
  }
  await store.remove();
}

/**
 * Runs one operation to its end and tells how long its parts took, in milliseconds.
 * @param waiting what was begun of it ahead
 */
export async function runJob(
  job: Job,
  program: string,
  onEvent: (event: EngineEvent) => void,
  waiting?: Waiting,
): Promise<Record<string, number>> {
  const timings: Record<string, number> = {};
  const timed = async <T>(name: string, part: Promise<T>): Promise<T> => {
    const start = performance.now();
    try {
      return await part;
    } finally {
      timings[name] = Math.round(performance.now() - start);
    }
  };
  const run: RunArgs = (args) =>
    runPulumi({ command: job.command, args, folder: job.folder, environment: job.environment, onEvent });
  const store = job.store === "files" ? fileStore(job) : commandStore(run, job);
  if (job.repair) await timed("repair", store.repair());
  if (job.spec === undefined) {
    await timed("destroy", destroy(job, store, run));
    return timings;
  }
  const { spec, context, policies: settings, project, stack } = job;
  const loaded = await timed("import", loadProgram(program));
  const register = () => loaded.program(spec, context === undefined ? {} : { context });
  if (settings !== undefined) {
    await timed("policies", judgeProgram({ program: register, project, stack, settings }, onEvent));
  }
  if (waiting !== undefined && (await store.exists()) !== false) {
    throw new EngineError("crashed", `somebody else has made the stack ${stack} meanwhile`);
  }
  await timed("stack", store.ensure());
  await timed(
    "up",
    waiting === undefined ? up(job, register, loaded, run) : waiting.finish(register, job.backend, onEvent),
  );
  await store.prune();
  return timings;
}
