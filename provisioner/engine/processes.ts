import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** Environment variable that names the lease of an operation, in every process that belongs to it. */
export const leaseVariable = "BERTH_LEASE";

/** The title that a worker takes with its operation: a process cannot change the environment others see of it. */
export function workerTitle(lease: string): string {
  return `berth-engine ${leaseVariable}=${lease}`;
}

function readProcessFile(pid: number, file: "environ" | "cmdline" | "stat"): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch {
    // It ended meanwhile, or is not ours to see.
    return "";
  }
}

/** Fields of /proc/<pid>/stat from the third one on; the second, the name, may hold anything. */
function statOf(pid: number): string[] {
  const stat = readProcessFile(pid, "stat");
  return stat === "" ? [] : stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

/** A zombie holds nothing any more; its parent has only not asked for its end yet. */
function isDead(pid: number): boolean {
  const [state] = statOf(pid);
  return state === undefined || state === "Z";
}

/** Tells a process from every other one since the machine started; `undefined` when there is none. */
export function identityOf(pid: number): string | undefined {
  const started = statOf(pid)[19];
  return started === undefined || isDead(pid) ? undefined : `${pid}-${started}`;
}

/** Whether the process of that identity still runs. */
export function stillRuns(identity: string): boolean {
  return identityOf(Number.parseInt(identity, 10)) === identity;
}

/** Ids of all living processes whose environment, or worker's title, names the lease. Linux only. */
export function processesOfLease(lease: string): number[] {
  const entry = `${leaseVariable}=${lease}`;
  const title = workerTitle(lease);
  const found: number[] = [];
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const carries =
      readProcessFile(pid, "environ").split("\0").includes(entry) ||
      readProcessFile(pid, "cmdline").replaceAll("\0", " ").trimEnd() === title;
    if (carries && !isDead(pid)) found.push(pid);
  }
  return found;
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Gone already.
  }
}

/** Kills what carries the lease, but not the caller, without waiting; returns how many there were. */
export function killLeaseNow(lease: string): number {
  const pids = processesOfLease(lease).filter((pid) => pid !== process.pid);
  for (const pid of pids) kill(pid);
  return pids.length;
}

/** Kills every process that carries the lease until none is left: a killed one may just have started another. */
export async function killProcessesOfLease(lease: string): Promise<void> {
  // One that cannot die yet (its disk does not answer) must not keep us busy.
  for (let pause = 5; killLeaseNow(lease) > 0; pause = Math.min(2 * pause, 500)) await delay(pause);
}
