import { expect, test } from "vitest";
import { middle, routerReport, routerRows, type WayFigures } from "../../../bench/router/report.ts";

const way = {
  requestsPerSecond: 1000,
  p50Ms: 0.1,
  p99Ms: 0.4,
  messagesPerSecond: 2000,
  messageP50Ms: 0.2,
  megabytesPerSecond: 300,
} satisfies Omit<WayFigures, "cpu">;
const cpu = { requestsPerCpuSecond: 5000, messagesPerCpuSecond: 6000, cpuSecondsPerGigabyte: 0.5 };
const figures = {
  direct: { ...way, cpu: null },
  router: { ...way, p50Ms: 0.175, p99Ms: 0.5, cpu: { ...cpu, requestsPerCpuSecond: 3000, cpuSecondsPerGigabyte: 0.8 } },
  haproxy: { ...way, cpu },
};

test("the report for scripts says what the router adds, and what it moves as a share of HAProxy", () => {
  const { bench, added, share, direct, router } = routerReport(figures);
  expect({ bench, added, share }).toEqual({
    bench: "router",
    added: { p50Ms: 0.075, p99Ms: 0.1 },
    share: { requests: 0.6, messages: 1, bytes: 0.63 },
  });
  expect(router).toEqual({
    ...way,
    p50Ms: 0.175,
    p99Ms: 0.5,
    ...cpu,
    requestsPerCpuSecond: 3000,
    cpuSecondsPerGigabyte: 0.8,
  });
  expect(direct).toEqual(way);
});

test("the table has a row for each way, all of the same length", () => {
  const rows = routerRows(figures);
  expect(rows.map(([name]) => name)).toEqual(["way", "direct", "router", "HAProxy"]);
  expect(new Set(rows.map((row) => row.length)).size).toBe(1);
});

test("of several rounds each figure is the middle one, whichever round it is of", () => {
  const rounds = [
    { ...way, p50Ms: 3, megabytesPerSecond: 100, cpu: { ...cpu, messagesPerCpuSecond: 1 } },
    { ...way, p50Ms: 1, megabytesPerSecond: 300, cpu: { ...cpu, messagesPerCpuSecond: 3 } },
    { ...way, p50Ms: 2, megabytesPerSecond: 200, cpu: { ...cpu, messagesPerCpuSecond: 2 } },
  ];
  expect(middle(rounds)).toEqual({
    ...way,
    p50Ms: 2,
    megabytesPerSecond: 200,
    cpu: { ...cpu, messagesPerCpuSecond: 2 },
  });
  expect(middle([figures.direct]).cpu).toBeNull();
});
