import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import type { Holder } from "./schema.ts";

/** When a process started, in the system's words; undefined when there is none (a zombie is none). Linux. */
export function processStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The program's name may hold blanks and brackets: count from its end.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** This process, so that a later one can tell whether it still lives. */
export function ownHolder(): Holder {
  return {
    host: hostname(),
    boot: readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim(),
    namespace: readlinkSync("/proc/self/ns/pid"),
    pid: process.pid,
    started: processStart(process.pid) ?? "",
  };
}

/**
 * Whether a holder is known to be dead. Only one of the same boot and PID namespace can be: of any other the process
 * id says nothing, and its lease has to expire.
 */
export function isProvablyDead(holder: Holder, here: Pick<Holder, "boot" | "namespace">): boolean {
  if (holder.boot !== here.boot || holder.namespace !== here.namespace) return false;
  return processStart(holder.pid) !== holder.started;
}
