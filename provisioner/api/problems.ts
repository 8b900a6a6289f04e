import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { z } from "zod";
import type { Problem, ProblemCode } from "../contract/problem.ts";
import { RequestError } from "../workspaces/service.ts";
import { isUnreachable } from "./unreachable.ts";

/** A request that is refused; becomes a problem document. Its words are shown to the caller. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  readonly code: ProblemCode;
  readonly errors: Problem["errors"];
  readonly headers: Readonly<Record<string, string>>;
  readonly operation: string | undefined;
  constructor(code: ProblemCode, detail: string, more: ProblemExtras = {}) {
    super(detail);
    this.code = code;
    this.errors = more.errors;
    this.headers = more.headers ?? {};
    this.operation = more.operation;
  }
}

interface ProblemExtras {
  readonly errors?: NonNullable<Problem["errors"]> | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly operation?: string;
}

const kinds: Readonly<Record<ProblemCode, { status: number; title: string }>> = {
  malformed: { status: 400, title: "The request cannot be read" },
  invalid: { status: 422, title: "A value is not valid" },
  unauthenticated: { status: 401, title: "A valid token is needed" },
  forbidden: { status: 403, title: "This token may not do that" },
  "not-found": { status: 404, title: "There is no such thing" },
  "method-not-allowed": { status: 405, title: "This path has no such method" },
  conflict: { status: 409, title: "That does not fit the present state" },
  "too-large": { status: 413, title: "The body is too large" },
  "unsupported-media-type": { status: 415, title: "The body is of the wrong type" },
  "idempotency-mismatch": { status: 422, title: "The idempotency key was used for another request" },
  "limit-reached": { status: 403, title: "A limit is reached" },
  "over-budget": { status: 403, title: "It would cost more than it may" },
  "rate-limited": { status: 429, title: "Too many requests" },
  "operation-failed": { status: 500, title: "The operation failed" },
  unavailable: { status: 503, title: "Not available at the moment" },
  internal: { status: 500, title: "Something went wrong here" },
};

/** Makes the answer to anything that was thrown. What is not known to be for the caller's eyes is not shown. */
export function problemResponse(error: unknown, requestId: string, compatible: boolean): Response {
  const known = toProblem(error);
  const { status, title } = kinds[known.code];
  const body: Problem = {
    type: `urn:berth:problem:${known.code}`,
    title,
    status,
    detail: known.message,
    instance: `urn:berth:request:${requestId}`,
    ...(known.errors === undefined ? {} : { errors: known.errors }),
    ...(known.operation === undefined ? {} : { operation: known.operation }),
    ...(compatible ? { error: known.message } : {}),
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/problem+json", "cache-control": "no-store", ...known.headers },
  });
}

/** What was thrown, as something that may be shown. */
export function toProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  if (error instanceof RequestError) return fromRequestError(error);
  if (error instanceof HTTPException) return fromHttpException(error);
  if (isUnreachable(error)) {
    return new ApiProblem("unavailable", "The database does not answer at the moment. Nothing was changed.", {
      headers: { "retry-after": "5" },
    });
  }
  return new ApiProblem("internal", "This is our mistake, not yours. Give the request id when you report it.");
}

function fromRequestError({ code, message, field }: RequestError): ApiProblem {
  const errors =
    field === undefined
      ? undefined
      : [{ field: field.name, value: shownValue(field.value, field.name), fix: field.fix }];
  return new ApiProblem(code, message, {
    ...(errors === undefined ? {} : { errors }),
    ...(code === "unavailable" ? { headers: { "retry-after": "5" } } : {}),
  });
}

function fromHttpException({ status }: HTTPException): ApiProblem {
  switch (status) {
    case 413:
      return new ApiProblem("too-large", "Send a smaller body.");
    case 415:
      return new ApiProblem("unsupported-media-type", "Send the body as application/json.", {
        headers: { accept: "application/json" },
      });
    default:
      return status < 500
        ? new ApiProblem("malformed", "The request cannot be read.")
        : new ApiProblem("internal", "This is our mistake, not yours. Give the request id when you report it.");
  }
}

/** Where in a request a value stood. */
export type Source = "body" | "query" | "path" | "header";

/** What zod found wrong, as a problem that names each field, its value and what to do. */
export function invalidInput(source: Source, error: z.ZodError, input: unknown): ApiProblem {
  const errors = error.issues.flatMap((issue) => describeIssue(issue, input)).slice(0, 20);
  const fields = errors.map(({ field }) => field).join(", ");
  const code = source === "path" ? "not-found" : source === "body" ? "invalid" : "malformed";
  return new ApiProblem(code, `Wrong in the ${source}: ${fields}.`, { errors });
}

function describeIssue(issue: z.core.$ZodIssue, input: unknown): NonNullable<Problem["errors"]> {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      return {
        field: fieldName(path),
        value: shownValue(at(input, path), key),
        fix: "is not known here: leave it out",
      };
    });
  }
  const value = at(input, issue.path);
  const fix = value === undefined && issue.code === "invalid_type" ? "is needed" : issue.message;
  return [{ field: fieldName(issue.path), value: shownValue(value, issue.path.at(-1)), fix: shorten(fix, 300) }];
}

function fieldName(path: readonly PropertyKey[]): string {
  return path.length === 0 ? "(the whole)" : shorten(path.map(String).join("."), 120);
}

function at(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

const secretName = /secret|password|passphrase|token|credential|authorization|api-?_?key|private/i;
const secretValue =
  /berth_[a-z2-7]{16}_|whsec_|-----BEGIN|eyJ[A-Za-z0-9_-]{10,}\.|(?:sk|pk)_(?:live|test)_|AKIA[A-Z0-9]{12}/;

/** A value as it may be shown: as JSON, short, and not at all when it may be a secret. */
export function shownValue(value: unknown, name?: PropertyKey): string {
  if (value === undefined) return "(missing)";
  if (name !== undefined && secretName.test(String(name))) return "(hidden)";
  const text = typeof value === "string" ? JSON.stringify(value) : (safeJson(value) ?? String(value));
  // Nested values may name secrets too.
  if (secretValue.test(text) || (typeof value === "object" && secretName.test(text))) return "(hidden)";
  return shorten(text, 80);
}

function safeJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

function shorten(text: string, length: number): string {
  // By code points: half a surrogate pair is no character.
  const characters = [...text.slice(0, length * 2)];
  return characters.length <= length && text.length <= length * 2
    ? text
    : `${characters.slice(0, length - 1).join("")}…`;
}

/** Refuses what a schema refuses; the hook of every route. */
export function refuseInvalid(
  result: { target: string; success: boolean; error?: z.ZodError; data?: unknown },
  _context: Context,
): undefined {
  if (result.success || result.error === undefined) return undefined;
  const sources: Readonly<Record<string, Source>> = { query: "query", param: "path", header: "header" };
  throw invalidInput(sources[result.target] ?? "body", result.error, result.data);
}
