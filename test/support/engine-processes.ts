import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { processesOfLease } from "../../provisioner/engine/processes.ts";

const read = (file: string) => {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
};

/** The processes of an operation by what they are. */
export function partsOf(lease: string): Record<"worker" | "cli" | "plugin", number[]> {
  const parts = { worker: [] as number[], cli: [] as number[], plugin: [] as number[] };
  for (const pid of processesOfLease(lease)) {
    const command = read(`/proc/${pid}/cmdline`);
    if (command.startsWith("berth-engine")) parts.worker.push(pid);
    else if (/pulumi-resource-/.test(command.split("\0")[0] ?? "")) parts.plugin.push(pid);
    else parts.cli.push(pid);
  }
  return parts;
}

/** Variables that a process was started with, as others see them. */
export function environmentOf(pid: number): string {
  return read(`/proc/${pid}/environ`);
}

/** Living descendants of a process. */
export function descendantsOf(root: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    const stat = /^\d+$/.test(name) ? read(`/proc/${name}/stat`) : "";
    const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (stat !== "" && state !== "Z") parents.set(Number(name), Number(parent));
  }
  const found = [root];
  for (const ancestor of found) {
    for (const [pid, parent] of parents) if (parent === ancestor) found.push(pid);
  }
  return found.slice(1);
}

export function isAlive(pid: number): boolean {
  const stat = read(`/proc/${pid}/stat`);
  return stat !== "" && stat.slice(stat.lastIndexOf(")") + 2)[0] !== "Z";
}

/** Resolves when the condition holds; rejects with what it is about when it does not within 30 seconds. */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 30_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`it did not happen within 30 s that ${what}`);
    await delay(20);
  }
}
