import { randomUUID } from "node:crypto";
import { STATUS_CODES } from "node:http";
import type { Problem, ProblemCode } from "../contract/problem.ts";

/** An answer of the router's own. Text is ASCII. */
export interface OwnAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
}

/** What every answer of ours has, whatever else. */
const always: Readonly<Record<string, string>> = {
  "Cache-Control": "no-store",
  "CDN-Cache-Control": "no-store",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

/** An answer as it is sent. Without a body to a HEAD, but with its length. */
export function writeAnswer(answer: OwnAnswer, options: { readonly close: boolean; readonly head: boolean }): string {
  const { status, body = "" } = answer;
  const headers = { ...always, ...answer.headers };
  let text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n`;
  for (const [name, value] of Object.entries(headers)) {
    for (const one of typeof value === "string" ? [value] : value) text += `${name}: ${one}\r\n`;
  }
  if (status !== 204) text += `Content-Length: ${body.length}\r\n`;
  if (options.close) text += "Connection: close\r\n";
  return options.head ? `${text}\r\n` : `${text}\r\n${body}`;
}

/** A refusal for programs and scripts, as the API's. */
export function problemAnswer(
  status: number,
  { code, title, detail }: { readonly code: ProblemCode; readonly title: string; readonly detail: string },
  headers: OwnAnswer["headers"] = {},
): OwnAnswer {
  const problem: Problem = {
    type: `urn:berth:problem:${code}`,
    title,
    status,
    detail,
    instance: `urn:berth:request:${randomUUID()}`,
  };
  return {
    status,
    headers: { "Content-Type": "application/problem+json", ...headers },
    body: JSON.stringify(problem),
  };
}

export function jsonAnswer(status: number, value: object, headers: OwnAnswer["headers"] = {}): OwnAnswer {
  return { status, headers: { "Content-Type": "application/json", ...headers }, body: JSON.stringify(value) };
}

export function redirectAnswer(location: string, headers: OwnAnswer["headers"] = {}): OwnAnswer {
  return { status: 303, headers: { Location: location, ...headers } };
}
