import { expect, test } from "vitest";
import { provisionChart, provisionReport, provisionRows } from "../../../bench/report.ts";

const latencies = { p50: 1, p95: 2, max: 3, rate: 4 };
const engine = { ...latencies, cpuSecondsPerWorkspace: 1.5, peakRssMiB: 300 };
const figures = { floor: { ...latencies, cpu: 0.05 }, naive: { ...engine, p50: 8 }, berth: engine };

test("the report for scripts has exactly these fields", () => {
  expect(JSON.stringify(provisionReport(figures))).toBe(
    '{"bench":"provision","floor":{"p50":1,"p95":2,"max":3,"rate":4},' +
      '"naive":{"p50":8,"p95":2,"max":3,"rate":4,"cpuSecondsPerWorkspace":1.5,"peakRssMiB":300},' +
      '"berth":{"p50":1,"p95":2,"max":3,"rate":4,"cpuSecondsPerWorkspace":1.5,"peakRssMiB":300}}',
  );
});

test("the table has a row for each way, all of the same length", () => {
  const rows = provisionRows(figures);
  expect(rows.map(([name]) => name)).toEqual(["way", "floor", "Berth", "plain"]);
  expect(new Set(rows.map((row) => row.length)).size).toBe(1);
});

test("the chart says how large the load was", () => {
  expect(provisionChart(figures, { users: 50, concurrency: 8 })).toContain("50 users, 8 at a time");
});
