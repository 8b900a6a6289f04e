import { timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { type Exchanged, newSecret, secretPattern } from "../store/access.ts";
import { jsonAnswer, type OwnAnswer, problemAnswer, redirectAnswer } from "./answers.ts";
import { cookieValues, expireCookies, nonceCookie, ourCookie, seenCookie, sessionCookie } from "./cookies.ts";
import type { Visit } from "./gate.ts";
import { hostName, originOf, readPort, type WorkspaceHost } from "./host.ts";
import type { RequestHead } from "./http/request-head.ts";
import { isFriend, isNavigation, type OriginRules } from "./origins.ts";
import { enterPage, type PageFrame, waitingWords } from "./pages.ts";
import { portOf, portsBeside, portsOfBlueprint } from "./ports.ts";
import { mayHoldOther, seenValue, tombstone } from "./tombstones.ts";

/** A request for one of the router's own paths. */
export interface OwnRequest {
  readonly head: RequestHead;
  readonly host: WorkspaceHost;
  readonly frame: PageFrame;
  /** Who asks, when they have a session at this host. */
  readonly visit: () => Promise<Visit | null>;
  /** The body, when it is a small one; null when it is not. */
  readonly body: () => Promise<string | null>;
  /** What somebody without a session is told. */
  readonly stranger: () => Promise<OwnAnswer>;
}

export interface OwnRoutesDeps {
  readonly rules: OriginRules;
  readonly exchange: (code: string, host: string) => Promise<Exchanged | null>;
  readonly codeFor: (session: string, host: string, path: string) => Promise<string | null>;
  readonly endFamily: (session: string) => Promise<void>;
  /** Who has a session at a host. */
  readonly visitOf: (host: string, token: string) => Promise<Visit | null>;
  /** Resolves when something is told of the workspace, or after so many milliseconds; null: nothing is heard now. */
  readonly nextChange: (workspace: string, milliseconds: number) => Promise<void> | null;
}

/** Seconds that the page may take to exchange its code. */
const nonceSeconds = 300;
/** Seconds that browsers remember which workspace they saw: the most that they keep a cookie. */
const seenSeconds = 400 * 86_400;

/** Milliseconds that the answer to who has seen the present phase already is held: less than edges let pass in silence. */
const mostHeld = 20_000;

/** What everything of ours begins with. Nothing below it reaches a workspace. */
const ownPath = "/.berth";

/** The path of ours that a target names; null when it is the workspace's. Spelled in another way, it is nobody's. */
export function ownPathOf(target: string): string | null {
  if (!/berth|%/i.test(target)) return null;
  const path = target.split("?", 1)[0] ?? "";
  if (path === ownPath || path.startsWith(`${ownPath}/`)) return path;
  return spelled(path).startsWith(`${ownPath}/`) ? "" : null;
}

/** A path as the laxest reader would take it. */
function spelled(path: string): string {
  let text = path;
  for (let round = 0; round < 3; round += 1) {
    text = text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  }
  const parts: string[] = [];
  for (const part of text.toLowerCase().split(/[/\\]+/)) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}/`;
}

const exchangeBody = z.strictObject({
  code: z.string().regex(secretPattern),
  nonce: z.string().regex(secretPattern).optional(),
});

export function createOwnRoutes(deps: OwnRoutesDeps) {
  const { rules } = deps;

  const enter = async ({ head, frame }: OwnRequest): Promise<OwnAnswer> => {
    // Not for scripts: what a page's own script could fetch, it could exchange.
    if (!isNavigation(head)) return notFound();
    // Two tabs that are opened at once share it.
    const [present] = cookieValues(head.cookie, nonceCookie).filter((value) => secretPattern.test(value));
    const nonce = present ?? newSecret();
    const base = `${rules.scheme}://*.${rules.baseDomain}${rules.port === undefined ? "" : `:${rules.port}`}`;
    return enterPage({ ...frame, connect: `'self' ${base}` }, nonce, {
      "Set-Cookie": ourCookie(nonceCookie, nonce, nonceSeconds),
    });
  };

  const session = async ({ head, host, body }: OwnRequest): Promise<OwnAnswer> => {
    const { origin } = head;
    const own = originOf(host.name, rules);
    // The bare host's page may bring the code of a further host of the same workspace: nobody else has such a one.
    const beside = host.port !== null && origin === originOf(host.label, rules);
    if (origin !== own && !beside) return forbidden();
    if (!beside && head.fetchSite !== undefined && head.fetchSite !== "same-origin") return forbidden();
    const cross = corsOf(head, host, rules);
    const given = exchangeBody.safeParse(parseJson(await body()));
    if (!given.success) return refused(cross);
    const { code, nonce } = given.data;
    if (!beside && !cookieValues(head.cookie, nonceCookie).some((value) => isSame(value, nonce))) return refused(cross);
    const made = await deps.exchange(code, host.name);
    if (made === null) return refused(cross);
    const seconds = Math.max(1, Math.floor((made.endsAt.getTime() - Date.now()) / 1000));
    const other = mayHoldOther(head.cookie, made.workspace, made.reused);
    const cookies = [
      ...(other ? expireCookies(head.cookie) : []),
      ourCookie(sessionCookie, made.token, seconds),
      ourCookie(seenCookie, seenValue(made.workspace), seenSeconds),
      ourCookie(nonceCookie, "", 0),
    ];
    const headers = { ...cross, ...(other ? tombstone : {}), "Set-Cookie": cookies };
    return jsonAnswer(200, { path: made.path, beside: await codesBeside(host, made) }, headers);
  };

  /** Codes for the workspace's named ports, which its page may call without having been there. */
  const codesBeside = async (host: WorkspaceHost, { token, hash }: Exchanged) => {
    if (host.port !== null) return [];
    const visit = await deps.visitOf(host.name, token);
    if (visit === null) return [];
    const names = portsBeside(portsOfBlueprint(visit.blueprint)).map((port) => hostName(host.label, port));
    const codes = await Promise.all(
      names.map(async (name) => ({ origin: originOf(name, rules), code: await deps.codeFor(hash, name, "/") })),
    );
    return codes.filter(({ code }) => code !== null);
  };

  const port = async ({ head, host, visit, stranger }: OwnRequest): Promise<OwnAnswer> => {
    if (!isNavigation(head) || head.method !== "GET" || host.port !== null) return notFound();
    const query = new URLSearchParams(head.target.split("?")[1] ?? "");
    const wanted = readPort(query.get("to") ?? "");
    const path = query.get("path") ?? "/";
    if (wanted === undefined || !/^\/(?![/\\])[\x21-\x7e]{0,4000}$/.test(path)) return notFound();
    const found = await visit();
    if (found === null) return stranger();
    if (portOf(portsOfBlueprint(found.blueprint), wanted) === null) return notFound();
    const name = hostName(host.label, wanted);
    const code = await deps.codeFor(found.session, name, path);
    return code === null ? stranger() : redirectAnswer(`${originOf(name, rules)}${ownPath}/enter#${code}`);
  };

  /** Who asks, once the workspace's phase is another one than they have seen, or after a while. */
  const visitAfter = async (seen: string | null, visit: OwnRequest["visit"]): Promise<Visit | null> => {
    const until = performance.now() + mostHeld;
    let found = await visit();
    while (found !== null && found.phase === seen && isOnItsWay(found)) {
      const left = until - performance.now();
      const change = left > 0 ? deps.nextChange(found.workspace, left) : null;
      if (change === null) break;
      await change;
      found = await visit();
    }
    return found;
  };

  const state = async ({ head, visit }: OwnRequest): Promise<OwnAnswer> => {
    if (head.fetchSite !== undefined && head.fetchSite !== "same-origin" && head.fetchSite !== "none")
      return forbidden();
    const seen = new URLSearchParams(head.target.split("?")[1] ?? "").get("seen");
    const found = await visitAfter(seen, visit);
    if (found === null) return unauthenticated();
    const { phase, desired } = found;
    const wait = isOnItsWay(found);
    return jsonAnswer(200, {
      phase,
      wait,
      ...(wait ? { words: waitingWords(desired === "stopped" ? "stopped" : phase) } : {}),
    });
  };

  const leave = async ({ head, host, visit }: OwnRequest): Promise<OwnAnswer> => {
    if (head.origin !== originOf(host.name, rules)) return forbidden();
    const found = await visit();
    if (found !== null) await deps.endFamily(found.session);
    return { status: 204, headers: { "Set-Cookie": ourCookie(sessionCookie, "", 0) } };
  };

  const routes: Readonly<Record<string, readonly [string, (request: OwnRequest) => Promise<OwnAnswer>]>> = {
    [`${ownPath}/enter`]: ["GET", enter],
    [`${ownPath}/session`]: ["POST", session],
    [`${ownPath}/port`]: ["GET", port],
    [`${ownPath}/state`]: ["GET", state],
    [`${ownPath}/leave`]: ["POST", leave],
  };

  /** Answers a request for a path of ours. */
  return async (path: string, request: OwnRequest): Promise<OwnAnswer> => {
    const found = Object.hasOwn(routes, path) ? routes[path] : undefined;
    if (found === undefined) return notFound();
    const [method, run] = found;
    if (request.head.method !== method) {
      const detail = `This path has ${method}.`;
      return problemAnswer(
        405,
        { code: "method-not-allowed", title: "This path has no such method", detail },
        { Allow: method },
      );
    }
    return run(request);
  };
}

/** What a page of a friend is told, so that its script may read the answer. */
export function corsOf(head: RequestHead, host: WorkspaceHost, rules: OriginRules): Readonly<Record<string, string>> {
  const { origin } = head;
  if (origin === undefined || origin === originOf(host.name, rules) || !isFriend(origin, host, rules)) return {};
  return { "Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": "true", Vary: "Origin" };
}

function isOnItsWay({ phase }: Visit): boolean {
  return phase !== "running" && phase !== "needs-attention";
}

function parseJson(text: string | null): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}

function isSame(one: string, other: string | undefined): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other ?? "")];
  return left.length === right.length && timingSafeEqual(left, right);
}

function notFound(): OwnAnswer {
  return problemAnswer(404, { code: "not-found", title: "There is no such thing", detail: "There is no such path." });
}

function forbidden(): OwnAnswer {
  const detail = "This is for the host's own pages.";
  return problemAnswer(403, { code: "forbidden", title: "This page may not do that", detail });
}

/** One answer for all that is wrong with a code: which part is, is nobody's business. */
function refused(headers: Readonly<Record<string, string>>): OwnAnswer {
  const detail = "The code is unknown, used, too old or for another host. Open the workspace again.";
  return problemAnswer(403, { code: "forbidden", title: "This code opens nothing", detail }, headers);
}

function unauthenticated(): OwnAnswer {
  const detail = "Open the workspace from where you found it.";
  return problemAnswer(401, { code: "unauthenticated", title: "You are not signed in", detail });
}
