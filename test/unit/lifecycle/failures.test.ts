import { describe, expect, it } from "vitest";
import { type AfterFailure, afterFailure, type FailureCode } from "../../../provisioner/lifecycle/failures.ts";

const all: readonly FailureCode[] = [
  ...(["engine-failed", "engine-timeout", "engine-crashed", "engine-locked", "cluster-unreachable"] as const),
  ...([
    "policy-violated",
    "cluster-refused",
    "cluster-timeout",
    "not-ready",
    "foreign",
    "interrupted",
    "internal",
  ] as const),
];

/** What follows each failure in a row, until it gives up. */
function sequence(code: FailureCode, random: number): readonly AfterFailure[] {
  const steps: AfterFailure[] = [];
  for (let failures = 1; failures < 1_000; failures += 1) {
    const step = afterFailure(code, failures, random);
    steps.push(step);
    if (step.type === "give-up") return steps;
  }
  throw new Error(`${code} never gives up`);
}

describe("after a failure", () => {
  it.each(all)("%s is tried a bounded number of times", (code) => {
    expect(sequence(code, 1).at(-1)).toEqual({ type: "give-up" });
  });

  it("the wait doubles, up to a cap", () => {
    const waits = sequence("cluster-unreachable", 1).flatMap((step) => (step.type === "retry" ? [step.after] : []));
    expect(waits.slice(0, 8)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    expect(Math.max(...waits)).toBe(60_000);
  });

  it("the wait is spread over its upper half", () => {
    expect(afterFailure("engine-failed", 1, 0)).toEqual({ type: "retry", after: 500 });
    expect(afterFailure("engine-failed", 1, 0.5)).toEqual({ type: "retry", after: 750 });
  });

  it("what was interrupted goes on at once, at first", () => {
    expect(sequence("interrupted", 1).slice(0, 4)).toEqual([
      { type: "retry", after: 0 },
      { type: "retry", after: 0 },
      { type: "retry", after: 0 },
      { type: "retry", after: 8_000 },
    ]);
  });

  it("a foreign object and a broken policy are not tried twice, what does not become ready is", () => {
    expect(sequence("foreign", 1)).toHaveLength(1);
    expect(sequence("policy-violated", 1)).toHaveLength(1);
    expect(sequence("not-ready", 1)).toHaveLength(2);
  });

  it("the base and the cap can be chosen", () => {
    expect(afterFailure("engine-failed", 4, 1, { base: 10, cap: 50 })).toEqual({ type: "retry", after: 50 });
  });
});
