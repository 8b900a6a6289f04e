import { and, eq, isNull, sql } from "drizzle-orm";
import { phaseReached } from "../lifecycle/decide.ts";
import { afterFailure } from "../lifecycle/failures.ts";
import type { Queue } from "../queue/queue.ts";
import type { Database, Transaction } from "../store/database.ts";
import { notify, volumesChanged } from "../store/notifications.ts";
import { operations, volumes, workspaces } from "../store/schema.ts";
import { releaseHost } from "../workspaces/hosts.ts";
import type { WorkspaceRow } from "../workspaces/present.ts";
import type { Claim } from "./claim.ts";
import type { Failure } from "./failure-of.ts";
import { releaseLease } from "./lease.ts";
import type { RunEnd, Tuning } from "./options.ts";

/** What a run came to, before the row has its say. */
export type RunResult =
  | { readonly type: "reached" }
  | { readonly type: "failed"; readonly failure: Failure }
  /** It was ended from outside: the next holder goes on. */
  | { readonly type: "interrupted" };

export interface Finished {
  readonly end: Exclude<RunEnd, "fenced">;
  /** Milliseconds until the next attempt. */
  readonly retryAfter?: number;
}

/**
 * Ends a run in one transaction: the lease is given up, the queue entry ended, what was reached written down, and the
 * workspace enqueued again if its row was changed meanwhile. Throws `FencedError`, with nothing written, when the
 * lease is not ours any more.
 */
export async function finish(
  { database, queue, tuning }: { readonly database: Database; readonly queue: Queue; readonly tuning: Tuning },
  claim: Claim,
  result: RunResult,
  timings: Readonly<Record<string, number>>,
): Promise<Finished> {
  return database.transaction(async (transaction) => {
    const [row] = await transaction.select().from(workspaces).where(eq(workspaces.id, claim.row.id)).for("update");
    if (row === undefined) throw new Error(`row ${claim.row.id} is gone`);
    await releaseLease(transaction, row.id, claim.lease);
    await queue.complete(transaction, claim.job);
    const again = () => queue.enqueue(transaction, row.id);
    await transaction.update(operations).set({ timings }).where(eq(operations.id, claim.operation.id));
    if (row.generation !== claim.row.generation) {
      await again();
      return { end: "superseded" };
    }
    if (result.type === "interrupted") {
      await again();
      return { end: "handed-over" };
    }
    if (result.type === "reached") {
      await markReached(transaction, row, claim);
      return { end: "succeeded" };
    }
    return markFailed(transaction, row, claim, result.failure, tuning, again);
  });
}

async function markReached(transaction: Transaction, row: WorkspaceRow, claim: Claim): Promise<void> {
  const phase = phaseReached(row.desired);
  await transaction
    .update(workspaces)
    .set({
      phase,
      observedGeneration: row.generation,
      failures: 0,
      nextAttemptAt: null,
      message: null,
      updatedAt: sql`now()`,
      readyAt: phase === "running" ? sql`now()` : null,
      ...(phase === "deleted" ? { deletedAt: sql`now()` } : {}),
    })
    .where(eq(workspaces.id, row.id));
  if (phase === "deleted") {
    await releaseHost(transaction, row.host, row.id);
    // What its owner asked last counts, even where that came after the volume was kept.
    const gone = row.disposal === "delete";
    await transaction
      .update(volumes)
      .set({ state: gone ? "deleting" : "kept", workspace: null, keptAt: sql`now()`, nextAttemptAt: null })
      .where(eq(volumes.workspace, row.id));
    if (gone) await notify(transaction, "work", volumesChanged);
  }
  await setOutcome(transaction, claim.operation.id, "succeeded", null);
}

async function markFailed(
  transaction: Transaction,
  row: WorkspaceRow,
  claim: Claim,
  failure: Failure,
  tuning: Tuning,
  again: () => Promise<void>,
): Promise<Finished> {
  const failures = row.failures + 1;
  const next = afterFailure(failure.code, failures, tuning.random(), tuning.backoff);
  const retryAt =
    next.type === "retry" && next.after > 0 ? sql`now() + make_interval(secs => ${next.after / 1000})` : null;
  if (next.type === "give-up") {
    await giveUp(transaction, row.id, claim.operation.id, failure);
    return { end: "failed" };
  }
  await transaction
    .update(workspaces)
    .set({ failures, message: failure.message, nextAttemptAt: retryAt, updatedAt: sql`now()` })
    .where(eq(workspaces.id, row.id));
  if (next.after === 0) await again();
  await notify(transaction, "operation", claim.operation.id);
  return { end: "retried", retryAfter: next.after };
}

/** The bound is reached: nothing is tried any more until someone changes or repairs the workspace. */
export async function giveUp(
  transaction: Transaction,
  workspace: string,
  operation: string,
  failure: Failure,
): Promise<void> {
  await transaction
    .update(workspaces)
    .set({
      phase: "needs-attention",
      message: failure.message,
      failures: sql`${workspaces.failures} + 1`,
      nextAttemptAt: null,
      updatedAt: sql`now()`,
    })
    .where(eq(workspaces.id, workspace));
  await setOutcome(transaction, operation, "failed", failure);
}

/** An operation has one outcome: the first. */
async function setOutcome(
  transaction: Transaction,
  operation: string,
  outcome: "succeeded" | "failed",
  failure: Failure | null,
): Promise<void> {
  await transaction
    .update(operations)
    .set({ outcome, error: failure === null ? null : { ...failure }, finishedAt: sql`now()` })
    .where(and(eq(operations.id, operation), isNull(operations.outcome)));
  await notify(transaction, "operation", operation);
}
