import { z } from "@hono/zod-openapi";

/** What can be wrong; the last part of a problem's `type`. */
export const problemCode = z.enum([
  "malformed",
  "invalid",
  "unauthenticated",
  "forbidden",
  "not-found",
  "method-not-allowed",
  "conflict",
  "too-large",
  "unsupported-media-type",
  "idempotency-mismatch",
  "limit-reached",
  "over-budget",
  "rate-limited",
  "operation-failed",
  "unavailable",
  "internal",
]);
export type ProblemCode = z.infer<typeof problemCode>;

/** What every error answer is (RFC 9457), as `application/problem+json`. */
export const problem = z
  .strictObject({
    type: z.string().openapi({ example: "urn:berth:problem:invalid" }),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string(),
    /** The request's id, as in the header `X-Request-Id` and in the log. */
    instance: z.string().optional(),
    /** Each wrong field: where it is, what was found there (shortened; secrets hidden), what to do. */
    errors: z.array(z.strictObject({ field: z.string(), value: z.string(), fix: z.string() })).optional(),
    /** The operation that failed, when one did. */
    operation: z.string().optional(),
    /** The same as `detail`, on compatibility routes: what their systems' clients read. */
    error: z.string().optional(),
  })
  .openapi("Problem");
export type Problem = z.infer<typeof problem>;
