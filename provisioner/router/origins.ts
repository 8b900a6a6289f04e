import { type HostRules, originOf, readHost, type WorkspaceHost } from "./host.ts";
import type { RequestHead } from "./http/request-head.ts";

/** Whose pages may do what with workspaces. */
export interface OriginRules extends HostRules {
  /** Origins of the product: their pages may frame workspaces, and call them with the browser's session. */
  readonly productOrigins: readonly string[];
}

type Asking = Pick<RequestHead, "method" | "upgrade" | "origin" | "fetchSite" | "fetchMode" | "fetchDest" | "accept">;

/** Whether a browser asks for a page, for itself or for a frame in it. */
export function isNavigation({ method, upgrade, fetchMode, fetchDest, accept }: Asking): boolean {
  if (upgrade !== undefined) return false;
  if (fetchMode !== undefined) return fetchMode === "navigate" && isPage(fetchDest);
  return (method === "GET" || method === "HEAD") && (accept?.includes("text/html") ?? false);
}

/**
 * Whether a person has asked for this just now, and not a page by itself: one that was forgotten in a tab asks again and
 * again, streams it opens included, and loads itself anew. A program that says nothing of itself was started by somebody.
 */
export function isByPerson(request: Asking & Pick<RequestHead, "fetchUser">): boolean {
  if (request.upgrade !== undefined) return false;
  return request.fetchMode === undefined || (isNavigation(request) && request.fetchUser === "?1");
}

function isPage(dest: string | undefined): boolean {
  return dest === "document" || dest === "iframe" || dest === "frame";
}

/**
 * Whether a request may come from the page that sent it. Siblings share the domain, so that browsers send a workspace's
 * cookies with what another one's page asks for: that a page is of the same site proves nothing. What a browser says of
 * itself (`Sec-Fetch-…`, `Origin`) cannot be written by a page; a program that says nothing needs the session all the same.
 */
export function mayAsk(request: Asking, host: WorkspaceHost, rules: OriginRules): boolean {
  const { method, upgrade, origin, fetchSite } = request;
  if (origin !== undefined && origin !== "null")
    return isFriend(origin, host, rules) && !contradicts(request, host, rules);
  // Without an origin no browser opens a WebSocket; `null` is that of sandboxed and otherwise nameless pages.
  if (upgrade !== undefined) return origin === undefined;
  if (fetchSite === "same-origin") return true;
  const reads = method === "GET" || method === "HEAD";
  if (fetchSite === "none") return reads;
  if (fetchSite === undefined) return origin === undefined;
  return reads && isNavigation(request);
}

/** A browser says of a request from the same origin that its origin is another: that is no browser. */
function contradicts({ origin, fetchSite }: Asking, host: WorkspaceHost, rules: OriginRules): boolean {
  return fetchSite === "same-origin" && origin !== originOf(host.name, rules);
}

/** Whether an origin is the host's own, the product's, or another host of the same workspace that may call this one. */
export function isFriend(origin: string, host: WorkspaceHost, rules: OriginRules): boolean {
  if (origin === originOf(host.name, rules) || rules.productOrigins.includes(origin)) return true;
  // A page on a port may call other ports, as a preview does its API; not the bare host, where the whole computer is.
  if (host.port === null) return false;
  return origin === originOf(host.label, rules) || isPortOf(origin, host.label, rules);
}

function isPortOf(origin: string, label: string, rules: OriginRules): boolean {
  const { host } = readHost(origin.slice(origin.indexOf("//") + 2), rules);
  return host !== undefined && host.port !== null && host.label === label && origin === originOf(host.name, rules);
}

/** Whose pages may show a host in a frame, in CSP's words. */
export function ancestorsOf(host: WorkspaceHost, rules: OriginRules): string {
  const bare = host.port === null ? [] : [originOf(host.label, rules)];
  return ["'self'", ...bare, ...rules.productOrigins].join(" ");
}

/** Whether a browser asks what a page of another origin may ask. */
export function isPreflight({ method, origin, fields }: Pick<RequestHead, "method" | "origin" | "fields">): boolean {
  return method === "OPTIONS" && origin !== undefined && fields.get("access-control-request-method") !== undefined;
}
