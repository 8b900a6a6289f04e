/**
 * Why an attempt failed.
 * - `engine-failed`: the engine or its program said no. `engine-timeout`: it took too long. `engine-crashed`: a process
 *   of it died. `engine-locked`: the stack's lock is held.
 * - `policy-violated`: what the workspace would be breaks a rule of the platform.
 * - `cluster-unreachable`: it does not answer. `cluster-refused`: it said no. `cluster-timeout`: something did not happen
 *   in time.
 * - `not-ready`: deployed, and not ready in time.
 * - `foreign`: something of that name is there and is not ours.
 * - `interrupted`: the provisioner died, or lost its lease, in the middle.
 * - `internal`: a mistake of ours.
 */
export type FailureCode =
  | "engine-failed"
  | "engine-timeout"
  | "engine-crashed"
  | "engine-locked"
  | "policy-violated"
  | "cluster-unreachable"
  | "cluster-refused"
  | "cluster-timeout"
  | "not-ready"
  | "foreign"
  | "interrupted"
  | "internal";

/** How often a workspace may fail in a row at one generation before someone has to look at it. */
const limits: Readonly<Record<FailureCode, number>> = {
  "engine-failed": 5,
  "engine-timeout": 3,
  "engine-crashed": 5,
  "engine-locked": 5,
  // It stays so until somebody changes the workspace or the rule.
  "policy-violated": 1,
  // The cluster's fault, not the workspace's: some half an hour.
  "cluster-unreachable": 30,
  "cluster-refused": 5,
  "cluster-timeout": 5,
  // Each attempt has waited its whole deadline already.
  "not-ready": 2,
  foreign: 1,
  // Each one has its own cause: a restart, a killed machine.
  interrupted: 20,
  internal: 5,
};

export interface Backoff {
  /** Milliseconds after the first failure; doubles with each further one. */
  readonly base: number;
  /** Milliseconds at most. */
  readonly cap: number;
}

export const defaultBackoff: Backoff = { base: 1_000, cap: 60_000 };

/** What follows a failure: another attempt after some milliseconds, or nothing until someone repairs it. */
export type AfterFailure = { readonly type: "retry"; readonly after: number } | { readonly type: "give-up" };

/**
 * @param failures failures in a row, this one included
 * @param random from 0 to 1: spreads attempts, so that many workspaces do not return to a broken cluster at once
 */
export function afterFailure(
  code: FailureCode,
  failures: number,
  random: number,
  { base, cap }: Backoff = defaultBackoff,
): AfterFailure {
  if (failures >= limits[code]) return { type: "give-up" };
  // What was interrupted did nothing wrong: it goes on at once, at first.
  if (code === "interrupted" && failures <= 3) return { type: "retry", after: 0 };
  const delay = Math.min(cap, base * 2 ** Math.min(failures - 1, 30));
  return { type: "retry", after: Math.round(delay * (0.5 + random / 2)) };
}
