import { type OwnAnswer, problemAnswer } from "./answers.ts";
import type { Failure } from "./exchange.ts";
import type { HostRefusal } from "./host.ts";
import type { HeadRefusal } from "./http/request-head.ts";
import { type PageFrame, refusedPage, unreachablePage } from "./pages.ts";

/** Why a request went no further; a label of the metrics, and all that the log says of it. */
export type Refusal =
  | HeadRefusal
  | "head-too-large"
  | "timeout"
  | `host-${HostRefusal}`
  | "token-in-target"
  | "cross-origin"
  | "stranger"
  | "port-closed"
  | "too-many-guesses"
  | "too-much-open"
  | "database";

const headStatuses: Readonly<Partial<Record<Refusal, number>>> = {
  version: 505,
  method: 405,
  "target-too-long": 414,
  expectation: 417,
  "head-too-large": 431,
  "too-many-fields": 431,
  cookies: 431,
  timeout: 408,
};

/** The answer to what is no request that everybody reads alike. */
export function headRefusal(refusal: HeadRefusal | "head-too-large" | "timeout"): OwnAnswer {
  const tooMany = refusal === "cookies";
  const detail = tooMany
    ? "Your browser has more cookies for this domain than can be read. They were taken away: open the workspace again."
    : `Wrong in the request: ${refusal}.`;
  return problemAnswer(
    headStatuses[refusal] ?? 400,
    { code: "malformed", title: "The request cannot be read", detail },
    // It signs out of the whole domain; but a browser that has so many opens nothing there, and no other is told so.
    tooMany ? { "Clear-Site-Data": '"cookies"' } : {},
  );
}

/** The answer to a host that can be no workspace's. */
export function hostRefusal(refusal: HostRefusal): OwnAnswer {
  const status = refusal === "missing" || refusal === "malformed" ? 400 : 421;
  const detail = "No workspace can have this host name.";
  return problemAnswer(status, { code: "malformed", title: "The request cannot be read", detail });
}

interface Told {
  readonly status: number;
  readonly code: Parameters<typeof problemAnswer>[1]["code"];
  readonly title: string;
  readonly detail: string;
  readonly headers?: OwnAnswer["headers"];
}

const told = {
  "token-in-target": {
    status: 400,
    code: "malformed",
    title: "The request cannot be read",
    detail: "A token of the platform must not stand in a URL. Revoke it: it may stand in logs by now.",
  },
  "cross-origin": {
    status: 403,
    code: "forbidden",
    title: "This page may not do that",
    detail: "Pages of other origins may not call this workspace.",
  },
  "port-closed": {
    status: 404,
    code: "not-found",
    title: "There is no such thing",
    detail: "This workspace has no such port for browsers.",
  },
  "too-many-guesses": {
    status: 429,
    code: "rate-limited",
    title: "Too many requests",
    detail: "Try again in a minute.",
    headers: { "Retry-After": "60" },
  },
  "too-much-open": {
    status: 503,
    code: "unavailable",
    title: "Not available at the moment",
    detail: "Too much of this workspace is open at once.",
    headers: { "Retry-After": "5" },
  },
  database: {
    status: 503,
    code: "unavailable",
    title: "Not available at the moment",
    detail: "Who may come in cannot be looked up at the moment.",
    headers: { "Retry-After": "5" },
  },
} as const satisfies Readonly<Partial<Record<Refusal, Told>>>;

/** The answer to a request that may not pass, as a page to a browser that wants one. */
export function refusalAnswer(
  refusal: keyof typeof told,
  page: PageFrame | null,
  headers: Readonly<Record<string, string>>,
): OwnAnswer {
  const { status, title, detail, code, ...more }: Told = told[refusal];
  const all = { ...headers, ...more.headers };
  if (page === null) return problemAnswer(status, { code, title, detail }, all);
  const answer = refusedPage(page, status, title, detail);
  return { ...answer, headers: { ...answer.headers, ...all } };
}

const failures: Readonly<Record<Failure, Told>> = {
  "no-answer": {
    status: 502,
    code: "unavailable",
    title: "It does not answer",
    detail: "The workspace runs, but no program in it answers here yet.",
    headers: { "Retry-After": "3" },
  },
  "bad-answer": {
    status: 502,
    code: "unavailable",
    title: "It does not answer",
    detail: "The workspace's answer cannot be read.",
    headers: { "Retry-After": "3" },
  },
  late: {
    status: 504,
    code: "unavailable",
    title: "It does not answer",
    detail: "The workspace took too long to answer.",
    headers: { "Retry-After": "3" },
  },
  "malformed-body": {
    status: 400,
    code: "malformed",
    title: "The request cannot be read",
    detail: "Wrong in the request: body.",
  },
  "too-large": { status: 413, code: "too-large", title: "The body is too large", detail: "Send a smaller body." },
};

/** The answer in the place of a workspace's that could not be had. */
export function failureAnswer(
  failure: Failure,
  page: PageFrame | null,
  sent: boolean,
  headers: Readonly<Record<string, string>>,
): OwnAnswer {
  const { status, title, detail, code, ...more } = failures[failure];
  const all = { ...headers, ...more.headers };
  if (page === null || status < 500) return problemAnswer(status, { code, title, detail }, all);
  const answer = unreachablePage(page, status, detail, sent);
  return { ...answer, headers: { ...answer.headers, ...all } };
}
