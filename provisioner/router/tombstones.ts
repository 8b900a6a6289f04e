import { createHash } from "node:crypto";
import { cookieValues, seenCookie } from "./cookies.ts";

/**
 * Clears what an earlier workspace of the same host left in the browser: what it cached, stored and installed. Not
 * "cookies", which would clear those of the whole domain (https://www.w3.org/TR/clear-site-data/#clear-cookies): anyone
 * with a dead host name could sign everybody out of everything.
 */
export const tombstone: Readonly<Record<string, string>> = { "Clear-Site-Data": '"cache", "storage"' };

/** The same where nothing was seen, so that hardly anything can be there: clearing a cache takes browsers long. */
const slab: Readonly<Record<string, string>> = { "Clear-Site-Data": '"storage"' };

/** What a browser is told that is not let in, by the workspace that it saw here and the one that is here now. */
export async function tombstoneFor(
  cookie: string | undefined,
  present: () => Promise<string | null>,
): Promise<Readonly<Record<string, string>>> {
  // Only who was let in before has such a cookie, or who makes one up; and nobody can make up the right one.
  if (cookieValues(cookie, seenCookie).length === 0) return slab;
  const workspace = await present();
  return workspace !== null && isSeen(cookie, workspace) ? {} : tombstone;
}

/** Whether the browser may have something of another workspace of this host. */
export function mayHoldOther(cookie: string | undefined, workspace: string, reused: boolean): boolean {
  return cookieValues(cookie, seenCookie).length === 0 ? reused : !isSeen(cookie, workspace);
}

/** What a browser remembers of a workspace that it saw: enough to tell it from another, and not its id. */
export function seenValue(workspace: string): string {
  return createHash("sha256").update(`seen ${workspace}`).digest("base64url").slice(0, 22);
}

/** Whether the browser saw this workspace at this host last. */
function isSeen(cookie: string | undefined, workspace: string): boolean {
  return cookieValues(cookie, seenCookie).includes(seenValue(workspace));
}
