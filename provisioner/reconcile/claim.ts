import { eq, sql } from "drizzle-orm";
import type { OperationKind } from "../contract/workspace.ts";
import type { Engine } from "../engine/engine.ts";
import { isSettled } from "../lifecycle/decide.ts";
import { afterFailure } from "../lifecycle/failures.ts";
import type { Job, Queue } from "../queue/queue.ts";
import type { Database } from "../store/database.ts";
import { type Holder, leases, operations, workspaces } from "../store/schema.ts";
import type { WorkspaceRow } from "../workspaces/present.ts";
import { giveUp } from "./finish.ts";
import { type LeaseState, readLease, takeLease } from "./lease.ts";
import type { Tuning } from "./options.ts";

/** A workspace that is ours to work on, as its row was when we took it. */
export interface Claim {
  readonly row: WorkspaceRow;
  readonly lease: string;
  readonly job: string;
  readonly operation: { readonly id: string; readonly kind: OperationKind };
  /** Milliseconds from the change's acceptance until now. */
  readonly queued: number;
}

/**
 * - `claimed`: go on.
 * - `nothing`: nothing to do, or another is at it and will look again; the queue entry is ended.
 * - `abandoned`: a dead or silent holder's lease is in the way. Make sure that its processes are gone, then claim again.
 */
export type ClaimResult =
  | { readonly type: "claimed"; readonly claim: Claim }
  | { readonly type: "nothing" }
  | { readonly type: "abandoned"; readonly lease: string };

interface ClaimDeps {
  readonly database: Database;
  readonly queue: Queue;
  readonly engine: Pick<Engine, "leaseFor">;
  readonly holder: Holder;
  readonly tuning: Tuning;
}

/** @param killed a lease of which no process is left */
export async function claim(deps: ClaimDeps, job: Job, killed?: string): Promise<ClaimResult> {
  const { database, queue, engine, holder, tuning } = deps;
  return database.transaction(async (transaction): Promise<ClaimResult> => {
    const [found] = await transaction
      .select({ row: workspaces, due: sql<boolean>`coalesce(${workspaces.nextAttemptAt} <= now(), true)` })
      .from(workspaces)
      .where(eq(workspaces.id, job.workspace))
      .for("update");
    const nothing = async (): Promise<ClaimResult> => {
      await queue.complete(transaction, job.id);
      return { type: "nothing" };
    };
    const operationId = found?.row.operation ?? null;
    if (found === undefined || operationId === null || !found.due || isSettled(found.row)) return nothing();
    const { row } = found;
    const lease = await readLease(transaction, row.id, tuning.leaseGrace);
    const takenOver = lease !== undefined && lease.lease === killed;
    if (lease !== undefined && !takenOver) {
      return isAbandoned(lease, tuning) ? { type: "abandoned", lease: lease.lease } : nothing();
    }
    const failures = takenOver ? row.failures + 1 : row.failures;
    if (takenOver && afterFailure("interrupted", failures, 0).type === "give-up") {
      await transaction.delete(leases).where(eq(leases.workspace, row.id));
      await giveUp(transaction, row.id, operationId, {
        code: "interrupted",
        message: "The provisioner died in the middle of it again and again.",
      });
      return nothing();
    }
    const epoch = row.leaseEpoch + 1;
    const id = await takeLease(transaction, {
      workspace: row.id,
      holder,
      job: job.id,
      epoch,
      lease: engine.leaseFor(row.id),
      ttl: tuning.leaseTtl,
    });
    await transaction
      .update(workspaces)
      .set({
        leaseEpoch: epoch,
        failures,
        ...(row.phase === "pending" ? { phase: "provisioning" } : {}),
      })
      .where(eq(workspaces.id, row.id));
    const [operation] = await transaction
      .update(operations)
      .set({ attempts: sql`${operations.attempts} + 1`, startedAt: sql`coalesce(${operations.startedAt}, now())` })
      .where(eq(operations.id, operationId))
      .returning({
        id: operations.id,
        kind: operations.kind,
        queued: sql<number>`extract(epoch from clock_timestamp() - ${operations.createdAt})::float8 * 1000`,
      });
    if (operation === undefined) throw new Error(`the operation of ${row.id} is gone`);
    return {
      type: "claimed",
      claim: {
        row: { ...row, failures },
        lease: id,
        job: job.id,
        operation: { id: operation.id, kind: operation.kind },
        queued: operation.queued,
      },
    };
  });
}

/** Whether a lease may be broken: its holder is known to be dead, or has not renewed it and ended its own run since. */
export function isAbandoned(lease: Pick<LeaseState, "expired" | "holder">, tuning: Pick<Tuning, "isDead">): boolean {
  return lease.expired || tuning.isDead(lease.holder);
}
