import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { startProgram } from "../platform/launch.ts";
import { endProcess, identify, isAlive, type ProcessId } from "../processes.ts";

const run = promisify(execFile);

/** A command to be run. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
}

/**
 * Processes, mounts and network of their own: all that is in them ends with their first process, however that dies, and
 * nothing of it was ever to be seen from outside.
 */
export interface Namespaces {
  readonly init: ProcessId;
  /** The same command, run inside. Paths are the host's: the files are shared. */
  inside(command: string, ...args: readonly string[]): Command;
  /** Runs a command inside to its end; gives what it prints. */
  run(command: string, ...args: readonly string[]): Promise<string>;
  end(): Promise<void>;
}

interface Opening {
  /** What their first process runs: it must reap what is left to it, and end when told. */
  readonly init: string;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
}

const parts = ["--pid", "--mount", "--net"] as const;

/** Opens new namespaces. @throws Error when the kernel does not let us. */
export async function openNamespaces({ init, folder, environment }: Opening): Promise<Namespaces> {
  const outer = startProgram({
    name: "namespaces",
    command: "unshare",
    args: ["--fork", "--kill-child=SIGKILL", "--mount-proc", "--propagation=private", ...parts, "--", init],
    folder,
    log: join(folder, "logs", "namespaces.log"),
    environment,
  });
  const first = await untilForked(outer.id.pid, outer.check);
  outer.release();
  return reenter(first, environment);
}

/** Namespaces that are there, by their first process. */
export function reenter(init: ProcessId, environment: Readonly<Record<string, string>>): Namespaces {
  const inside = (command: string, ...args: readonly string[]): Command => ({
    command: "nsenter",
    args: [`--target=${init.pid}`, ...parts, "--", command, ...args],
  });
  return {
    init,
    inside,
    async run(program, ...given) {
      const { command, args } = inside(program, ...given);
      const { stdout } = await run(command, args, { env: { ...environment }, maxBuffer: 16e6 });
      return stdout;
    },
    // Their first process cannot be ended gently by a process outside that it does not expect; nor need it be: whatever
    // wants to end in order was ended before.
    end: () => endProcess(init, 2_000),
  };
}

/** The process that `unshare` has forked into the new namespaces. */
async function untilForked(outer: number, check: () => void): Promise<ProcessId> {
  for (;;) {
    check();
    const child = childrenOf(outer)[0];
    const id = child === undefined ? undefined : identify(child);
    // Between the fork and the exec it is still a copy of `unshare`.
    if (id && !readFileSync(`/proc/${id.pid}/comm`, "utf8").startsWith("unshare") && isAlive(id)) return id;
    await delay(5);
  }
}

function childrenOf(pid: number): readonly number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}
