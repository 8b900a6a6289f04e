import { timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { type Exchanged, type FurtherCode, newSecret, secretPattern } from "../store/access.ts";
import { cleanPort } from "../workspaces/settings.ts";
import { jsonAnswer, type OwnAnswer, problemAnswer, redirectAnswer } from "./answers.ts";
import {
  cookieValues,
  expireCookies,
  nonceCookie,
  ourCookie,
  seenCookie,
  sessionCookie,
  sessionCookieUntil,
} from "./cookies.ts";
import { shownPhase, type Visit } from "./gate.ts";
import { hostName, originOf, readPort, type WorkspaceHost } from "./host.ts";
import type { RequestHead } from "./http/request-head.ts";
import { isFriend, isNavigation, type OriginRules } from "./origins.ts";
import { cleanPage, enterPage, type PageFrame, waitingWords } from "./pages.ts";
import { portOf, portsBeside, portsOfBlueprint } from "./ports.ts";
import { mayHoldOther, seenValue, tombstone, tombstoneFor } from "./tombstones.ts";

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
  /** To be called for what costs a look into the database, and may be a stranger's: a code that is none. */
  readonly missed: () => void;
}

export interface OwnRoutesDeps {
  readonly rules: OriginRules;
  readonly exchange: (code: string, host: string) => Promise<Exchanged | null>;
  readonly codeFor: (session: string, host: string, path: string) => Promise<FurtherCode | null>;
  readonly endFamily: (session: string) => Promise<void>;
  /** Asks for a sleeping workspace to be woken; not waited for. */
  readonly wake: (visit: Visit) => void;
  /** Id of the workspace that has a label now; null when none has. */
  readonly workspaceOf: (label: string) => Promise<string | null>;
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
    return enterPage({ ...frame, connect: `'self' ${originOf("*", rules)}` }, nonce, {
      "Set-Cookie": ourCookie(nonceCookie, nonce, nonceSeconds),
    });
  };

  /** Where a browser begins that may hold a service worker of an earlier workspace: it would take the code. */
  const clean = async ({ head, host, frame }: OwnRequest): Promise<OwnAnswer> => {
    const port = queryOf(head).get("port");
    const wanted = port === null ? null : readPort(port);
    if (host.port !== cleanPort || wanted === undefined || !isNavigation(head)) return notFound();
    return cleanPage(frame, originOf(hostName(host.label, wanted), rules));
  };

  /** Has the browser forget an earlier workspace, for the page above: no page of a workspace has its origin. */
  const forget = async ({ head, host, missed }: OwnRequest): Promise<OwnAnswer> => {
    const origin = originOf(hostName(host.label, cleanPort), rules);
    if (head.origin !== origin) return forbidden();
    missed();
    const headers = { "Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": "true" };
    const forgotten = await tombstoneFor(head.cookie, () => deps.workspaceOf(host.label));
    return { status: 204, headers: { ...headers, ...forgotten } };
  };

  const session = async ({ head, host, body, missed }: OwnRequest): Promise<OwnAnswer> => {
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
    if (made === null) {
      missed();
      return refused(cross);
    }
    const other = mayHoldOther(head.cookie, made.workspace, made.reused);
    const cookies = [
      ...(other ? expireCookies(head.cookie) : []),
      sessionCookieUntil(made.token, made.endsAt.getTime()),
      ourCookie(seenCookie, seenValue(made.workspace), seenSeconds),
      ourCookie(nonceCookie, "", 0),
    ];
    const headers = { ...cross, ...(other ? tombstone : {}), "Set-Cookie": cookies };
    // Who comes beside has come at the bare host already.
    const visit = beside ? null : await deps.visitOf(host.name, made.token);
    const asleep = visit?.desired === "stopped";
    if (asleep) deps.wake(visit);
    return jsonAnswer(200, { path: made.path, asleep, beside: await codesBeside(host, made.hash, visit) }, headers);
  };

  /** Codes for the workspace's named ports, which its page may call without having been there. */
  const codesBeside = async (host: WorkspaceHost, hash: string, visit: Visit | null) => {
    if (host.port !== null || visit === null) return [];
    const names = portsBeside(portsOfBlueprint(visit.blueprint)).map((port) => hostName(host.label, port));
    const codes = await Promise.all(
      names.map(async (name) => ({ origin: originOf(name, rules), code: await deps.codeFor(hash, name, "/") })),
    );
    return codes.flatMap(({ origin, code }) => (code === null ? [] : [{ origin, code: code.code }]));
  };

  const port = async ({ head, host, visit, stranger }: OwnRequest): Promise<OwnAnswer> => {
    if (!isNavigation(head) || head.method !== "GET" || host.port !== null) return notFound();
    const query = queryOf(head);
    const wanted = readPort(query.get("to") ?? "");
    const path = query.get("path") ?? "/";
    if (wanted === undefined || !/^\/(?![/\\])[\x21-\x7e]{0,4000}$/.test(path)) return notFound();
    const found = await visit();
    if (found === null) return stranger();
    if (portOf(portsOfBlueprint(found.blueprint), wanted) === null) return notFound();
    const name = hostName(host.label, wanted);
    const made = await deps.codeFor(found.session, name, path);
    if (made === null) return stranger();
    const cleaning = `${originOf(hostName(host.label, cleanPort), rules)}${ownPath}/clean?port=${wanted}`;
    return redirectAnswer(`${made.reused ? cleaning : `${originOf(name, rules)}${ownPath}/enter`}#${made.code}`);
  };

  /** Who asks, once the workspace's phase is another one than they have seen, or after a while. */
  const visitAfter = async (seen: string | null, visit: OwnRequest["visit"]): Promise<Visit | null> => {
    const until = performance.now() + mostHeld;
    let found = await visit();
    while (found !== null && shownPhase(found) === seen && isOnItsWay(seen)) {
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
    const seen = queryOf(head).get("seen");
    const found = await visitAfter(seen, visit);
    if (found === null) return unauthenticated();
    const phase = shownPhase(found);
    const wait = isOnItsWay(phase);
    return jsonAnswer(200, { phase, wait, ...(wait ? { words: waitingWords(phase) } : {}) });
  };

  const wake = async ({ head, host, visit }: OwnRequest): Promise<OwnAnswer> => {
    if (head.origin !== originOf(host.name, rules)) return forbidden();
    const found = await visit();
    if (found === null) return unauthenticated();
    if (found.desired === "stopped") deps.wake(found);
    return { status: 204, headers: {} };
  };

  const leave = async ({ head, host, visit }: OwnRequest): Promise<OwnAnswer> => {
    if (head.origin !== originOf(host.name, rules)) return forbidden();
    const found = await visit();
    if (found !== null) await deps.endFamily(found.session);
    return { status: 204, headers: { "Set-Cookie": ourCookie(sessionCookie, "", 0) } };
  };

  const routes: Readonly<Record<string, readonly [string, (request: OwnRequest) => Promise<OwnAnswer>]>> = {
    [`${ownPath}/enter`]: ["GET", enter],
    [`${ownPath}/clean`]: ["GET", clean],
    [`${ownPath}/forget`]: ["POST", forget],
    [`${ownPath}/session`]: ["POST", session],
    [`${ownPath}/port`]: ["GET", port],
    [`${ownPath}/state`]: ["GET", state],
    [`${ownPath}/wake`]: ["POST", wake],
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

function isOnItsWay(phase: string): boolean {
  return phase !== "running" && phase !== "needs-attention";
}

function queryOf({ target }: RequestHead): URLSearchParams {
  return new URLSearchParams(target.split("?")[1] ?? "");
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
