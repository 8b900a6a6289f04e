import { and, eq } from "drizzle-orm";
import { newId } from "../../components/core/names.ts";
import type { VolumeDisposal } from "../contract/workspace.ts";
import type { EngineResult } from "../engine/engine.ts";
import type { Seen, Step } from "../lifecycle/decide.ts";
import { type KeptVolume, RuntimeError } from "../runtimes/runtime.ts";
import type { Database } from "../store/database.ts";
import { volumes, workspaces } from "../store/schema.ts";
import { specOf } from "../workspaces/present.ts";
import type { Claim } from "./claim.ts";
import { NotReadyError } from "./failure-of.ts";
import { FencedError, leaseHolds } from "./lease.ts";
import type { OperationLog } from "./operation-log.ts";
import type { ReconcilerDeps, Tuning } from "./options.ts";
import type { Slots } from "./slots.ts";

/** What a step works with. */
export interface StepContext {
  readonly deps: Pick<ReconcilerDeps, "database" | "engine" | "runtime" | "settings">;
  readonly tuning: Tuning;
  readonly slots: Slots;
  readonly claim: Claim;
  readonly log: OperationLog;
  /** Milliseconds by phase; the step adds its own. */
  readonly timings: Record<string, number>;
  /** Ends everything, the engine's processes too. */
  readonly stop: AbortSignal;
  /** Ends waiting; aborts with `stop` too. */
  readonly stopWaiting: AbortSignal;
}

/** Does a step to its end; throws what went wrong. Every step can be done again from its beginning. */
export async function execute(step: Exclude<Step, { type: "none" }>, seen: Seen, context: StepContext): Promise<void> {
  switch (step.type) {
    case "deploy":
      return deploy(step, seen, context);
    case "wake":
      await context.deps.runtime.assertOurs(context.claim.row.id);
      return wake(context, false);
    case "sleep":
      await context.deps.runtime.assertOurs(context.claim.row.id);
      return sleep(context);
    case "delete":
      return remove(step.repair, context);
  }
}

async function deploy(
  { repair, awake }: Extract<Step, { type: "deploy" }>,
  seen: Seen,
  context: StepContext,
): Promise<void> {
  const { deps, tuning, claim, log, stop, stopWaiting } = context;
  const { row, lease } = claim;
  const fresh = row.deployedGeneration === 0 && !repair;
  await deps.runtime.assertOurs(row.id);
  if (!fresh && (seen.terminating || repair)) {
    await timed(context, "gone", () =>
      deps.runtime.waitGone(row.id, { deadline: tuning.deadlines.gone, signal: stopWaiting }),
    );
  }
  const lost = row.deployedGeneration > 0 && (!seen.exists || seen.terminating);
  const volume = (await claimedVolume(deps.database, row.id)) ?? (lost ? await claimLeft(context) : undefined);
  // One that is bound already is left as it is.
  if (volume !== undefined) await deps.runtime.reclaimVolume(volume, row.id);
  const spec = specOf(row, deps.settings, volume);
  const result = await withEngine(context, async () => {
    log.write("info", `${repair ? "Repairing and deploying" : "Deploying"} ${row.blueprint} for ${row.owner}`);
    return deps.engine.deploy({
      ...engineRequest(context, repair),
      deadline: tuning.deadlines.deploy,
      spec,
    });
  });
  addTimings(context, "deploy", result);
  await record(deps.database, row.id, lease, { dirty: false, deployedGeneration: row.specGeneration });
  stop.throwIfAborted();
  await (awake ? wake(context, fresh) : sleep(context));
}

/** @param fresh it was just made, awake */
async function wake(context: StepContext, fresh: boolean): Promise<void> {
  const { deps, tuning, claim, log, stopWaiting } = context;
  stopWaiting.throwIfAborted();
  if (!fresh) await deps.runtime.scale(claim.row.id, 1);
  log.write("info", "Waiting until it is ready");
  await timed(context, "ready", async () => {
    try {
      await deps.runtime.waitReady(claim.row.id, { deadline: tuning.deadlines.ready, signal: stopWaiting });
    } catch (error) {
      if (error instanceof RuntimeError && error.kind === "timeout") throw new NotReadyError(error.message);
      throw error;
    }
  });
}

async function sleep(context: StepContext): Promise<void> {
  const { deps, tuning, claim, log, stopWaiting } = context;
  stopWaiting.throwIfAborted();
  await deps.runtime.scale(claim.row.id, 0);
  log.write("info", "Waiting until it has stopped");
  await timed(context, "stopped", () =>
    deps.runtime.waitStopped(claim.row.id, { deadline: tuning.deadlines.stopped, signal: stopWaiting }),
  );
}

async function remove(repair: boolean, context: StepContext): Promise<void> {
  const { deps, tuning, claim, log, stop } = context;
  const { row } = claim;
  const disposal = row.disposal ?? "keep";
  await deps.runtime.assertOurs(row.id);
  const kept = await deps.runtime.disposeVolume(row.id, disposal);
  if (kept !== null) await recordKept(deps.database, claim, kept);
  log.write("info", describeDisposal(disposal, kept));
  // No engine ever ran for it: there is no stack to destroy.
  if (row.deployedGeneration > 0 || repair) {
    const result = await withEngine(context, async () => {
      log.write("info", "Destroying its stack");
      return deps.engine.destroy({ ...engineRequest(context, repair), deadline: tuning.deadlines.destroy });
    });
    addTimings(context, "destroy", result);
    await record(deps.database, row.id, claim.lease, { dirty: false });
  }
  stop.throwIfAborted();
  log.write("info", "Deleting what is left, and waiting until nothing is");
  await timed(context, "gone", () =>
    deps.runtime.remove(row.id, { deadline: tuning.deadlines.gone, signal: context.stopWaiting }),
  );
}

function describeDisposal(disposal: VolumeDisposal, kept: KeptVolume | null): string {
  if (disposal === "delete") return "Its volume is deleted with it";
  return kept === null ? "It has no volume to keep" : `Its volume (${kept.size}) is kept`;
}

function engineRequest({ claim, log, stop }: StepContext, repair: boolean) {
  return {
    stack: claim.row.id,
    lease: claim.lease,
    repair,
    signal: stop,
    onEvent: ({ level, message }: { readonly level: "info" | "warn" | "error"; readonly message: string }) =>
      log.write(level, message),
  };
}

/** Waits for one of the engine's places, notes that a run begins, and runs. */
async function withEngine(context: StepContext, work: () => Promise<EngineResult>): Promise<EngineResult> {
  const { deps, claim, slots, stopWaiting, stop } = context;
  const waitFrom = performance.now();
  const release = await slots.take(stopWaiting);
  try {
    context.timings.waiting = Math.round(performance.now() - waitFrom);
    await record(deps.database, claim.row.id, claim.lease, { dirty: true });
    stop.throwIfAborted();
    return await work();
  } finally {
    release();
  }
}

function addTimings({ timings }: StepContext, name: "deploy" | "destroy", { timings: parts }: EngineResult): void {
  const { total, ...others } = parts;
  for (const [part, value] of Object.entries(others)) timings[`${name}.${part}`] = value;
  timings[name] = total ?? Object.values(others).reduce((sum, value) => sum + value, 0);
}

async function timed<T>({ timings }: StepContext, name: string, work: () => Promise<T>): Promise<T> {
  const from = performance.now();
  try {
    return await work();
  } finally {
    timings[name] = Math.round(performance.now() - from);
  }
}

/** Writes what was reached, so that a later run does not do it again; only while the lease is ours. */
async function record(
  { queries }: Database,
  workspace: string,
  lease: string,
  values: { readonly dirty?: boolean; readonly deployedGeneration?: number },
): Promise<void> {
  const written = await queries
    .update(workspaces)
    .set(values)
    .where(and(eq(workspaces.id, workspace), leaseHolds(workspace, lease)))
    .returning({ id: workspaces.id });
  if (written.length === 0) throw new FencedError(`the lease ${lease} is not ours any more`);
}

/** Name of the kept volume that this workspace took, if it took one. */
async function claimedVolume({ queries }: Database, workspace: string): Promise<string | undefined> {
  const [found] = await queries
    .select({ volume: volumes.volume })
    .from(volumes)
    .where(and(eq(volumes.workspace, workspace), eq(volumes.state, "claimed")));
  return found?.volume;
}

/** Takes up the volume of a workspace whose namespace was taken away behind our back: its data is there still. */
async function claimLeft({ deps, claim }: StepContext): Promise<string | undefined> {
  const left = await deps.runtime.disposeVolume(claim.row.id, "keep");
  if (left === null) return undefined;
  await recordKept(deps.database, claim, left, "claimed");
  return left.volume;
}

/** Before the namespace goes, the volume that outlives it stands in the database. */
async function recordKept(
  { queries }: Database,
  { row }: Claim,
  kept: KeptVolume,
  state: "keeping" | "claimed" = "keeping",
): Promise<void> {
  const { owner, name, blueprint, id } = row;
  await queries
    .insert(volumes)
    .values({
      ...{ id: newId("vol"), owner, name, blueprint, workspace: id, state },
      ...{ volume: kept.volume, size: kept.size },
    })
    .onConflictDoUpdate({ target: volumes.volume, set: { state, workspace: id, size: kept.size } });
}
