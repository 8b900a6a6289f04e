import { expect, test } from "vitest";
import { inParallel, percentile, summarize } from "../../../bench/statistics.ts";

test.each([
  [0.5, 50],
  [0.95, 95],
  [1, 100],
  [0, 1],
])("the %d share of one to a hundred ends at %d", (share, expected) => {
  const sorted = Array.from({ length: 100 }, (_, index) => index + 1);
  expect(percentile(sorted, share)).toBe(expected);
});

test("a few values have percentiles that are among them", () => {
  expect(summarize([300, 100, 200], 1000)).toEqual({ p50: 0.2, p95: 0.3, max: 0.3, rate: 3 });
  expect(summarize([250], 500)).toEqual({ p50: 0.25, p95: 0.25, max: 0.25, rate: 2 });
  expect(summarize([], 0)).toEqual({ p50: 0, p95: 0, max: 0, rate: 0 });
});

test("never more run at a time than allowed, all run, and results keep their order", async () => {
  let running = 0;
  let most = 0;
  const results = await inParallel([5, 1, 4, 2, 3], 2, async (item) => {
    running += 1;
    most = Math.max(most, running);
    for (let turn = 0; turn < item; turn += 1) await Promise.resolve();
    running -= 1;
    return item * 10;
  });
  expect(results).toEqual([50, 10, 40, 20, 30]);
  expect(most).toBe(2);
});

test("the first failure is the caller's", async () => {
  const work = inParallel([1, 2, 3], 1, async (item) => {
    if (item === 2) throw new Error("no");
    return item;
  });
  await expect(work).rejects.toThrow("no");
});
