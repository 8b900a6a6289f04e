import { and, asc, desc, eq, gt, inArray, isNull, ne, sql } from "drizzle-orm";
import { newId } from "../../components/core/names.ts";
import type { VolumeDisposal, Workspace } from "../contract/workspace.ts";
import type { Engine, Reservation } from "../engine/engine.ts";
import type { Queue } from "../queue/queue.ts";
import { revokeAccess } from "../store/access.ts";
import type { Database, Queries, Transaction } from "../store/database.ts";
import { type Notifications, notify, volumesChanged } from "../store/notifications.ts";
import { operationLines, operations, owners, shares, tokens, volumes, workspaces } from "../store/schema.ts";
import { findUsage } from "../store/usage.ts";
import type { AcceptedRow } from "./accept.ts";
import { priceRow } from "./budget.ts";
import { createChanges } from "./changes.ts";
import { createWorkspace } from "./create.ts";
import { estimateOrder } from "./estimate.ts";
import { listWorkspaces } from "./list.ts";
import {
  type OperationRow,
  presentLine,
  presentOperation,
  presentVolume,
  presentWorkspace,
  type WorkspaceRow,
} from "./present.ts";
import { notFound } from "./refusals.ts";
import { type Accepted, RequestError, type WorkspaceService } from "./service.ts";
import type { WorkspaceSettings } from "./settings.ts";
import { nextChange, untilSettled } from "./waiting.ts";

export interface WorkspaceServiceDeps {
  readonly database: Database;
  readonly queue: Pick<Queue, "enqueue">;
  readonly notifications: Notifications;
  readonly settings: WorkspaceSettings;
  /** See `Engine`; for a process that has one. */
  readonly reserve?: Engine["reserve"];
}

/** The workspace service on the database. It only writes what is wanted; reconcilers bring it about. */
export function createWorkspaceService(deps: WorkspaceServiceDeps): WorkspaceService {
  const { database, queue, notifications, settings, reserve } = deps;
  const { queries } = database;
  const changes = createChanges(queue, settings);

  const presentAll = async (on: Pick<Queries, "select">, rows: readonly WorkspaceRow[]): Promise<Workspace[]> => {
    const found = await findUsage(
      on,
      rows.map(({ id }) => id),
    );
    return rows.map((row) => presentWorkspace(row, settings, found.get(row.id)?.lastUsedAt ?? null));
  };
  const present = async (
    on: Pick<Queries, "select">,
    { workspace: row, operation }: AcceptedRow,
    created = false,
  ): Promise<Accepted> => {
    const [workspace] = await presentAll(on, [row]);
    if (workspace === undefined) throw new Error("a row was not presented");
    return { workspace, operation: operation === null ? null : presentOperation(operation), created };
  };

  const change = async (
    id: string,
    viewer: string | null,
    apply: (transaction: Transaction, row: WorkspaceRow) => Promise<AcceptedRow>,
    prepare: (transaction: Transaction) => Promise<void> = async () => undefined,
  ): Promise<Accepted> =>
    database.transaction(async (transaction) => {
      await prepare(transaction);
      const [row] = await transaction.select().from(workspaces).where(eq(workspaces.id, id)).for("update");
      if (row === undefined || isHidden(row, viewer)) throw notFound("workspace", id);
      return present(transaction, await apply(transaction, row));
    });

  /** A change that may cost more: the owner is locked first, as a create does, so that their budget holds for all at once. */
  const costlyChange: typeof change = (id, viewer, apply) =>
    change(id, viewer, apply, async (transaction) => {
      const owner = transaction.select({ owner: workspaces.owner }).from(workspaces).where(eq(workspaces.id, id));
      await transaction.select().from(owners).where(inArray(owners.owner, owner)).for("update");
    });

  const findWorkspace = async (id: string, viewer: string | null): Promise<WorkspaceRow> => {
    const [row] = await queries.select().from(workspaces).where(eq(workspaces.id, id));
    if (row === undefined || isHidden(row, viewer)) throw notFound("workspace", id);
    return row;
  };

  const findOperation = async (id: string, viewer: string | null): Promise<OperationRow> => {
    const [found] = await queries
      .select({ operation: operations, owner: workspaces.owner })
      .from(operations)
      .innerJoin(workspaces, eq(workspaces.id, operations.workspace))
      .where(eq(operations.id, id));
    if (found === undefined || isHidden(found, viewer)) throw notFound("operation", id);
    return found.operation;
  };

  return {
    async create(command, idempotency) {
      let reserved: Reservation | undefined;
      const newWorkspaceId = () => {
        reserved ??= reserve?.();
        return reserved?.stack ?? newId("ws");
      };
      const made = await database
        .transaction((transaction) =>
          createWorkspace(transaction, { queue, settings, changes, newWorkspaceId }, command, idempotency),
        )
        .catch((error: unknown) => {
          // After any other error nobody knows whether the row is there.
          if (error instanceof RequestError) reserved?.giveBack();
          throw error;
        });
      return { ...(await present(queries, made, made.created)), estimate: priceRow(made.workspace, settings).estimate };
    },
    estimate: (order) => estimateOrder(order, settings.costs),
    async get(id, viewer) {
      const row = await findWorkspace(id, viewer);
      return (await present(queries, { workspace: row, operation: null })).workspace;
    },
    async list(filter, viewer) {
      const { items, nextCursor } = await listWorkspaces(queries, filter, viewer, settings);
      return { items: await presentAll(queries, items), nextCursor };
    },
    update: (id, parameters, viewer) =>
      costlyChange(id, viewer, (transaction, row) => changes.update(transaction, row, parameters)),
    stop: (id, viewer) => change(id, viewer, (transaction, row) => changes.setDesired(transaction, row, "stopped")),
    start: (id, viewer) => change(id, viewer, (transaction, row) => changes.setDesired(transaction, row, "running")),
    repair: (id, viewer) => change(id, viewer, changes.repair),
    delete: (id, disposal: VolumeDisposal | undefined, viewer) =>
      change(id, viewer, (transaction, row) => changes.remove(transaction, row, disposal)),

    async operations(workspace, viewer) {
      await findWorkspace(workspace, viewer);
      const rows = await queries
        .select()
        .from(operations)
        .where(eq(operations.workspace, workspace))
        .orderBy(desc(operations.generation));
      return rows.map(presentOperation);
    },
    async operation(id, viewer) {
      return presentOperation(await findOperation(id, viewer));
    },
    async log(operation, after, viewer) {
      await findOperation(operation, viewer);
      const rows = await queries
        .select()
        .from(operationLines)
        .where(and(eq(operationLines.operation, operation), gt(operationLines.sequence, after)))
        .orderBy(asc(operationLines.sequence));
      return rows.map(presentLine);
    },
    changed: (operation, signal) => nextChange(notifications, operation, signal),
    settled: (operation, milliseconds) =>
      untilSettled(notifications, operation, milliseconds, async () =>
        presentOperation(await findOperation(operation, null)),
      ),

    async volumes(viewer) {
      const rows = await queries
        .select()
        .from(volumes)
        .where(and(eq(volumes.state, "kept"), ...(viewer === null ? [] : [eq(volumes.owner, viewer)])))
        .orderBy(desc(volumes.keptAt));
      return rows.map(presentVolume);
    },
    deleteVolume: (id, viewer) =>
      database.transaction(async (transaction) => {
        const [row] = await transaction.select().from(volumes).where(eq(volumes.id, id)).for("update");
        if (row === undefined || isHidden(row, viewer)) throw notFound("volume", id);
        if (row.state === "deleting") return;
        if (row.state !== "kept") {
          throw new RequestError(
            "conflict",
            `The volume ${id} belongs to the workspace ${row.workspace}: delete that.`,
          );
        }
        await transaction.update(volumes).set({ state: "deleting" }).where(eq(volumes.id, id));
        await notify(transaction, "work", volumesChanged);
      }),
    forgetOwner: (owner) =>
      database.transaction(async (transaction) => {
        await transaction
          .insert(owners)
          .values({ owner, forgottenAt: sql`now()` })
          .onConflictDoUpdate({
            target: owners.owner,
            set: { forgottenAt: sql`coalesce(${owners.forgottenAt}, now())` },
          });
        const rows = await transaction
          .select()
          .from(workspaces)
          .where(and(eq(workspaces.owner, owner), ne(workspaces.phase, "deleted")))
          .orderBy(workspaces.id)
          .for("update");
        for (const row of rows) await changes.remove(transaction, row, "delete");
        // What others shared with them, too.
        await transaction.delete(shares).where(eq(shares.person, owner));
        await revokeAccess(transaction, { person: owner });
        await transaction
          .update(tokens)
          .set({ revokedAt: sql`now()` })
          .where(and(eq(tokens.owner, owner), isNull(tokens.revokedAt)));
        await transaction
          .update(volumes)
          .set({ state: "deleting" })
          .where(and(eq(volumes.owner, owner), inArray(volumes.state, ["kept"])));
        await notify(transaction, "work", volumesChanged);
      }),
  };
}

/** What a viewer may not see is not there for them. */
function isHidden(row: { readonly owner: string }, viewer: string | null): boolean {
  return viewer !== null && row.owner !== viewer;
}
