import { eq, sql } from "drizzle-orm";
import { type Blueprint, findBlueprint, mergeParameters } from "../../components/workspace/blueprints/index.ts";
import { assertReachable } from "../../components/workspace/compose.ts";
import type { VolumeDisposal } from "../contract/workspace.ts";
import { phaseOnTheWay } from "../lifecycle/decide.ts";
import type { Queue } from "../queue/queue.ts";
import { revokeAccess } from "../store/access.ts";
import type { Transaction } from "../store/database.ts";
import { operations, shares, workspaces } from "../store/schema.ts";
import { type AcceptedRow, acceptChange, unfinished } from "./accept.ts";
import { refuseOverBudget } from "./budget.ts";
import { specOf, type WorkspaceRow } from "./present.ts";
import { checkingParameters, conflicting } from "./refusals.ts";
import { RequestError } from "./service.ts";
import type { WorkspaceSettings } from "./settings.ts";

/** Changes of a workspace that is there. Each takes a row that its transaction has locked. */
export interface Changes {
  /** Its transaction has locked the owner too, before the row. */
  update(
    transaction: Transaction,
    row: WorkspaceRow,
    parameters: Readonly<Record<string, unknown>>,
  ): Promise<AcceptedRow>;
  setDesired(transaction: Transaction, row: WorkspaceRow, desired: "running" | "stopped"): Promise<AcceptedRow>;
  repair(transaction: Transaction, row: WorkspaceRow): Promise<AcceptedRow>;
  remove(transaction: Transaction, row: WorkspaceRow, disposal: VolumeDisposal | undefined): Promise<AcceptedRow>;
}

export function createChanges(queue: Pick<Queue, "enqueue">, settings: WorkspaceSettings): Changes {
  return {
    async update(transaction, row, parameters) {
      refuseLeaving(row);
      const blueprint = blueprintOf(row);
      const merged = checkingParameters(parameters, () => {
        const wanted = mergeParameters(blueprint, row.parameters, parameters);
        assertReachable(specOf(row, settings).shape, specOf({ ...row, parameters: wanted }, settings).shape);
        return wanted;
      });
      const same = blueprint.version === row.blueprintVersion && sameValues(merged, row.parameters);
      if (same && row.phase !== "needs-attention") return nothingToDo(transaction, row);
      await refuseOverBudget(transaction, settings, { ...row, parameters: merged }, row);
      return acceptChange(transaction, queue, row, "update", (generation) => ({
        parameters: merged,
        blueprintVersion: blueprint.version,
        specGeneration: generation,
        phase: phaseOnTheWay(row.desired, true),
        readyAt: null,
      }));
    },

    async setDesired(transaction, row, desired) {
      refuseLeaving(row);
      if (row.desired === desired && row.phase !== "needs-attention") return nothingToDo(transaction, row);
      return acceptChange(transaction, queue, row, desired === "running" ? "start" : "stop", () => ({
        desired,
        phase: phaseOnTheWay(desired, row.deployedGeneration < row.specGeneration || row.dirty),
        readyAt: null,
      }));
    },

    async repair(transaction, row) {
      if (row.phase !== "needs-attention") return nothingToDo(transaction, row);
      const [last] =
        row.operation === null
          ? []
          : await transaction.select().from(operations).where(eq(operations.id, row.operation));
      return acceptChange(transaction, queue, row, last?.kind ?? "update", (generation) => ({
        phase: phaseOnTheWay(row.desired, true),
        dirty: true,
        ...(row.desired === "deleted" ? {} : { specGeneration: generation }),
      }));
    },

    async remove(transaction, row, disposal) {
      if (row.phase === "deleted") return { workspace: row, operation: null };
      if (row.desired === "deleted" && row.phase !== "needs-attention") {
        // "Delete the data too" may come late, "keep it" may not: it could be gone already.
        if (disposal !== "delete" || row.disposal === "delete") return nothingToDo(transaction, row);
        const [workspace] = await transaction
          .update(workspaces)
          .set({ disposal, updatedAt: sql`now()` })
          .where(eq(workspaces.id, row.id))
          .returning();
        return nothingToDo(transaction, workspace ?? row);
      }
      const present = row.desired === "deleted" ? row.disposal : null;
      // Nobody opens it again, nor who has its host name next.
      await transaction.delete(shares).where(eq(shares.workspace, row.id));
      await revokeAccess(transaction, { workspace: row.id });
      return acceptChange(transaction, queue, row, "delete", () => ({
        desired: "deleted",
        disposal: disposal ?? present ?? blueprintOf(row).volumeOnDelete,
        phase: "deleting",
        readyAt: null,
      }));
    },
  };
}

/** Nothing to accept: the row as it is, with the operation that is under way. */
async function nothingToDo(transaction: Transaction, row: WorkspaceRow): Promise<AcceptedRow> {
  return { workspace: row, operation: await unfinished(transaction, row.id) };
}

function refuseLeaving(row: WorkspaceRow): void {
  if (row.desired === "deleted") {
    throw new RequestError(
      "conflict",
      `The workspace ${row.id} ${row.phase === "deleted" ? "is" : "is being"} deleted.`,
    );
  }
}

function blueprintOf(row: WorkspaceRow): Blueprint {
  const blueprint = findBlueprint(row.blueprint);
  if (blueprint !== undefined) return blueprint;
  throw conflicting(
    "blueprint",
    row.blueprint,
    `The blueprint '${row.blueprint}' is not there any more.`,
    "Bring it back, or delete the workspace and say what becomes of its volume.",
  );
}

/** Whether two sets of parameters, as a blueprint fills them in, are the same. */
function sameValues(left: Readonly<Record<string, unknown>>, right: Readonly<Record<string, unknown>>): boolean {
  const sorted = (value: Readonly<Record<string, unknown>>) =>
    JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  return sorted(left) === sorted(right);
}
