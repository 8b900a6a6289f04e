import { and, eq, inArray, isNull, lte, sql } from "drizzle-orm";
import { newId } from "../../components/core/names.ts";
import type { OperationKind } from "../contract/workspace.ts";
import type { Queue } from "../queue/queue.ts";
import type { Transaction } from "../store/database.ts";
import { notify } from "../store/notifications.ts";
import { operationLines, operations, workspaces } from "../store/schema.ts";
import type { OperationRow, WorkspaceRow } from "./present.ts";

/** A row as it is now, and the operation that was accepted for it. */
export interface AcceptedRow {
  readonly workspace: WorkspaceRow;
  readonly operation: OperationRow | null;
}

/** What a change sets, beside the generation. */
type Changes = Partial<
  Pick<
    WorkspaceRow,
    "desired" | "disposal" | "phase" | "parameters" | "blueprintVersion" | "specGeneration" | "dirty" | "readyAt"
  >
>;

/**
 * Accepts a change of a row that this transaction has locked: the next generation, its operation in place of the one
 * that is under way, and the queue entry.
 */
export async function acceptChange(
  transaction: Transaction,
  queue: Pick<Queue, "enqueue">,
  row: WorkspaceRow,
  kind: OperationKind,
  changes: (generation: number) => Changes,
): Promise<AcceptedRow> {
  const generation = row.generation + 1;
  const id = newId("op");
  const superseded = await transaction
    .update(operations)
    .set({ outcome: "superseded", finishedAt: sql`now()` })
    .where(and(eq(operations.workspace, row.id), isNull(operations.outcome)))
    .returning({ id: operations.id });
  const [operation] = await transaction
    .insert(operations)
    .values({ id, workspace: row.id, kind, generation })
    .returning();
  await forgetOperations(transaction, row.id, generation - keptOperations);
  const [workspace] = await transaction
    .update(workspaces)
    .set({
      ...changes(generation),
      generation,
      operation: id,
      message: null,
      failures: 0,
      nextAttemptAt: null,
      updatedAt: sql`now()`,
    })
    .where(eq(workspaces.id, row.id))
    .returning();
  if (workspace === undefined || operation === undefined) throw new Error(`row ${row.id} is gone`);
  for (const { id: previous } of superseded) await notify(transaction, "operation", previous);
  await queue.enqueue(transaction, row.id);
  return { workspace, operation };
}

/** Operations of one workspace that are remembered: who changes their mind all day does not fill the database. */
const keptOperations = 1000;

/** Forgets the operations up to a generation, with their logs. */
async function forgetOperations(transaction: Transaction, workspace: string, generation: number): Promise<void> {
  if (generation < 1) return;
  const old = transaction.$with("old").as(
    transaction
      .delete(operations)
      .where(and(eq(operations.workspace, workspace), lte(operations.generation, generation)))
      .returning({ id: operations.id }),
  );
  await transaction
    .with(old)
    .delete(operationLines)
    .where(inArray(operationLines.operation, transaction.select({ id: old.id }).from(old)));
}

/** The operation of a row that is under way, if one is. */
export async function unfinished(transaction: Transaction, workspace: string): Promise<OperationRow | null> {
  const [operation] = await transaction
    .select()
    .from(operations)
    .where(and(eq(operations.workspace, workspace), isNull(operations.outcome)));
  return operation ?? null;
}
