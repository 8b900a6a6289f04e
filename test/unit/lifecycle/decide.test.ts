import { describe, expect, it } from "vitest";
import {
  decide,
  effectOnRun,
  isSettled,
  needsSight,
  phaseOnTheWay,
  phaseReached,
  type Seen,
  type Step,
  type Wanted,
} from "../../../provisioner/lifecycle/decide.ts";

const there: Seen = { exists: true, terminating: false };
const nothing: Seen = { exists: false, terminating: false };
const going: Seen = { exists: true, terminating: true };

/** Created and changed once, the change not yet seen to. */
const wanted: Wanted = {
  desired: "running",
  phase: "provisioning",
  generation: 2,
  observedGeneration: 1,
  specGeneration: 2,
  deployedGeneration: 1,
  dirty: false,
};
const fresh = { generation: 1, observedGeneration: 0, specGeneration: 1, deployedGeneration: 0 };
const asleep = { specGeneration: 1, deployedGeneration: 1, desired: "stopped" } as const;

describe("the next step", () => {
  it.each<[string, Partial<Wanted>, Seen, Step]>([
    ["of a new one is to deploy it", fresh, nothing, { type: "deploy", repair: false, awake: true }],
    [
      "of a new one that shall sleep is to deploy it asleep",
      { ...fresh, desired: "stopped" },
      nothing,
      { type: "deploy", repair: false, awake: false },
    ],
    ["of a changed one is to deploy it again", {}, there, { type: "deploy", repair: false, awake: true }],
    [
      "of one whose engine run was not seen to end is to repair it",
      { dirty: true, deployedGeneration: 2 },
      there,
      { type: "deploy", repair: true, awake: true },
    ],
    [
      "of one that is not there any more is to repair it",
      { specGeneration: 1 },
      nothing,
      { type: "deploy", repair: true, awake: true },
    ],
    [
      "of one that is being taken away is to repair it",
      { specGeneration: 1 },
      going,
      { type: "deploy", repair: true, awake: true },
    ],
    ["to run is to wake it, without the engine", { specGeneration: 1 }, there, { type: "wake" }],
    ["to sleep is to stop it, without the engine", asleep, there, { type: "sleep" }],
    ["to be gone is to delete it", { desired: "deleted" }, there, { type: "delete", repair: false }],
    [
      "to be gone after a run that was not seen to end is to delete it with a repair",
      { desired: "deleted", dirty: true },
      nothing,
      { type: "delete", repair: true },
    ],
    ["of one that is as wanted is none", { observedGeneration: 2 }, there, { type: "none" }],
    ["of one that gave up is none", { phase: "needs-attention", dirty: true }, nothing, { type: "none" }],
    ["of a deleted one is none", { phase: "deleted", desired: "deleted" }, nothing, { type: "none" }],
  ])("%s", (_, changes, seen, step) => {
    expect(decide({ ...wanted, ...changes }, seen)).toEqual(step);
  });

  it("is none exactly for what is settled", () => {
    for (const phase of ["pending", "running", "needs-attention", "deleted"] as const) {
      for (const observedGeneration of [1, 2]) {
        const row = { ...wanted, phase, observedGeneration };
        expect(decide(row, there).type === "none").toBe(isSettled(row));
      }
    }
  });

  it("does not depend on what is seen where it need not be seen", () => {
    for (const changes of [fresh, { desired: "deleted" as const }]) {
      const row = { ...wanted, ...changes };
      expect(needsSight(row)).toBe(false);
      expect(decide(row, there)).toEqual(decide(row, going));
      expect(decide(row, there)).toEqual(decide(row, nothing));
    }
    expect(needsSight(wanted)).toBe(true);
  });
});

describe("phases", () => {
  it("say what is under way, and what was reached", () => {
    expect(phaseOnTheWay("running", true)).toBe("provisioning");
    expect(phaseOnTheWay("stopped", true)).toBe("provisioning");
    expect(phaseOnTheWay("running", false)).toBe("starting");
    expect(phaseOnTheWay("stopped", false)).toBe("stopping");
    expect(phaseOnTheWay("deleted", true)).toBe("deleting");
    expect(["running", "stopped", "deleted"] as const).toEqual(
      (["running", "stopped", "deleted"] as const).map(phaseReached),
    );
  });
});

describe("a newer change", () => {
  it("kills the run under way when it is a delete, else only ends its waiting", () => {
    expect(effectOnRun("deleted")).toBe("kill");
    expect(effectOnRun("running")).toBe("skip-waiting");
    expect(effectOnRun("stopped")).toBe("skip-waiting");
  });
});
