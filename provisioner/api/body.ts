import { createMiddleware } from "hono/factory";
import type { ApiEnv } from "./context.ts";
import { ApiProblem } from "./problems.ts";

const maxDepth = 32;

/**
 * Refuses a body that is larger than `most` bytes: by its declared length where there is one, else as soon as too much
 * came. (Hono's own makes a `Request` of the adapter's, which that allows only when it may replace the global one.)
 */
export function limitBody(most: number) {
  return createMiddleware<ApiEnv>(async (context, next) => {
    const { method, body, url, headers } = context.req.raw;
    if (method !== "GET" && method !== "HEAD" && body !== null) {
      const declared = context.req.header("content-length");
      if (declared !== undefined && Number(declared) > most) throw tooLarge(most);
      if (declared === undefined || context.req.header("transfer-encoding") !== undefined) {
        context.req.raw = new Request(url, { method, headers, body: await readAtMost(body, most) });
      }
    }
    await next();
  });
}

async function readAtMost(body: ReadableStream<Uint8Array>, most: number): Promise<ArrayBuffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > most) throw tooLarge(most);
    chunks.push(chunk);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole.buffer;
}

function tooLarge(most: number): ApiProblem {
  return new ApiProblem("too-large", `Send at most ${most} bytes.`);
}

/**
 * Reads a JSON body before any schema sees it and refuses what would hurt further in: text that is not UTF-8 or not
 * JSON, nesting without end, names that touch prototypes, characters that Postgres cannot hold.
 */
export function readableJson() {
  return createMiddleware<ApiEnv>(async (context, next) => {
    const type = context.req.header("content-type") ?? "";
    // All that a route takes for JSON: `application/merge-patch+json` too.
    if (/\bjson\b/i.test(type) && context.req.raw.body !== null) {
      const bytes = new Uint8Array(await context.req.arrayBuffer());
      // No body at all is for the route to judge: many clients name the type all the same.
      if (bytes.length > 0) parseJson(bytes);
    }
    await next();
  });
}

/** The value of a JSON text, or a problem. */
export function parseJson(bytes: Uint8Array): unknown {
  const value = parse(decode(bytes));
  refuseUnfit(value, [], 0);
  return value;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw malformed("The body is not UTF-8.", "(bytes)", "must be JSON in UTF-8");
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the body, where a secret may stand.
    throw malformed("The body is not JSON.", text === "" ? "(empty)" : "(text)", "must be one JSON value");
  }
}

function refuseUnfit(value: unknown, path: readonly string[], depth: number): void {
  if (depth > maxDepth) {
    throw malformed("The body is nested too deeply.", "(nested)", `must be nested at most ${maxDepth} deep`);
  }
  if (typeof value === "string") refuseText(value, path);
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    refuseText(key, path);
    if (key === "__proto__")
      throw malformed("The body has a name that is not allowed.", key, "is not known here", path);
    refuseUnfit(inner, [...path, key], depth + 1);
  }
}

function refuseText(text: string, path: readonly string[]): void {
  if (!text.includes("\u0000") && text.isWellFormed()) return;
  throw malformed(
    "The body has a character that cannot be kept.",
    "(text)",
    "must be without NUL and lone surrogates",
    path,
  );
}

function malformed(detail: string, value: string, fix: string, path: readonly string[] = []): ApiProblem {
  const field = path.length === 0 ? "(the whole)" : path.join(".").slice(0, 120);
  return new ApiProblem("malformed", detail, { errors: [{ field, value, fix }] });
}
