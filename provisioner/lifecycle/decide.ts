import type { DesiredState, Phase } from "../contract/workspace.ts";

/** What the row says: what is wanted, and what was brought about of it. */
export interface Wanted {
  readonly desired: DesiredState;
  readonly phase: Phase;
  readonly generation: number;
  readonly observedGeneration: number;
  /** The generation that last changed what the engine deploys. */
  readonly specGeneration: number;
  /** The spec generation that the engine last deployed; 0: none. */
  readonly deployedGeneration: number;
  /** An engine run began and was not seen to end. */
  readonly dirty: boolean;
}

/** What the runtime says. */
export interface Seen {
  readonly exists: boolean;
  readonly terminating: boolean;
}

/**
 * What to do next with a workspace.
 * - `none`: it is as wanted, or waits for someone (`needs-attention`).
 * - `deploy`: the engine brings its stack to the spec; then `awake` says which of wake and sleep follows.
 * - `wake`, `sleep`: the runtime alone.
 * - `delete`: stack, objects, proof.
 *
 * `repair`: an earlier engine run may have died half-way.
 */
export type Step =
  | { readonly type: "none" }
  | { readonly type: "deploy"; readonly repair: boolean; readonly awake: boolean }
  | { readonly type: "wake" }
  | { readonly type: "sleep" }
  | { readonly type: "delete"; readonly repair: boolean };

/** Whether the row asks for any work: what the scan looks for. */
export function isSettled({ generation, observedGeneration, phase }: Wanted): boolean {
  return generation === observedGeneration || phase === "needs-attention" || phase === "deleted";
}

/** The next step from what is wanted and what is seen. Pure: the same for every worker, at any time. */
export function decide(wanted: Wanted, seen: Seen): Step {
  if (isSettled(wanted)) return { type: "none" };
  if (wanted.desired === "deleted") return { type: "delete", repair: wanted.dirty };
  const awake = wanted.desired === "running";
  // Gone behind our back, or going: the stack's state says otherwise, so it has to be looked at anew.
  const lost = wanted.deployedGeneration > 0 && (!seen.exists || seen.terminating);
  if (wanted.dirty || lost) return { type: "deploy", repair: true, awake };
  if (wanted.deployedGeneration < wanted.specGeneration) return { type: "deploy", repair: false, awake };
  return { type: awake ? "wake" : "sleep" };
}

/** The phase while a change to `desired` is under way; `deploys`: the engine has to run for it. */
export function phaseOnTheWay(desired: DesiredState, deploys: boolean): Phase {
  if (desired === "deleted") return "deleting";
  if (deploys) return "provisioning";
  return desired === "running" ? "starting" : "stopping";
}

/** The phase when the desired state is reached. */
export function phaseReached(desired: DesiredState): Phase {
  return desired;
}

/**
 * What a newer change does to the run that is under way. Its operation is superseded in any case.
 * - `kill`: a delete does not wait for an engine run to end: it is killed, and the delete repairs.
 * - `skip-waiting`: an engine run is let to its end, since killing one costs more than it saves; waiting for
 *   readiness ends at once, for what is waited for is not wanted any more.
 */
export function effectOnRun(desired: DesiredState): "kill" | "skip-waiting" {
  return desired === "deleted" ? "kill" : "skip-waiting";
}

/** Whether `decide` needs to see the workspace: not where the row alone says what is next. */
export function needsSight(wanted: Wanted): boolean {
  return wanted.desired !== "deleted" && wanted.deployedGeneration > 0;
}
