import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { composeWorkspace } from "../../components/workspace/compose.ts";
import type { WorkspaceSpec } from "../../components/workspace/spec.ts";
import { createEngine, type EngineOptions } from "../../provisioner/engine/create-engine.ts";
import type { Engine, EngineEvent } from "../../provisioner/engine/engine.ts";
import { ensurePulumi } from "../../toolchain/pulumi-home.ts";
import { type Behaviour, behaviourVariable } from "./engine-program.ts";

let counter = 0;

/** A name that no other test uses. */
export function newName(prefix: string): string {
  return `${prefix}-t${process.pid.toString(36)}${(counter++).toString(36)}${Math.random().toString(36).slice(2, 8)}`;
}

/** The spec of some workspace, for the test program to behave as asked. */
export function specFor(stack: string, behaviour: Behaviour = "quick", ports = 1): WorkspaceSpec {
  const spec = composeWorkspace({ id: stack, owner: "alice", host: "alice.example.com", blueprint: "desktop" });
  const more = Array.from({ length: ports - 1 }, (_, index) => ({ name: `more-${index}`, port: 20_000 + index }));
  return {
    ...spec,
    shape: {
      ...spec.shape,
      env: { ...spec.shape.env, [behaviourVariable]: behaviour },
      ports: [...spec.shape.ports, ...more],
    },
  };
}

/** An engine with state and work folders of its own. */
export interface TestEngine {
  readonly engine: Engine;
  readonly options: EngineOptions;
  /** Folder of the stacks' state. */
  readonly state: string;
  /** All files of the state, relative to it; without `meta.yaml` when there are stacks no more. */
  stateFiles(): Promise<string[]>;
  /** Folders of operations. */
  workFolders(): Promise<string[]>;
  dispose(): Promise<void>;
}

/** The program that needs no cluster. */
export const testProgram = new URL("./engine-program.ts", import.meta.url);

/** Call `dispose` in `afterAll`. */
export async function createTestEngine(options: Partial<EngineOptions> = {}): Promise<TestEngine> {
  const folder = await mkdtemp(join(tmpdir(), "berth-test-engine-"));
  const { command, home } = await ensurePulumi(undefined, join(folder, "pulumi-home"));
  const state = join(folder, "state");
  await mkdir(state);
  const all: EngineOptions = {
    pulumi: command,
    pulumiHome: home,
    backend: pathToFileURL(state).href,
    passphrase: "only for tests",
    kubeconfig: join(folder, "no-kubeconfig"),
    workFolder: join(folder, "work"),
    idleWorkers: 1,
    program: testProgram,
    ...options,
  };
  const engine = createEngine(all);
  return {
    engine,
    options: all,
    state,
    async stateFiles() {
      const entries = await readdir(state, { recursive: true, withFileTypes: true }).catch(() => []);
      return entries
        .filter((entry) => entry.isFile() && !entry.name.startsWith("meta.yaml"))
        .map((entry) => join(entry.parentPath, entry.name).slice(state.length + 1))
        .sort();
    },
    workFolders: async () => (await readdir(all.workFolder)).filter((name) => name.startsWith("op.")),
    async dispose() {
      await engine.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
    },
  };
}

/** Collects an operation's events and lets a test wait for one. */
export function collectEvents() {
  const events: EngineEvent[] = [];
  const waiting: { pattern: RegExp; resolve: () => void }[] = [];
  return {
    events,
    onEvent: (event: EngineEvent) => {
      events.push(event);
      for (const { pattern, resolve } of waiting) if (pattern.test(event.message)) resolve();
    },
    /** Resolves when an event says so; rejects when the operation ends without. */
    seen: async (pattern: RegExp, operation: Promise<unknown>) => {
      const event = new Promise<void>((resolve) => {
        if (events.some(({ message }) => pattern.test(message))) resolve();
        else waiting.push({ pattern, resolve });
      });
      const end = operation.then(
        (result) => result,
        (error: unknown) => error,
      );
      await Promise.race([
        event,
        end.then((result) => Promise.reject(new Error(`it ended before ${pattern} was seen: ${result}`))),
      ]);
    },
  };
}
