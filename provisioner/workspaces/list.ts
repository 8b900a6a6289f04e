import { and, desc, eq, lt, ne, type SQL } from "drizzle-orm";
import type { Queries } from "../store/database.ts";
import { workspaces } from "../store/schema.ts";
import type { WorkspaceRow } from "./present.ts";
import { invalid } from "./refusals.ts";
import type { Page, WorkspaceFilter } from "./service.ts";
import type { WorkspaceSettings } from "./settings.ts";

/** One page of workspaces, newest first. */
export async function listWorkspaces(
  queries: Queries,
  filter: WorkspaceFilter,
  viewer: string | null,
  settings: WorkspaceSettings,
): Promise<Page<WorkspaceRow>> {
  const limit = Math.min(Math.max(filter.limit ?? 50, 1), 200);
  const rows = await queries
    .select()
    .from(workspaces)
    .where(and(...conditions(filter, viewer, settings)))
    .orderBy(desc(workspaces.sequence))
    .limit(limit + 1);
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last !== undefined ? encodeCursor(last.sequence) : null };
}

function conditions(filter: WorkspaceFilter, viewer: string | null, settings: WorkspaceSettings): SQL[] {
  const { owner, name, blueprint, desired, phase, host, includeDeleted, cursor } = filter;
  return [
    ...(viewer === null ? [] : [eq(workspaces.owner, viewer)]),
    ...(owner === undefined ? [] : [eq(workspaces.owner, owner)]),
    ...(name === undefined ? [] : [eq(workspaces.name, name)]),
    ...(blueprint === undefined ? [] : [eq(workspaces.blueprint, blueprint)]),
    ...(desired === undefined ? [] : [eq(workspaces.desired, desired)]),
    ...(phase === undefined ? [] : [eq(workspaces.phase, phase)]),
    ...(host === undefined ? [] : [eq(workspaces.host, labelOf(host, settings.baseDomain))]),
    // Who asks for deleted ones by their phase wants to see them.
    ...(includeDeleted || phase === "deleted" ? [] : [ne(workspaces.phase, "deleted")]),
    ...(cursor === undefined ? [] : [lt(workspaces.sequence, decodeCursor(cursor))]),
  ];
}

/** The label of a full host, which is no label where the domain is another's. */
function labelOf(host: string, baseDomain: string): string {
  const lower = host.toLowerCase();
  return lower.endsWith(`.${baseDomain}`) ? lower.slice(0, -baseDomain.length - 1) : lower;
}

function encodeCursor(sequence: number): string {
  return Buffer.from(`w${sequence}`).toString("base64url");
}

function decodeCursor(cursor: string): number {
  const match = /^w(\d{1,15})$/.exec(Buffer.from(cursor, "base64url").toString("latin1"));
  if (match === null) throw invalid("cursor", cursor, "Use a `nextCursor` of an earlier answer, or none.");
  return Number(match[1]);
}
