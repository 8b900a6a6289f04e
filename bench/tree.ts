import { readdirSync, readFileSync } from "node:fs";
import { type CpuMeter, createCpuMeter } from "./cpu.ts";

/** What a tree of processes used. */
export interface Usage {
  /** CPU seconds, user and system. */
  readonly cpu: number;
  /** Most memory at once, in MiB: what is shared by several processes is counted once. */
  readonly peakRssMiB: number;
}

export interface TreeMeter {
  /** From now on. */
  begin(): void;
  /** What was used since `begin`. */
  end(): Usage;
  close(): void;
}

const sampleEveryMs = 250;

/** Measures a process with everything that it has started and starts from now on. */
export function measureTree(root: number): TreeMeter {
  const meter = createCpuMeter();
  for (const pid of [root, ...descendantsOf(root)]) meter.adopt(pid);
  let before = 0;
  let peak = 0;
  const sample = (): void => {
    peak = Math.max(peak, memoryOf(meter));
  };
  const timer = setInterval(sample, sampleEveryMs);
  return {
    begin() {
      before = meter.seconds();
      peak = 0;
      sample();
    },
    end() {
      sample();
      return { cpu: meter.seconds() - before, peakRssMiB: Math.round(peak / 1024) };
    },
    close() {
      clearInterval(timer);
      meter.close();
    },
  };
}

/** Proportional resident memory in KiB. */
function memoryOf(meter: CpuMeter): number {
  let sum = 0;
  for (const pid of meter.processes())
    sum += Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0);
  return sum;
}

function descendantsOf(root: number): number[] {
  const found = [root];
  const parents = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => {
      const stat = read(`/proc/${name}/stat`);
      return [Number(name), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1])] as const;
    });
  for (const ancestor of found) for (const [pid, parent] of parents) if (parent === ancestor) found.push(pid);
  return found.slice(1);
}

function read(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}
