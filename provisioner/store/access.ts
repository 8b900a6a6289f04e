import { createHash, randomBytes } from "node:crypto";
import { and, eq, type SQL, sql } from "drizzle-orm";
import type { Queries, Transaction } from "./database.ts";
import { accessCodes, sessions, shares, workspaces } from "./schema.ts";

/** Seconds that a code can be exchanged. */
export const codeSeconds = 60;

/** Most sessions and codes that come of one code of the API's: a browser has one for each host of a workspace. */
const mostOfFamily = 100;

/** A code or a session's token as it is sent: 256 random bits. */
export const secretPattern = /^[A-Za-z0-9_-]{43}$/;

/** Makes a code, or a session's token. */
export function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** What is kept of a code or token: SHA-256 in hex, enough for what is random and long. */
export function hashSecret(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

/** How long sessions last. */
export interface SessionLimits {
  /** Seconds without a request after which one ends. */
  readonly idleSeconds: number;
  /** Seconds after which one ends in any case. */
  readonly mostSeconds: number;
}

/** A session as the router judges it: as it is, and what the database says of its workspace and person. */
export interface SessionRow {
  readonly hash: string;
  readonly host: string;
  readonly person: string;
  readonly renewedAt: Date;
  readonly expiresAt: Date;
  readonly endsAt: Date;
  readonly workspace: string;
  readonly label: string;
  readonly blueprint: string;
  readonly desired: string;
  readonly phase: string;
  /** Whether the person is the owner, or has a share. */
  readonly may: boolean;
}

/** Whose a workspace is, or who has a share in it: those who may open it. */
function mayOpen(workspace: SQL | typeof workspaces.id, person: SQL): SQL {
  return sql`(${workspaces.owner} = ${person} or exists
    (select 1 from ${shares} where ${shares.workspace} = ${workspace} and ${shares.person} = ${person}))`;
}

/** Whether somebody may open a workspace that is there. */
export async function personMayOpen(queries: Queries | Transaction, workspace: string, person: string) {
  const [found] = await queries
    .select({ may: mayOpen(workspaces.id, sql`${person}`).mapWith(Boolean) })
    .from(workspaces)
    .where(eq(workspaces.id, workspace));
  return found?.may === true;
}

export interface NewCode {
  readonly workspace: string;
  readonly host: string;
  readonly person: string;
  readonly path: string;
}

/** Keeps a new code, and answers it and until when it holds. */
export async function addCode(
  queries: Queries | Transaction,
  wanted: NewCode,
): Promise<{ readonly code: string; readonly expiresAt: Date }> {
  const code = newSecret();
  const [kept] = await queries
    .insert(accessCodes)
    .values({
      ...wanted,
      hash: hashSecret(code),
      family: randomBytes(16).toString("hex"),
      expiresAt: sql`now() + make_interval(secs => ${codeSeconds})`,
    })
    .returning({ expiresAt: accessCodes.expiresAt });
  if (kept === undefined) throw new Error("an insert returned nothing");
  return { code, expiresAt: kept.expiresAt };
}

/** A code for another host of a session's workspace. */
export interface FurtherCode {
  readonly code: string;
  /** Whether the host was another workspace's before. */
  readonly reused: boolean;
}

/** Whether another workspace had the host label of this one before. */
function isReused(workspace: SQL | string): SQL {
  return sql`exists (select 1 from ${workspaces} as present join ${workspaces} as earlier on earlier.host = present.host
    where present.id = ${workspace} and earlier.id <> present.id)`;
}

/** Whether a workspace's host label was another one's before: browsers may hold what that one left there. */
export async function isHostReused(queries: Queries | Transaction, workspace: string): Promise<boolean> {
  const { rows } = await queries.execute<{ reused: boolean }>(sql`select ${isReused(workspace)} as reused`);
  return rows[0]?.reused === true;
}

/**
 * Makes a code for another host of a session's workspace, or answers null when the session is gone, or too many came of
 * the same code. The session is locked meanwhile, so that revoking it finds the code, or comes first.
 */
export async function addCodeOfSession(
  { queries }: { readonly queries: Queries },
  session: string,
  { host, path }: Pick<NewCode, "host" | "path">,
): Promise<FurtherCode | null> {
  const code = newSecret();
  const { rows } = await queries.execute<{ reused: boolean }>(sql`
    insert into ${accessCodes} (hash, workspace, host, person, path, expires_at, family, ends_at)
    select ${hashSecret(code)}, workspace, ${host}, person, ${path},
      now() + make_interval(secs => ${codeSeconds}), family, ends_at
    from (select * from ${sessions} where hash = ${session} for share) as parent
    where parent.expires_at > now() and ${mostOfFamily} >
      (select count(*) from ${sessions} as other where other.family = parent.family and other.expires_at > now()) +
      (select count(*) from ${accessCodes} as other
        where other.workspace = parent.workspace and other.family = parent.family and other.expires_at > now())
    returning ${isReused(sql`${accessCodes.workspace}`)} as reused`);
  return rows[0] === undefined ? null : { code, reused: rows[0].reused };
}

/** What came of an exchange. */
export interface Exchanged {
  readonly token: string;
  readonly hash: string;
  readonly workspace: string;
  readonly path: string;
  readonly endsAt: Date;
  /** Whether the host was another workspace's before. */
  readonly reused: boolean;
}

/**
 * Exchanges a code for a session, or answers null. Whatever comes of it, the code is gone: in the same statement, so that
 * no two can exchange it, and who revokes finds either the code or the session.
 */
export async function exchangeCode(
  { queries }: { readonly queries: Queries },
  { code, host }: { readonly code: string; readonly host: string },
  { idleSeconds, mostSeconds }: SessionLimits,
): Promise<Exchanged | null> {
  const token = newSecret();
  const hash = hashSecret(token);
  const { rows } = await queries.execute<{ workspace: string; path: string; ends: string; reused: boolean }>(sql`
    with taken as (delete from ${accessCodes} where hash = ${hashSecret(code)} returning *),
    good as (
      select taken.*, coalesce(taken.ends_at, now() + make_interval(secs => ${mostSeconds})) as ends
      from taken join ${workspaces} on ${workspaces.id} = taken.workspace
      where taken.host = ${host} and taken.expires_at > now() and ${workspaces.desired} <> 'deleted'
        and ${workspaces.host} = regexp_replace(taken.host, '^.*--', '')
        and ${mayOpen(sql`taken.workspace`, sql`taken.person`)}
    ),
    made as (
      insert into ${sessions} (hash, workspace, host, person, family, expires_at, ends_at)
      select ${hash}, workspace, host, person, family,
        least(now() + make_interval(secs => ${idleSeconds}), ends), ends from good
    )
    select workspace, path, extract(epoch from ends)::text as ends, ${isReused(sql`good.workspace`)} as reused from good`);
  const [good] = rows;
  if (good === undefined) return null;
  const { workspace, path, reused } = good;
  return { token, hash, workspace, path, reused, endsAt: new Date(Number(good.ends) * 1000) };
}

/** Finds sessions by the hashes of their tokens, with what decides about them. Those that are over are not found. */
export async function findSessions(
  { queries }: { readonly queries: Queries },
  hashes: readonly string[],
): Promise<readonly SessionRow[]> {
  return queries
    .select({
      hash: sessions.hash,
      host: sessions.host,
      person: sessions.person,
      renewedAt: sessions.renewedAt,
      expiresAt: sessions.expiresAt,
      endsAt: sessions.endsAt,
      workspace: workspaces.id,
      label: workspaces.host,
      blueprint: workspaces.blueprint,
      desired: workspaces.desired,
      phase: workspaces.phase,
      may: mayOpen(workspaces.id, sql`${sessions.person}`).mapWith(Boolean),
    })
    .from(sessions)
    .innerJoin(workspaces, eq(workspaces.id, sessions.workspace))
    .where(
      and(
        sql`${sessions.hash} = any(${sql.param([...hashes])}::text[])`,
        sql`${sessions.expiresAt} > now()`,
        sql`${workspaces.phase} <> 'deleted'`,
      ),
    );
}

/** Moves the end of sessions that are used. */
export async function renewSessions(
  { queries }: { readonly queries: Queries },
  hashes: readonly string[],
  { idleSeconds }: Pick<SessionLimits, "idleSeconds">,
): Promise<void> {
  await queries
    .update(sessions)
    .set({
      renewedAt: sql`now()`,
      expiresAt: sql`least(now() + make_interval(secs => ${idleSeconds}), ${sessions.endsAt})`,
    })
    .where(and(sql`${sessions.hash} = any(${sql.param([...hashes])}::text[])`, sql`${sessions.expiresAt} > now()`));
}

/** Ends a session and all that came of the same code; answers which these were. */
export async function endFamily(
  { queries }: { readonly queries: Queries },
  session: string,
): Promise<readonly { readonly hash: string; readonly workspace: string }[]> {
  const family = sql`(select family from ${sessions} where hash = ${session})`;
  const { rows } = await queries.execute<{ hash: string; workspace: string }>(sql`
    with codes as (delete from ${accessCodes} where family = ${family})
    delete from ${sessions} where family = ${family} returning hash, workspace`);
  return rows;
}

/** Forgets what is over. */
export async function forgetOver({ queries }: { readonly queries: Queries }): Promise<void> {
  await queries.delete(accessCodes).where(sql`${accessCodes.expiresAt} < now()`);
  await queries.delete(sessions).where(sql`${sessions.expiresAt} < now()`);
}

/** Whose access is taken away. */
export type Revoked =
  | { readonly workspace: string; readonly person?: string }
  | { readonly workspace?: string; readonly person: string };

/**
 * Takes codes and sessions away. The sessions go first, then the codes, which such a session may have made meanwhile; and
 * sessions again, which a code may have become meanwhile.
 */
export async function revokeAccess(transaction: Transaction, { workspace, person }: Revoked): Promise<void> {
  const of = (table: typeof sessions | typeof accessCodes) =>
    and(
      ...(workspace === undefined ? [] : [eq(table.workspace, workspace)]),
      ...(person === undefined ? [] : [eq(table.person, person)]),
    );
  await transaction.delete(sessions).where(of(sessions));
  await transaction.delete(accessCodes).where(of(accessCodes));
  await transaction.delete(sessions).where(of(sessions));
}

/** Id of the workspace that has a label now; null when none has. */
export async function findLabel({ queries }: { readonly queries: Queries }, label: string): Promise<string | null> {
  const [found] = await queries
    .select({ workspace: workspaces.id })
    .from(workspaces)
    .where(and(eq(workspaces.host, label), sql`${workspaces.phase} <> 'deleted'`));
  return found?.workspace ?? null;
}
