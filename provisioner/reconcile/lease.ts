import { randomBytes } from "node:crypto";
import { and, eq, sql } from "drizzle-orm";
import type { DesiredState } from "../contract/workspace.ts";
import type { Database, Transaction } from "../store/database.ts";
import { type Holder, leases, workspaces } from "../store/schema.ts";

/** Thrown when a write finds that the lease is not ours any more: whatever was to be written is another's now. */
export class FencedError extends Error {
  override readonly name = "FencedError";
}

export type LeaseRow = typeof leases.$inferSelect;

/** A lease as it stands, with whether the database's clock says that it has run out. */
export interface LeaseState extends LeaseRow {
  readonly expired: boolean;
}

const milliseconds = (value: number) => sql`make_interval(secs => ${value / 1000})`;

/** The lease of a workspace whose row this transaction has locked. */
export async function readLease(
  transaction: Transaction,
  workspace: string,
  grace: number,
): Promise<LeaseState | undefined> {
  const [found] = await transaction
    .select({ row: leases, expired: sql<boolean>`${leases.expiresAt} + ${milliseconds(grace)} < now()` })
    .from(leases)
    .where(eq(leases.workspace, workspace));
  return found === undefined ? undefined : { ...found.row, expired: found.expired };
}

/** Takes the lease of a workspace whose row this transaction has locked, in place of any that is there. */
export async function takeLease(
  transaction: Transaction,
  lease: {
    readonly workspace: string;
    readonly holder: Holder;
    readonly job: string;
    readonly epoch: number;
    /** Its name, if that is chosen already. */
    readonly lease?: string | undefined;
    readonly ttl: number;
  },
): Promise<string> {
  const id = lease.lease ?? `lease-${lease.epoch}-${randomBytes(10).toString("hex")}`;
  const values = {
    lease: id,
    holder: lease.holder,
    job: lease.job,
    epoch: lease.epoch,
    acquiredAt: sql`now()`,
    expiresAt: sql`now() + ${milliseconds(lease.ttl)}`,
  };
  await transaction
    .insert(leases)
    .values({ workspace: lease.workspace, ...values })
    .onConflictDoUpdate({ target: leases.workspace, set: values });
  return id;
}

/** What the row asked for when the lease was renewed. */
export interface RenewedRow {
  readonly generation: number;
  readonly desired: DesiredState;
}

/** Prolongs the lease; undefined when it is not ours any more. */
export async function renewLease(
  { queries }: Database,
  workspace: string,
  lease: string,
  ttl: number,
): Promise<RenewedRow | undefined> {
  const renewed = queries.$with("renewed").as(
    queries
      .update(leases)
      .set({ expiresAt: sql`now() + ${milliseconds(ttl)}` })
      .where(and(eq(leases.workspace, workspace), eq(leases.lease, lease)))
      .returning({ workspace: leases.workspace }),
  );
  const [row] = await queries
    .with(renewed)
    .select({ generation: workspaces.generation, desired: workspaces.desired })
    .from(workspaces)
    .innerJoin(renewed, eq(renewed.workspace, workspaces.id));
  return row;
}

/** Gives the lease up; throws `FencedError` when it is not ours any more. */
export async function releaseLease(transaction: Transaction, workspace: string, lease: string): Promise<void> {
  const released = await transaction
    .delete(leases)
    .where(and(eq(leases.workspace, workspace), eq(leases.lease, lease)))
    .returning({ workspace: leases.workspace });
  if (released.length === 0) throw new FencedError(`the lease ${lease} is not ours any more`);
}

/** A condition for updates of a workspace's row: the lease is still ours. */
export function leaseHolds(workspace: string, lease: string) {
  return sql`exists (select 1 from ${leases} where ${leases.workspace} = ${workspace} and ${leases.lease} = ${lease})`;
}
