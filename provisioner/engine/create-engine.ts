import { readFileSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { WorkspaceSpec } from "../../components/workspace/spec.ts";
import type { DeployRequest, DestroyRequest, Engine, EngineResult } from "./engine.ts";
import { EngineError } from "./engine.ts";
import { cleanEnvironment, commandEnvironment } from "./environment.ts";
import { fileStore } from "./file-store.ts";
import type { Job } from "./messages.ts";
import { passphraseState } from "./passphrase.ts";
import { createPool, type Worker } from "./pool.ts";
import { killProcessesOfLease } from "./processes.ts";
import { createStandby } from "./standby.ts";
import { workFolders } from "./work-folders.ts";

export interface EngineOptions {
  /** Path of the Pulumi CLI. */
  readonly pulumi: string;
  /** The `PULUMI_HOME` whose plugins are used; nothing else of it is. @default plugins are looked for on PATH */
  readonly pulumiHome?: string;
  /** Folders to look for plugins and for what logs in to the cluster, before those of PATH. @default none */
  readonly path?: readonly string[];
  /** Where stacks are kept: `file:///…`, `s3://…`. */
  readonly backend: string;
  /**
   * What encrypts secrets in new stacks: `passphrase`, or the URL of a key (`awskms:///…`). A stack keeps what it was
   * made with.
   * @default "passphrase"
   */
  readonly secretsProvider?: string;
  /** Encrypts secrets in stacks that were made with a passphrase; not needed where there are none. */
  readonly passphrase?: string | undefined;
  /** Path of the kubeconfig that says where workspaces run, and as whom. It stays out of the stacks' state. */
  readonly kubeconfig: string;
  /** @default the kubeconfig's current context */
  readonly context?: string;
  /** Folder for the operations' private files; this engine's alone. */
  readonly workFolder: string;
  /** Workers that wait ready, some 110 MiB each. @default 2 */
  readonly idleWorkers?: number;
  /** Milliseconds that what was deployed is given to start in, before more is made ready. @default 3 000 */
  readonly settle?: number;
  /**
   * Whether the first deploy of a workspace is begun before anybody asks for it (see `reserve`): some 240 MiB more. For
   * stacks in files, and where there are idle workers. @default false
   */
  readonly standby?: boolean;
  /** Told what goes wrong outside of operations. @default nobody is */
  readonly onError?: (error: unknown) => void;
  /** Pulumi project of all stacks. @default "berth" */
  readonly project?: string;
  /** Module that exports `workspaceProgram`. @default stacks/workspace.ts */
  readonly program?: URL;
  /**
   * What is set for the policies that every program must keep to, in the form of a policy pack's configuration: `{}` is
   * every rule as it is. Read it with `readPolicies`. @default programs are not judged
   */
  readonly policies?: unknown;
  /** Further variables for the backend or the cluster's login (`AWS_REGION`, …): nothing else of ours is passed on. */
  readonly environment?: Readonly<Record<string, string>>;
  /** How stacks are made and mended. @default "files" for file:// with a passphrase, else "commands" */
  readonly store?: "files" | "commands";
}

/** All that must not appear in a message. */
function secretsOf(options: EngineOptions, spec: WorkspaceSpec | undefined): string[] {
  const extra = Object.entries(options.environment ?? {}).filter(
    ([name]) => /SECRET|TOKEN|PASSWORD|KEY/i.test(name) && !/_FILE$/.test(name),
  );
  return [
    ...(options.passphrase === undefined ? [] : [options.passphrase]),
    ...Object.values(spec?.identity ?? {}),
    ...extra.map(([, value]) => value),
    ...kubeconfigSecrets(options.kubeconfig),
  ];
}

/** The tokens and keys of a kubeconfig. */
function kubeconfigSecrets(file: string): string[] {
  try {
    const text = readFileSync(file, "utf8");
    return [...text.matchAll(/\b(?:token|password|client-key-data):\s*"?([^\s",}]+)/g)].flatMap(
      (match) => match[1] ?? [],
    );
  } catch {
    // The run itself will say what is wrong with it.
    return [];
  }
}

/** The Pulumi engine on real processes. Ready at once; the first operations may still wait for a worker to import. */
export function createEngine(options: EngineOptions): Engine {
  if (!isAbsolute(options.workFolder))
    throw new Error(`workFolder must be an absolute path, not "${options.workFolder}"`);
  const project = options.project ?? "berth";
  const program = (options.program ?? new URL("../../stacks/workspace.ts", import.meta.url)).href;
  const clean = cleanEnvironment(process.env);
  clean.PATH = [...(options.path ?? []), clean.PATH].filter(Boolean).join(":");
  const folders = workFolders(options.workFolder);
  const running = new Map<Promise<EngineResult>, AbortController>();
  const pool = createPool({
    size: options.idleWorkers ?? 2,
    program,
    settle: options.settle ?? 3_000,
    policies: options.policies !== undefined,
    leisure: () => running.size === 0,
    atRest: () => standby?.prepare(),
    environment: { ...clean, NODE_COMPILE_CACHE: `${options.workFolder}/compile-cache` },
  });
  const { passphrase, secretsProvider = "passphrase" } = options;
  const byPassphrase = secretsProvider === "passphrase";
  if (byPassphrase && passphrase === undefined) throw new Error("a passphrase or another secrets provider is needed");
  const inFiles = byPassphrase && options.backend.startsWith("file://");
  const store = options.store ?? (inFiles ? "files" : "commands");
  const encryption = byPassphrase && passphrase !== undefined ? passphraseState(passphrase) : Promise.resolve("");
  const ready = Promise.all([folders.sweep(), encryption]);
  ready.catch(() => {});
  let closed = false;
  pool.refill();

  const createFolder = (lease: string) =>
    folders.create(lease, {
      project,
      ...(passphrase === undefined ? {} : { passphrase }),
      ...(options.pulumiHome === undefined ? {} : { plugins: join(options.pulumiHome, "plugins") }),
    });

  const jobOf = async (
    { stack, lease, repair = false, spec }: Pick<Job, "stack" | "lease"> & Partial<Pick<Job, "repair" | "spec">>,
    folder: string,
    backend = options.backend,
  ): Promise<Job> => ({
    stack,
    project,
    lease,
    repair,
    ...(spec === undefined ? {} : { spec }),
    ...(options.context === undefined ? {} : { context: options.context }),
    folder,
    command: options.pulumi,
    environment: commandEnvironment(clean, {
      lease,
      backend,
      kubeconfig: options.kubeconfig,
      folder,
      extra: options.environment ?? {},
      passphrase: passphrase !== undefined,
    }),
    backend,
    store,
    secretsProvider,
    encryption: await encryption,
    ...(options.policies === undefined ? {} : { policies: options.policies }),
    secrets: secretsOf(options, spec),
  });

  const standby =
    options.standby === true && store === "files"
      ? createStandby({
          pool,
          begin: async ({ worker, stack, lease, folder }) => {
            const own = `${pathToFileURL(join(folder, "state"))}${new URL(options.backend).search}`;
            worker.send({ type: "prepare", program, job: await jobOf({ stack, lease }, folder, own) });
          },
          exists: async (stack) =>
            (await fileStore({ backend: options.backend, project, stack, encryption: "" }).exists()) !== false,
          createFolder: (lease) => ready.then(() => createFolder(lease)),
          removeFolder: folders.remove,
          onError: options.onError ?? (() => {}),
        })
      : undefined;

  const execute = async (request: DeployRequest | DestroyRequest, stop: AbortSignal): Promise<EngineResult> => {
    const start = performance.now();
    await ready;
    const begun = await standby?.take(request);
    const folder = begun?.folder ?? (await createFolder(request.lease));
    try {
      const job = await jobOf(request, folder);
      // What was begun has to be ended still.
      if (stop.aborted && begun === undefined) throw reasonOf(stop);
      const worker = begun?.worker ?? pool.take("spec" in request ? "program" : "bare");
      const timings = await supervise(worker, job, program, request, stop);
      return { timings: { ...timings, total: Math.round(performance.now() - start) } };
    } finally {
      await folders.remove(folder);
    }
  };

  const start = (request: DeployRequest | DestroyRequest): Promise<EngineResult> => {
    if (closed) return Promise.reject(new EngineError("cancelled", "the engine is closed"));
    const controller = new AbortController();
    const timer = setTimeout(() => {
      controller.abort(new EngineError("timeout", `did not end within ${request.deadline} ms`));
    }, request.deadline);
    const cancel = () => controller.abort(new EngineError("cancelled", "the operation was cancelled"));
    if (request.signal?.aborted) cancel();
    else request.signal?.addEventListener("abort", cancel, { once: true });
    const result = execute(request, controller.signal).finally(() => {
      clearTimeout(timer);
      request.signal?.removeEventListener("abort", cancel);
      running.delete(result);
      pool.refill();
    });
    running.set(result, controller);
    return result;
  };

  return {
    deploy: start,
    destroy: start,
    reserve: () => standby?.reserve(),
    leaseFor: (stack) => standby?.leaseFor(stack),
    killLease: killProcessesOfLease,
    usage: () => ({ running: running.size, idle: pool.idle() + (standby?.count() ?? 0) }),
    async close() {
      closed = true;
      for (const controller of running.values())
        controller.abort(new EngineError("cancelled", "the engine is closing"));
      await Promise.allSettled([ready, ...running.keys()]);
      await standby?.close();
      await pool.close();
    },
  };
}

function reasonOf(signal: AbortSignal): EngineError {
  return signal.reason instanceof EngineError ? signal.reason : new EngineError("cancelled", "cancelled");
}

/** Gives the worker its job and stays with it until all of its processes are gone. */
async function supervise(
  worker: Worker,
  job: Job,
  program: string,
  request: DeployRequest | DestroyRequest,
  stop: AbortSignal,
): Promise<Readonly<Record<string, number>>> {
  let outcome: Readonly<Record<string, number>> | EngineError | undefined;
  worker.onMessage((message) => {
    if (message.type === "event") request.onEvent?.(message.event);
    if (message.type === "done") outcome = message.timings;
    if (message.type === "failed") outcome = new EngineError(message.kind, message.message);
  });
  const kill = () => worker.process.kill("SIGKILL");
  stop.addEventListener("abort", kill, { once: true });
  if (stop.aborted) kill();
  else worker.send({ type: "run", program, job });
  const end = await worker.ended;
  stop.removeEventListener("abort", kill);
  if (outcome !== undefined && !(outcome instanceof EngineError)) return outcome;
  await killProcessesOfLease(job.lease);
  if (stop.aborted) throw reasonOf(stop);
  throw outcome ?? new EngineError("crashed", `the worker was ended by ${end.signal ?? `exit code ${end.code}`}`);
}
