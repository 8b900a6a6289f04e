import { inArray, sql } from "drizzle-orm";
import type { Queries } from "./database.ts";
import { usage, wakes } from "./schema.ts";

/** What passed to and from one workspace. */
export interface UsageCount {
  readonly workspace: string;
  readonly requests: number;
  readonly messages: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** When anything but keepalives passed; null: it did not. */
  readonly lastUsedAt: Date | null;
}

/** Adds counts to what was counted before, by this router or another: all of them, or none. */
export async function addUsage(
  { queries }: { readonly queries: Queries },
  counts: readonly UsageCount[],
): Promise<void> {
  if (counts.length === 0) return;
  await queries
    .insert(usage)
    .values([...counts])
    .onConflictDoUpdate({
      target: usage.workspace,
      set: {
        requests: sql`${usage.requests} + excluded.requests`,
        messages: sql`${usage.messages} + excluded.messages`,
        bytesIn: sql`${usage.bytesIn} + excluded.bytes_in`,
        bytesOut: sql`${usage.bytesOut} + excluded.bytes_out`,
        lastUsedAt: sql`greatest(${usage.lastUsedAt}, excluded.last_used_at)`,
      },
    });
}

/** What was counted of workspaces; one that was never used is not in it. */
export async function findUsage(
  queries: Pick<Queries, "select">,
  ids: readonly string[],
): Promise<ReadonlyMap<string, UsageCount>> {
  if (ids.length === 0) return new Map();
  const rows = await queries
    .select()
    .from(usage)
    .where(inArray(usage.workspace, [...ids]));
  return new Map(rows.map((row) => [row.workspace, row]));
}

/** Asks for a sleeping workspace to be woken for somebody; again without effect. */
export async function askToWake(
  { queries }: { readonly queries: Queries },
  workspace: string,
  person: string,
): Promise<void> {
  await queries.insert(wakes).values({ workspace, person }).onConflictDoNothing();
}
