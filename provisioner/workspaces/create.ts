import { createHash } from "node:crypto";
import { and, count, desc, eq, lt, ne, or, sql } from "drizzle-orm";
import { newId } from "../../components/core/names.ts";
import type { Blueprint } from "../../components/workspace/blueprints/index.ts";
import type { Queue } from "../queue/queue.ts";
import type { Transaction } from "../store/database.ts";
import { idempotencyKeys, operations, owners, volumes, workspaces } from "../store/schema.ts";
import type { AcceptedRow } from "./accept.ts";
import { refuseOverBudget } from "./budget.ts";
import type { Changes } from "./changes.ts";
import { claimHost } from "./hosts.ts";
import { specOf, type WorkspaceRow } from "./present.ts";
import { blueprintNamed, checkingParameters, conflicting } from "./refusals.ts";
import { type CreateCommand, type IdempotencyKey, RequestError } from "./service.ts";
import { takenLabels, type WorkspaceSettings } from "./settings.ts";

export interface CreateDeps {
  readonly queue: Pick<Queue, "enqueue">;
  readonly settings: WorkspaceSettings;
  readonly changes: Changes;
  /** An id that no workspace has had. */
  readonly newWorkspaceId: () => string;
}

export type CreatedRow = AcceptedRow & { readonly created: boolean };

/** A command with its defaults, checked as far as that needs no database. */
interface Order extends CreateCommand {
  readonly name: string;
  readonly blueprintFound: Blueprint;
  readonly filled: Readonly<Record<string, unknown>>;
}

/** Creates a workspace, or finds the one that is there: one transaction, or nothing. */
export async function createWorkspace(
  transaction: Transaction,
  deps: CreateDeps,
  command: CreateCommand,
  idempotency: IdempotencyKey | undefined,
): Promise<CreatedRow> {
  const request = requestHash(command);
  if (idempotency !== undefined) {
    const earlier = await rememberKey(transaction, idempotency, request, deps.settings.idempotencyHours ?? 24);
    if (earlier !== null) return earlier;
  }
  const order = checkOrder(command);
  await lockOwner(transaction, order.owner);
  const result = (await findExisting(transaction, deps, order)) ?? (await insert(transaction, deps, order));
  if (idempotency !== undefined) {
    await transaction
      .update(idempotencyKeys)
      .set({ workspace: result.workspace.id, operation: result.operation?.id ?? null })
      .where(keyIs(idempotency));
  }
  return result;
}

function checkOrder(command: CreateCommand): Order {
  const blueprint = blueprintNamed(command.blueprint);
  const parameters = command.parameters ?? {};
  const filled = checkingParameters(parameters, () => blueprint.parse(parameters));
  return { ...command, name: command.name ?? blueprint.name, blueprintFound: blueprint, filled };
}

/** Makes this transaction the only one that creates for the owner; refuses owners that are gone. */
async function lockOwner(transaction: Transaction, owner: string): Promise<void> {
  await transaction.insert(owners).values({ owner }).onConflictDoNothing();
  const [row] = await transaction.select().from(owners).where(eq(owners.owner, owner)).for("update");
  if (row?.forgottenAt != null) {
    throw conflicting(
      "owner",
      owner,
      `The user '${owner}' was deleted: nothing is made for them any more.`,
      "Use the id of a user that exists.",
    );
  }
}

/** The owner's workspace of that name, if there is one, as `ifExists` wants it. */
async function findExisting(transaction: Transaction, deps: CreateDeps, order: Order): Promise<CreatedRow | null> {
  const { owner, name } = order;
  const [row] = await transaction
    .select()
    .from(workspaces)
    .where(and(eq(workspaces.owner, owner), eq(workspaces.name, name), ne(workspaces.phase, "deleted")))
    .for("update");
  if (row === undefined) return null;
  if (row.desired === "deleted") {
    throw conflicting(
      "name",
      name,
      `The workspace '${name}' of '${owner}' (${row.id}) is being deleted.`,
      `Ask again when the operation ${row.operation ?? ""} has ended.`,
    );
  }
  if (order.ifExists !== "return") {
    throw conflicting(
      "name",
      name,
      `'${owner}' has a workspace '${name}' already (${row.id}).`,
      'Choose another name, or send "ifExists": "return" to get that one.',
    );
  }
  if (row.blueprint !== order.blueprint) {
    throw conflicting(
      "blueprint",
      order.blueprint,
      `The workspace '${name}' of '${owner}' (${row.id}) is of the blueprint '${row.blueprint}'.`,
      "Choose another name, or that blueprint.",
    );
  }
  // What gave up stays as it is: asking for it again and again must not be a way round its bound.
  if (row.phase === "needs-attention") return { workspace: row, operation: null, created: false };
  return { ...(await deps.changes.setDesired(transaction, row, "running")), created: false };
}

async function insert(transaction: Transaction, deps: CreateDeps, order: Order): Promise<CreatedRow> {
  const { queue, settings } = deps;
  const { owner, name, blueprintFound: blueprint } = order;
  await refuseBeyondLimit(transaction, order, settings.workspacesPerOwner ?? 10);
  const id = deps.newWorkspaceId();
  const reservationHours = settings.hostReservationHours ?? 24;
  const taken = takenLabels(settings);
  const host = await claimHost(transaction, order, { owner, workspace: id, reservationHours, taken });
  const parameters = await reclaimVolume(transaction, order, id);
  const operationId = newId("op");
  const row: typeof workspaces.$inferInsert & Pick<WorkspaceRow, "parameters"> = {
    id,
    owner,
    name,
    blueprint: blueprint.name,
    blueprintVersion: blueprint.version,
    parameters,
    host,
    desired: "running",
    phase: "pending",
    generation: 1,
    specGeneration: 1,
    operation: operationId,
  };
  checkingParameters(parameters, () => specOf(row, settings));
  await refuseOverBudget(transaction, settings, row);
  const [workspace] = await transaction.insert(workspaces).values(row).returning();
  const [operation] = await transaction
    .insert(operations)
    .values({ id: operationId, workspace: id, kind: "create", generation: 1 })
    .returning();
  if (workspace === undefined || operation === undefined) throw new Error("an insert returned nothing");
  await queue.enqueue(transaction, id);
  return { workspace, operation, created: true };
}

/**
 * An owner has at most `limit` workspaces; with those on their way out and the volumes that others left, twice as many:
 * deleting as fast as creating, or keeping every volume, is no way round the limit.
 */
async function refuseBeyondLimit(transaction: Transaction, order: Order, limit: number): Promise<void> {
  const { owner } = order;
  const [found = { wanted: 0, present: 0 }] = await transaction
    .select({
      wanted: sql<number>`(count(*) filter (where ${workspaces.desired} <> 'deleted'))::int`,
      present: count(),
    })
    .from(workspaces)
    .where(and(eq(workspaces.owner, owner), ne(workspaces.phase, "deleted")));
  if (found.wanted < limit) {
    const [kept = { count: 0 }] = await transaction
      .select({ count: count() })
      .from(volumes)
      .where(
        and(
          eq(volumes.owner, owner),
          eq(volumes.state, "kept"),
          // One that this workspace takes is not counted twice.
          or(ne(volumes.name, order.name), ne(volumes.blueprint, order.blueprint)),
        ),
      );
    if (found.present + kept.count < 2 * limit) return;
    throw new RequestError(
      "limit-reached",
      `'${owner}' has ${found.present} workspaces, those being deleted included, and ${kept.count} kept volumes: wait, or delete a volume.`,
      {
        name: "owner",
        value: owner,
        fix: `Wait for deletions to end, or delete a kept volume: ${2 * limit} is the most.`,
      },
    );
  }
  throw new RequestError("limit-reached", `'${owner}' has ${limit} workspaces, which is the most: delete one first.`, {
    name: "owner",
    value: owner,
    fix: `Delete one first: ${limit} is the most.`,
  });
}

/**
 * Takes the volume that an earlier workspace of the same owner, name and blueprint left, if there is one. Its size is
 * what it is: it stands in the parameters from now on.
 */
async function reclaimVolume(transaction: Transaction, order: Order, workspace: string) {
  const { owner, name, blueprint, filled } = order;
  const [kept] = await transaction
    .select()
    .from(volumes)
    .where(
      and(
        eq(volumes.owner, owner),
        eq(volumes.name, name),
        eq(volumes.blueprint, blueprint),
        eq(volumes.state, "kept"),
      ),
    )
    .orderBy(desc(volumes.keptAt))
    .limit(1)
    .for("update");
  if (kept === undefined) return filled;
  await transaction.update(volumes).set({ state: "claimed", workspace }).where(eq(volumes.id, kept.id));
  return "volumeSize" in filled ? { ...filled, volumeSize: kept.size } : filled;
}

const keyIs = ({ subject, key }: IdempotencyKey) =>
  and(eq(idempotencyKeys.subject, subject), eq(idempotencyKeys.key, key));

/**
 * Remembers the key, or answers with what it brought about the first time. A second request with the same key waits
 * here for the first one's transaction.
 */
async function rememberKey(
  transaction: Transaction,
  idempotency: IdempotencyKey,
  request: string,
  hours: number,
): Promise<CreatedRow | null> {
  await transaction.delete(idempotencyKeys).where(and(keyIs(idempotency), lt(idempotencyKeys.expiresAt, sql`now()`)));
  const inserted = await transaction
    .insert(idempotencyKeys)
    .values({ ...idempotency, request, expiresAt: sql`now() + make_interval(hours => ${hours})` })
    .onConflictDoNothing()
    .returning({ key: idempotencyKeys.key });
  if (inserted.length > 0) return null;
  const [earlier] = await transaction.select().from(idempotencyKeys).where(keyIs(idempotency));
  if (earlier?.workspace == null) throw new RequestError("unavailable", "Ask again in a moment.");
  if (earlier.request !== request) {
    throw new RequestError("idempotency-mismatch", "This idempotency key was used for another request.", {
      name: "idempotency-key",
      value: idempotency.key,
      fix: "Use a new key for a new request.",
    });
  }
  const [workspace] = await transaction.select().from(workspaces).where(eq(workspaces.id, earlier.workspace));
  if (workspace === undefined) throw new RequestError("not-found", "What this key made is not there any more.");
  const [operation] =
    earlier.operation === null
      ? []
      : await transaction.select().from(operations).where(eq(operations.id, earlier.operation));
  return { workspace, operation: operation ?? null, created: false };
}

/** The same for the same command, in whatever order its fields came. */
function requestHash(command: CreateCommand): string {
  return createHash("sha256").update(canonical(command)).digest("hex");
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join()}}`;
}
