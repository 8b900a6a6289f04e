import { and, asc, eq, isNull, lt, lte, ne, or, sql } from "drizzle-orm";
import type { Queue } from "../queue/queue.ts";
import type { Database } from "../store/database.ts";
import { idempotencyKeys, leases, volumes, workspaces } from "../store/schema.ts";
import { isAbandoned } from "./claim.ts";
import { readLease } from "./lease.ts";
import type { Tuning } from "./options.ts";

/** Most rows that one look takes up. */
const batch = 500;
/** Milliseconds in which who took an entry has taken the lease too, or died. */
const takingTime = 5_000;

interface ScanDeps {
  readonly database: Database;
  readonly queue: Queue;
  readonly tuning: Tuning;
}

const unsettled = and(
  ne(workspaces.generation, workspaces.observedGeneration),
  ne(workspaces.phase, "needs-attention"),
  ne(workspaces.phase, "deleted"),
);
const due = or(isNull(workspaces.nextAttemptAt), lte(workspaces.nextAttemptAt, sql`now()`));

/**
 * Looks for rows that are not as wanted and that nobody works on: their queue entry was lost, its taker died, or their
 * time for another attempt has come. Each is enqueued. Returns how many.
 *
 * @param first at the start: an entry that was taken without a lease is taken up at once
 */
export async function scan(
  { database, queue, tuning }: ScanDeps,
  isOurs: (workspace: string) => boolean,
  first: boolean,
): Promise<number> {
  const rows = await database.queries
    .select({
      id: workspaces.id,
      holder: leases.holder,
      expired: sql<boolean | null>`${leases.expiresAt} + make_interval(secs => ${tuning.leaseGrace / 1000}) < now()`,
    })
    .from(workspaces)
    .leftJoin(leases, eq(leases.workspace, workspaces.id))
    .where(and(unsettled, due))
    .orderBy(asc(workspaces.nextAttemptAt))
    .limit(batch);
  const abandoned = rows.filter(
    ({ id, holder, expired }) =>
      !isOurs(id) && (holder === null || isAbandoned({ holder, expired: expired === true }, tuning)),
  );
  if (abandoned.length === 0) return 0;
  const entries = await queue.entries();
  let count = 0;
  for (const { id, holder } of abandoned) {
    const entry = entries.get(id);
    const waits = entry !== undefined && entry.takenFor === undefined;
    const isBeingTaken = holder === null && !first && (entry?.takenFor ?? takingTime) < takingTime;
    if (waits || isBeingTaken) continue;
    count += (await enqueueAbandoned({ database, queue, tuning }, id)) ? 1 : 0;
  }
  return count;
}

/** Makes a new entry in place of one whose taker is gone, unless somebody came in between. */
async function enqueueAbandoned({ database, queue, tuning }: ScanDeps, workspace: string): Promise<boolean> {
  return database.transaction(async (transaction) => {
    await transaction.select({ id: workspaces.id }).from(workspaces).where(eq(workspaces.id, workspace)).for("update");
    const lease = await readLease(transaction, workspace, tuning.leaseGrace);
    if (lease !== undefined && !isAbandoned(lease, tuning)) return false;
    await queue.discard(transaction, workspace);
    await queue.enqueue(transaction, workspace);
    return true;
  });
}

/** Milliseconds until the next attempt of any workspace or volume is due; undefined when none is. */
export async function nextAttemptIn({ queries }: Database): Promise<number | undefined> {
  const wait = (column: typeof workspaces.nextAttemptAt | typeof volumes.nextAttemptAt) =>
    sql<number | null>`extract(epoch from min(${column}) - now())::float8 * 1000`;
  const [workspace] = await queries
    .select({ wait: wait(workspaces.nextAttemptAt) })
    .from(workspaces)
    .where(and(unsettled, sql`${workspaces.nextAttemptAt} > now()`));
  const [volume] = await queries
    .select({ wait: wait(volumes.nextAttemptAt) })
    .from(volumes)
    .where(and(eq(volumes.state, "deleting"), sql`${volumes.nextAttemptAt} > now()`));
  const waits = [workspace?.wait, volume?.wait].filter((value) => typeof value === "number");
  return waits.length === 0 ? undefined : Math.max(0, Math.min(...waits));
}

/** Forgets idempotency keys whose time is over. */
export async function forgetKeys({ queries }: Database): Promise<void> {
  await queries.delete(idempotencyKeys).where(lt(idempotencyKeys.expiresAt, sql`now()`));
}
