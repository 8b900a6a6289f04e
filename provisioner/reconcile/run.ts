import { setTimeout as delay } from "node:timers/promises";
import { eq } from "drizzle-orm";
import type { DesiredState } from "../contract/workspace.ts";
import { decide, effectOnRun, needsSight, type Seen } from "../lifecycle/decide.ts";
import { workspaces } from "../store/schema.ts";
import type { Claim } from "./claim.ts";
import { failureOf } from "./failure-of.ts";
import { type Finished, finish, type RunResult } from "./finish.ts";
import { keepLease } from "./keeper.ts";
import { FencedError } from "./lease.ts";
import { createOperationLog, type OperationLog } from "./operation-log.ts";
import type { ReconcilerDeps, RunEnd, Tuning } from "./options.ts";
import type { Slots } from "./slots.ts";
import { execute } from "./steps.ts";

/** A run of one workspace that is under way. */
export interface Run {
  /** Looks whether the row was changed meanwhile, and ends what that makes pointless. */
  check(): Promise<void>;
  /** Ends waiting now, and an engine run when it is told to `kill`: the next holder goes on. */
  handOver(how: "skip-waiting" | "kill"): void;
  readonly ended: Promise<Ended>;
}

/** How a run ended, and what it took. */
export interface Ended {
  readonly end: RunEnd;
  /** Milliseconds until the next attempt. */
  readonly retryAfter?: number;
  /** Milliseconds by phase. */
  readonly timings: Readonly<Record<string, number>>;
}

interface RunDeps {
  readonly deps: ReconcilerDeps;
  readonly tuning: Tuning;
  readonly slots: Slots;
}

/** Brings a claimed workspace one generation on, under its lease. */
export function startRun({ deps, tuning, slots }: RunDeps, claim: Claim): Run {
  const { database, engine, log: logger } = deps;
  const { row, lease, operation } = claim;
  const log = logger.child({ workspace: row.id, operation: operation.id, kind: operation.kind, lease });
  const kill = new AbortController();
  const skip = new AbortController();
  const timings: Record<string, number> = { queued: Math.round(claim.queued) };
  const lines = createOperationLog(database, operation.id, (error) => log.warn({ err: error }, "A line was lost"));
  let handedOver = false;
  let fenced = false;

  const seeRow = ({ generation, desired }: { readonly generation: number; readonly desired: DesiredState }) => {
    if (generation === row.generation) return;
    skip.abort(new Error("superseded"));
    if (effectOnRun(desired) === "kill") kill.abort(new Error("superseded"));
  };
  const keeper = keepLease({
    database,
    workspace: row.id,
    lease,
    ttl: tuning.leaseTtl,
    onRenewed: (renewed) => {
      seeRow(renewed);
      deps.queue.touch(claim.job).catch(() => {});
    },
    onLost: (reason) => {
      log.error({ reason }, "The lease is lost: this run ends");
      fenced = true;
      kill.abort(new FencedError(reason));
      engine.killLease(lease).catch((error: unknown) => log.error({ err: error }, "Could not kill the lease"));
    },
  });

  const context = {
    deps,
    tuning,
    slots,
    claim,
    log: lines,
    timings,
    stop: kill.signal,
    stopWaiting: AbortSignal.any([kill.signal, skip.signal]),
  };

  const attempt = async (): Promise<RunResult> => {
    try {
      const seen: Seen = needsSight(row) ? await deps.runtime.observe(row.id) : { exists: false, terminating: false };
      const step = decide(row, seen);
      if (step.type !== "none") await execute(step, seen, context);
      return { type: "reached" };
    } catch (error) {
      // What was ended from outside has not failed.
      if (fenced || handedOver || skip.signal.aborted || kill.signal.aborted) return { type: "interrupted" };
      if (error instanceof FencedError) throw error;
      const failure = failureOf(error);
      if (failure.code === "internal") log.error({ err: error }, "An attempt failed by a mistake of ours");
      else log.warn({ failure }, "An attempt failed");
      lines.write("error", failure.message);
      return { type: "failed", failure };
    }
  };

  const work = async (): Promise<Omit<Ended, "timings">> => {
    try {
      const result = await attempt();
      if (fenced) return { end: "fenced" };
      if (result.type === "reached") lines.write("info", "Done");
      if (result.type === "interrupted") {
        lines.write("info", handedOver ? "Interrupted: it goes on from here" : "A newer change takes its place");
      }
      const finished = await finishPatiently(
        lines,
        () => finish({ ...deps, tuning }, claim, result, timings),
        () => fenced,
      );
      return finished ?? { end: "fenced" };
    } catch (error) {
      if (error instanceof FencedError) return { end: "fenced" };
      log.error({ err: error }, "A run could not be ended properly: its lease will run out");
      return { end: "fenced" };
    } finally {
      keeper.stop();
    }
  };

  return {
    async check() {
      const [now] = await database.queries
        .select({ generation: workspaces.generation, desired: workspaces.desired })
        .from(workspaces)
        .where(eq(workspaces.id, row.id));
      if (now !== undefined) seeRow(now);
    },
    handOver(how) {
      handedOver = true;
      skip.abort(new Error("the provisioner is stopping"));
      if (how === "kill") kill.abort(new Error("the provisioner is stopping"));
    },
    ended: work().then((end) => ({ ...end, timings })),
  };
}

/**
 * Every line before an outcome is there when the outcome is. A database that is away for a moment is tried again for
 * as long as the lease is ours; undefined when it was lost meanwhile.
 */
async function finishPatiently(
  lines: OperationLog,
  attempt: () => Promise<Finished>,
  isFenced: () => boolean,
): Promise<Finished | undefined> {
  await lines.flush();
  for (let attempts = 1; !isFenced(); attempts += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof FencedError || attempts >= 40) throw error;
      await delay(Math.min(50 * attempts, 1_000));
    }
  }
  return undefined;
}
