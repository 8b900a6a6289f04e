import { and, asc, desc, eq, sql } from "drizzle-orm";
import type { AccessSession, Share, WorkspaceUsage } from "../contract/access.ts";
import type { Queue } from "../queue/queue.ts";
import { addCode, isHostReused, personMayOpen, revokeAccess } from "../store/access.ts";
import type { Database, Queries, Transaction } from "../store/database.ts";
import { owners, sessions, shares, workspaces } from "../store/schema.ts";
import { findUsage } from "../store/usage.ts";
import { createChanges } from "./changes.ts";
import type { WorkspaceRow } from "./present.ts";
import { conflicting, invalid, notFound } from "./refusals.ts";
import { RequestError } from "./service.ts";
import { cleanPort, hostOf, urlOf, type WorkspaceSettings } from "./settings.ts";

/** Who opens which page of a workspace. */
export interface AccessOrder {
  /** @default the viewer; where all is seen, the owner */
  readonly user?: string;
  /** @default "/" */
  readonly path?: string;
  /** @default true */
  readonly wake?: boolean;
}

/** Who may open workspaces in a browser. `viewer` is as in the workspace service. */
export interface AccessService {
  /** A URL that opens the workspace once, within a minute. */
  grant(
    id: string,
    order: AccessOrder,
    viewer: string | null,
  ): Promise<{ readonly url: string; readonly expiresAt: Date }>;
  /** Takes away every code and session, or one person's; what they have open closes. */
  revoke(id: string, person: string | undefined, viewer: string | null): Promise<void>;
  sessions(id: string, viewer: string | null): Promise<readonly AccessSession[]>;
  shares(id: string, viewer: string | null): Promise<readonly Share[]>;
  /** Lets somebody in beside the owner; again without effect. */
  share(id: string, person: string, viewer: string | null): Promise<Share>;
  /** Takes a share away, with what that person has open. */
  unshare(id: string, person: string, viewer: string | null): Promise<void>;
  usage(id: string, viewer: string | null): Promise<WorkspaceUsage>;
}

export interface AccessDeps {
  readonly database: Database;
  readonly queue: Pick<Queue, "enqueue">;
  readonly settings: WorkspaceSettings;
}

/** Most people that a workspace is shared with. */
const mostShares = 100;

export function createAccessService({ database, queue, settings }: AccessDeps): AccessService {
  const { queries } = database;
  const changes = createChanges(queue, settings);

  /** The workspace, where the viewer is its owner or sees all. */
  const ownRow = async (on: Queries | Transaction, id: string, viewer: string | null): Promise<WorkspaceRow> => {
    const [row] = await on.select().from(workspaces).where(eq(workspaces.id, id));
    if (row === undefined || (viewer !== null && row.owner !== viewer)) throw notFound("workspace", id);
    return row;
  };

  return {
    grant: (id, { user, path = "/", wake = true }, viewer) =>
      database.transaction(async (transaction) => {
        const [row] = await transaction.select().from(workspaces).where(eq(workspaces.id, id)).for("update");
        if (row === undefined) throw notFound("workspace", id);
        // A user's own token is for that user: for a workspace of theirs, or one that is shared with them.
        if (viewer !== null && row.owner !== viewer && !(await personMayOpen(transaction, id, viewer))) {
          throw notFound("workspace", id);
        }
        const person = user ?? viewer ?? row.owner;
        if (viewer !== null && person !== viewer) {
          throw invalid("user", person, "Leave it out: this token opens workspaces for its own user only.");
        }
        if (!(await personMayOpen(transaction, id, person))) {
          const fix = "Name its owner, or share it with this user first.";
          throw conflicting("user", person, `'${person}' may not open the workspace ${id}.`, fix);
        }
        if (row.desired === "deleted") throw new RequestError("conflict", `The workspace ${id} is being deleted.`);
        // What gave up is not begun anew by a visit.
        if (wake && row.desired === "stopped" && row.phase !== "needs-attention") {
          await changes.setDesired(transaction, row, "running");
        }
        const { code, expiresAt } = await addCode(transaction, { workspace: id, host: row.host, person, path });
        // Behind the '#': it reaches no server, log or referrer before the page sends it.
        // Where a service worker of an earlier workspace may answer, it is made to forget that one first, from beside.
        const reused = await isHostReused(transaction, id);
        const page = reused
          ? `${urlOf(`${cleanPort}--${row.host}`, settings)}/.berth/clean`
          : `${urlOf(row.host, settings)}/.berth/enter`;
        return { url: `${page}#${code}`, expiresAt };
      }),

    revoke: (id, person, viewer) =>
      database.transaction(async (transaction) => {
        await ownRow(transaction, id, viewer);
        await revokeAccess(transaction, { workspace: id, ...(person === undefined ? {} : { person }) });
      }),

    async sessions(id, viewer) {
      await ownRow(queries, id, viewer);
      const rows = await queries
        .select()
        .from(sessions)
        .where(and(eq(sessions.workspace, id), sql`${sessions.expiresAt} > now()`))
        .orderBy(desc(sessions.createdAt))
        .limit(1000);
      return rows.map(({ person, host, createdAt, renewedAt, expiresAt }) => ({
        user: person,
        host: hostOf(host, settings),
        createdAt: createdAt.toISOString(),
        renewedAt: renewedAt.toISOString(),
        expiresAt: expiresAt.toISOString(),
      }));
    },

    async shares(id, viewer) {
      await ownRow(queries, id, viewer);
      const rows = await queries.select().from(shares).where(eq(shares.workspace, id)).orderBy(asc(shares.createdAt));
      return rows.map(presentShare);
    },

    share: (id, person, viewer) =>
      database.transaction(async (transaction) => {
        const row = await ownRow(transaction, id, viewer);
        if (row.desired === "deleted") throw new RequestError("conflict", `The workspace ${id} is being deleted.`);
        const [gone] = await transaction.select().from(owners).where(eq(owners.owner, person));
        if (gone?.forgottenAt != null) {
          const fix = "Use the id of a user that exists.";
          throw conflicting("user", person, `The user '${person}' was deleted.`, fix);
        }
        await transaction.insert(shares).values({ workspace: id, person }).onConflictDoNothing();
        const all = await transaction.select().from(shares).where(eq(shares.workspace, id));
        if (all.length > mostShares) {
          const fix = `Take a share away first: ${mostShares} is the most.`;
          throw new RequestError("limit-reached", `The workspace ${id} is shared with ${mostShares} people.`, {
            name: "user",
            value: person,
            fix,
          });
        }
        const made = all.find((share) => share.person === person);
        if (made === undefined) throw new Error("a share that was made is not there");
        return presentShare(made);
      }),

    unshare: (id, person, viewer) =>
      database.transaction(async (transaction) => {
        const row = await ownRow(transaction, id, viewer);
        await transaction.delete(shares).where(and(eq(shares.workspace, id), eq(shares.person, person)));
        if (row.owner !== person) await revokeAccess(transaction, { workspace: id, person });
      }),

    async usage(id, viewer) {
      await ownRow(queries, id, viewer);
      const {
        requests = 0,
        messages = 0,
        bytesIn = 0,
        bytesOut = 0,
        lastUsedAt,
      } = (await findUsage(queries, [id])).get(id) ?? {};
      const counts = { requests, messages, bytesIn, bytesOut };
      return { workspace: id, ...counts, lastActiveAt: lastUsedAt?.toISOString() ?? null };
    },
  };
}

function presentShare({ person, createdAt }: typeof shares.$inferSelect): Share {
  return { user: person, createdAt: createdAt.toISOString() };
}
