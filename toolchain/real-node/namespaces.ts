import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { endProcess, type ProcessId } from "../processes.ts";
import { startUnshared } from "../system/unshared.ts";

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

/** Opens new namespaces. @throws Error when the kernel does not let us. */
export async function openNamespaces({ init, folder, environment }: Opening): Promise<Namespaces> {
  const log = join(folder, "logs", "namespaces.log");
  const program = { name: "namespaces", command: init, args: [], folder, log, environment };
  const { first, release } = await startUnshared(program, ["mount", "net"]);
  release();
  const inside = (command: string, ...args: readonly string[]): Command => ({
    command: "nsenter",
    args: [`--target=${first.pid}`, "--pid", "--mount", "--net", "--", command, ...args],
  });
  return {
    init: first,
    inside,
    async run(name, ...given) {
      const { command, args } = inside(name, ...given);
      const { stdout } = await run(command, args, { env: { ...environment }, maxBuffer: 16e6 });
      return stdout;
    },
    end: () => endProcess(first, 2_000),
  };
}
