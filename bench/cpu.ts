import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/**
 * CPU seconds, user and system, of whole process trees. Grandchildren that outlive their parent (Pulumi's plugins do,
 * for a moment) are lost to `getrusage` and to /proc's "waited-for children", so this counts by control group: a
 * process's group is inherited by all that it ever starts. Where groups cannot be made, the figures of /proc are used
 * and `exact` is false.
 */
export interface CpuMeter {
  readonly exact: boolean;
  /** Counts this process and, from now on, all that it starts. */
  adopt(pid: number): void;
  /** CPU seconds used so far. */
  seconds(): number;
  /** Processes that are counted and alive. */
  processes(): readonly number[];
  /** Resolves when no counted process is left. */
  drained(): Promise<void>;
  /** Ends counting; nothing of it may be alive, except what is moved back. */
  close(): void;
}

interface Hierarchy {
  readonly folder: string;
  readonly read: (folder: string) => number;
}

const hierarchies: readonly Hierarchy[] = [
  // Version 1: nanoseconds.
  {
    folder: "/sys/fs/cgroup/cpuacct",
    read: (folder) => Number(readFileSync(`${folder}/cpuacct.usage`, "utf8")) / 1e9,
  },
  // Version 2: microseconds, there for every group even when no controller is enabled.
  {
    folder: "/sys/fs/cgroup",
    read: (folder) => Number(/^usage_usec (\d+)/m.exec(readFileSync(`${folder}/cpu.stat`, "utf8"))?.[1]) / 1e6,
  },
];

let count = 0;

function groupMeter(): CpuMeter | undefined {
  for (const { folder, read } of hierarchies) {
    const group = `${folder}/berth-bench-${process.pid}-${count++}`;
    try {
      mkdirSync(group);
    } catch {
      continue;
    }
    const processes = () => readFileSync(`${group}/cgroup.procs`, "utf8").split("\n").filter(Boolean).map(Number);
    try {
      // A folder that is no control group has neither file.
      read(group);
      processes();
    } catch {
      rmdirSync(group);
      continue;
    }
    return {
      exact: true,
      adopt: (pid) => writeFileSync(`${group}/cgroup.procs`, String(pid)),
      seconds: () => read(group),
      processes,
      async drained() {
        while (processes().length > 0) await delay(10);
      },
      close() {
        for (const pid of processes()) writeFileSync(`${folder}/cgroup.procs`, String(pid));
        rmdirSync(group);
      },
    };
  }
  return undefined;
}

/** Linux counts in hundredths of a second, whatever the kernel's own tick is. */
const ticksPerSecond = 100;

/** utime, stime, cutime and cstime of /proc/<pid>/stat. */
function secondsOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0) / ticksPerSecond;
  } catch {
    return undefined;
  }
}

function procMeter(): CpuMeter {
  const last = new Map<number, number>();
  const sample = () => {
    for (const pid of last.keys()) {
      const seconds = secondsOf(pid);
      if (seconds !== undefined) last.set(pid, seconds);
    }
  };
  const processes = () => [...last.keys()].filter((pid) => secondsOf(pid) !== undefined);
  return {
    exact: false,
    adopt: (pid) => void last.set(pid, 0),
    seconds: () => {
      sample();
      return [...last.values()].reduce((sum, seconds) => sum + seconds, 0);
    },
    processes,
    async drained() {
      while (processes().length > 0) {
        sample();
        await delay(10);
      }
    },
    close: () => last.clear(),
  };
}

export function createCpuMeter(): CpuMeter {
  return groupMeter() ?? procMeter();
}
