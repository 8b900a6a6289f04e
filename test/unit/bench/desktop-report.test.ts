import { describe, expect, test } from "vitest";
import { fitOf } from "../../../bench/desktop/fit.ts";
import {
  type DesktopFigures,
  desktopReport,
  firstFrameRows,
  idleRows,
  middleRound,
} from "../../../bench/desktop/report.ts";

const round = { floor: 1.8, berth: 3.004, engine: 1, ready: 1.2 };
const idle = (memoryMiB: number, cpuShare: number) => ({
  alone: { memoryMiB, cpuShare },
  shown: { memoryMiB: memoryMiB * 2, cpuShare: cpuShare * 10 },
});
const figures: DesktopFigures = {
  warm: round,
  cold: { floor: 10, berth: 17, engine: 1, ready: 15 },
  idle: { desktop: idle(150.4, 0.002), ide: idle(200, 0.01), home: idle(40, 0.00123) },
  scroll: { pixelsPerSecond: 996.4, megabitsPerSecond: 5.347, megabitsPerSecondBack: 0.0412 },
  room: { memoryMiB: 20_000, cpus: 2, pods: 110 },
};

test("the report for scripts says the seconds to the first frame of each way, and what they may be", () => {
  const { bench, floor, cold, warm } = desktopReport(figures);
  expect({ bench, floor, cold, warm }).toEqual({
    bench: "desktop",
    floor: { firstFrameSeconds: 1.8, coldFirstFrameSeconds: 10 },
    cold: { firstFrameSeconds: 17, mostSeconds: 16, engineSeconds: 1, readySeconds: 15 },
    warm: { firstFrameSeconds: 3, mostSeconds: 3.7, engineSeconds: 1, readySeconds: 1.2 },
  });
});

test("the report for scripts says what idle workspaces use, how many fit, and what scrolling sends", () => {
  const report = desktopReport(figures);
  expect(report.idle.desktop).toEqual({
    ...{ memoryMiB: 150, cpuShare: 0.002, fits: { count: 110, limit: "pods" } },
    shown: { memoryMiB: 301, cpuShare: 0.02, fits: { count: 66, limit: "memory" } },
  });
  expect(report.idle.ide.shown.fits).toEqual({ count: 20, limit: "cpus" });
  expect(report.idle.home.cpuShare).toBe(0.0012);
  expect(report.scroll).toEqual({ megabitsPerSecond: 5.35, megabitsPerSecondBack: 0.04, pixelsPerSecond: 996 });
});

test("the tables have rows of the same length, and say which target was met", () => {
  for (const rows of [firstFrameRows(figures), idleRows(figures)]) {
    expect(new Set(rows.map((row) => row.length)).size).toBe(1);
  }
  expect(firstFrameRows(figures).map((row) => row.at(-1))).toEqual(["met", "yes", "no"]);
  expect(idleRows(figures).map(([name]) => name)).toEqual([
    ...["idle", "desktop", "desktop, shown", "ide", "ide, shown", "home", "home, shown"],
  ]);
});

test("of several rounds each figure is the middle one, whichever round it is of", () => {
  const rounds = [
    { ...round, floor: 3, berth: 1 },
    { ...round, floor: 1, berth: 2 },
    { ...round, floor: 2, berth: 3 },
  ];
  expect(middleRound(rounds)).toEqual({ ...round, floor: 2, berth: 2 });
});

describe("how many idle workspaces fit a machine", () => {
  const room = { memoryMiB: 1000, cpus: 2, pods: 110 };
  test.each([
    ["memory", { memoryMiB: 300, cpuShare: 0.1 }, { count: 3, limit: "memory" }],
    ["CPUs", { memoryMiB: 10, cpuShare: 0.5 }, { count: 4, limit: "cpus" }],
    ["pods, where it is the least", { memoryMiB: 1, cpuShare: 0.001 }, { count: 110, limit: "pods" }],
    ["memory, when nothing is computed at all", { memoryMiB: 500, cpuShare: 0 }, { count: 2, limit: "memory" }],
    ["memory, when not even one does", { memoryMiB: 2000, cpuShare: 0.1 }, { count: 0, limit: "memory" }],
  ])("is said by %s", (_, of, fit) => {
    expect(fitOf(of, room)).toEqual(fit);
  });
});
