import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { type Program, type RunningComponent, startProgram } from "../platform/launch.ts";
import { identify, type ProcessId } from "../processes.ts";

/** A program that runs as the first process of namespaces of its own: all that it starts ends with it. */
export interface Unshared extends RunningComponent {
  /** The program itself; `id` is `unshare`, which started it. */
  readonly first: ProcessId;
}

/** What a program has for itself. Its processes always are its own. */
export type Namespace = "mount" | "net";

/** Starts a program in namespaces of its own. @throws Error when the kernel does not let us, or it ends at once. */
export async function startUnshared(program: Program, namespaces: readonly Namespace[]): Promise<Unshared> {
  const outer = startProgram({
    ...program,
    command: "unshare",
    args: [
      ...["--fork", "--kill-child=SIGKILL", "--pid", "--mount-proc", "--propagation=private"],
      ...namespaces.map((name) => `--${name}`),
      ...["--", program.command, ...program.args],
    ],
  });
  return { ...outer, first: await untilForked(outer) };
}

/** The process that `unshare` has forked into the new namespaces, once it is the program. */
async function untilForked({ id, check }: RunningComponent): Promise<ProcessId> {
  for (;;) {
    check();
    const first = childrenOf(id.pid).map(identify)[0];
    if (first && nameOf(first.pid) !== "unshare") return first;
    await delay(5);
  }
}

function childrenOf(pid: number): readonly number[] {
  return (read(`/proc/${pid}/task/${pid}/children`) ?? "").trim().split(" ").filter(Boolean).map(Number);
}

/** A process' name; undefined when it is gone. */
function nameOf(pid: number): string | undefined {
  return read(`/proc/${pid}/comm`)?.trim();
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
