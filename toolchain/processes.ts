import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";

/**
 * A process by more than its number: a number is used again after its process ended, its start time is not.
 * Written to state folders, so that a later run can tell whether what it finds is still the same process.
 */
export interface ProcessId {
  readonly pid: number;
  /** When it started, in the words of the system: only to be compared. */
  readonly started: string;
}

/** The same as it stands in a file. */
export const processIdSchema = z.object({ pid: z.number().int().positive(), started: z.string() });

/** Identifies a running process; undefined when there is none (a zombie counts as none). */
export function identify(pid: number): ProcessId | undefined {
  const started = process.platform === "linux" ? linuxStart(pid) : posixStart(pid);
  return started === undefined ? undefined : { pid, started };
}

/** Whether that very process still runs. */
export function isAlive(id: ProcessId): boolean {
  return identify(id.pid)?.started === id.started;
}

/**
 * Ends a process: `SIGTERM`, and `SIGKILL` after the deadline. Resolves when it is gone; does nothing to a process
 * that took over the number.
 */
export async function endProcess(id: ProcessId, deadlineMs: number): Promise<void> {
  if (!signal(id, "SIGTERM")) return;
  if (await isGone(id, deadlineMs)) return;
  signal(id, "SIGKILL");
  await isGone(id, 10_000);
}

/** Sends a signal to that very process; false when it is not there any more. */
export function signal(id: ProcessId, name: NodeJS.Signals): boolean {
  if (!isAlive(id)) return false;
  try {
    process.kill(id.pid, name);
    return true;
  } catch {
    return false;
  }
}

async function isGone(id: ProcessId, deadlineMs: number): Promise<boolean> {
  const deadline = Date.now() + deadlineMs;
  while (isAlive(id)) {
    if (Date.now() >= deadline) return false;
    await delay(20);
  }
  return true;
}

let boot: string | undefined;

function linuxStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field, the program's name in brackets, may hold spaces: count from its end.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return undefined;
    boot ??= readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot}/${fields[19]}`;
  } catch {
    return undefined;
  }
}

function posixStart(pid: number): string | undefined {
  try {
    const text = execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return text.trim() || undefined;
  } catch {
    return undefined;
  }
}
