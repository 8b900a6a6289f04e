import { createHash } from "node:crypto";
import { cookieValues, seenCookie } from "./cookies.ts";

/**
 * Clears what an earlier workspace of the same host left in the browser: what it cached, stored and installed. Not
 * "cookies", which would clear those of the whole domain (https://www.w3.org/TR/clear-site-data/#clear-cookies): anyone
 * with a dead host name could sign everybody out of everything.
 */
export const tombstone: Readonly<Record<string, string>> = { "Clear-Site-Data": '"cache", "storage"' };

/** What a browser remembers of a workspace that it saw: enough to tell it from another, and not its id. */
export function seenValue(workspace: string): string {
  return createHash("sha256").update(`seen ${workspace}`).digest("base64url").slice(0, 22);
}

/** Whether the browser saw this workspace at this host last. */
export function isSeen(cookie: string | undefined, workspace: string): boolean {
  return cookieValues(cookie, seenCookie).includes(seenValue(workspace));
}
