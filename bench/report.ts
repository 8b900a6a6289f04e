import { barChart } from "./chart.ts";
import type { FloorResult } from "./floor.ts";
import type { EngineFigures } from "./naive.ts";
import type { Latencies } from "./statistics.ts";

/** What the three ways came to in one run. */
export interface Figures {
  readonly floor: FloorResult;
  readonly naive: EngineFigures;
  readonly berth: EngineFigures;
}

/** For scripts: the last line of `--json`. Seconds, workspaces a second, MiB. */
export function provisionReport({ floor, naive, berth }: Figures) {
  return {
    bench: "provision",
    floor: latencies(floor),
    naive: engine(naive),
    berth: engine(berth),
  };
}

function latencies({ p50, p95, max, rate }: Latencies): Latencies {
  return { p50, p95, max, rate };
}

function engine({ cpuSecondsPerWorkspace, peakRssMiB, ...rest }: EngineFigures): EngineFigures {
  return { ...latencies(rest), cpuSecondsPerWorkspace, peakRssMiB };
}

/** The rows of a table for people, the heading first. */
export function provisionRows({ floor, naive, berth }: Figures): string[][] {
  const row = (name: string, figures: Latencies, cpu: number, memory: string): string[] => [
    name,
    ...[figures.p50, figures.p95, figures.max].map((value) => `${value.toFixed(2)} s`),
    `${figures.rate.toFixed(2)}/s`,
    `${cpu.toFixed(2)} s`,
    memory,
  ];
  return [
    ["way", "p50", "p95", "max", "rate", "CPU per create + delete", "peak memory"],
    row("floor", floor, floor.cpu, "–"),
    row("Berth", berth, berth.cpuSecondsPerWorkspace, `${berth.peakRssMiB} MiB`),
    row("plain", naive, naive.cpuSecondsPerWorkspace, `${naive.peakRssMiB} MiB`),
  ];
}

/** The same as a picture. */
export function provisionChart({ floor, naive, berth }: Figures, load: { users: number; concurrency: number }): string {
  const groups = ["p50", "p95", "max"] as const;
  const values = (figures: Latencies) => groups.map((group) => figures[group]);
  return barChart({
    title: "From the request to a Ready workspace",
    subtitle: `${load.users} users, ${load.concurrency} at a time, on one machine with its cluster; less is better`,
    unit: "s",
    groups,
    series: [
      { name: "floor: apply directly", values: values(floor) },
      { name: "Berth", values: values(berth) },
      { name: "plain Automation API", values: values(naive) },
    ],
  });
}
