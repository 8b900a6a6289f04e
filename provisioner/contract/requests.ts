import { z } from "@hono/zod-openapi";
import { estimate } from "./estimate.ts";
import {
  blueprintName,
  desiredState,
  handle,
  operation,
  owner,
  phase,
  volumeDisposal,
  workspace,
  workspaceName,
} from "./workspace.ts";

/** Most seconds that a request may be held by `?wait=`. */
export const maxWaitSeconds = 300;

/** A whole number in a query, from `least` to `most`. */
function wholeNumber(least: number, most: number) {
  return z
    .string()
    .regex(/^(0|[1-9]\d{0,8})$/, `must be a whole number from ${least} to ${most}`)
    .transform(Number)
    .pipe(z.int().min(least).max(most));
}

const wait = wholeNumber(0, maxWaitSeconds)
  .optional()
  .openapi({
    param: { name: "wait", in: "query", description: "Seconds to hold the answer until the operation has an outcome." },
    type: "integer",
    minimum: 0,
    maximum: maxWaitSeconds,
    example: 30,
  });

export const waitQuery = z.strictObject({ wait });
export const noQuery = z.strictObject({});

export const createWorkspaceBody = z
  .strictObject({
    /** Whose it is. A user's own token may leave it out. */
    owner: owner.optional(),
    handle: handle.optional(),
    handleFallback: z.enum(["refuse", "derive"]).optional(),
    name: workspaceName.optional(),
    blueprint: blueprintName,
    parameters: z.record(z.string(), z.unknown()).optional(),
    ifExists: z.enum(["refuse", "return"]).optional(),
  })
  .openapi("CreateWorkspace", {
    example: { owner: "user_2abc", handle: "alice", blueprint: "desktop", parameters: {} },
  });
export type CreateWorkspaceBody = z.infer<typeof createWorkspaceBody>;

export const updateWorkspaceBody = z
  .strictObject({
    /** Merged over the present ones. */
    parameters: z
      .record(z.string(), z.unknown())
      .refine((given) => Object.keys(given).length > 0, "must name at least one parameter"),
  })
  .openapi("UpdateWorkspace", { example: { parameters: {} } });

export const listWorkspacesQuery = z.strictObject({
  owner: owner.optional(),
  name: workspaceName.optional(),
  blueprint: blueprintName.optional(),
  desired: desiredState.optional(),
  phase: phase.optional(),
  host: z
    .string()
    .regex(/^[A-Za-z0-9]([-A-Za-z0-9.]{0,251}[A-Za-z0-9])?$/, "must be a host label or a full host name")
    .optional(),
  includeDeleted: z
    .enum(["true", "false"])
    .transform((text) => text === "true")
    .optional()
    .openapi({ type: "boolean", example: false }),
  cursor: z
    .string()
    .regex(/^[\x21-\x7e]{1,512}$/, "must be a `nextCursor` of an earlier answer")
    .optional(),
  limit: wholeNumber(1, 200).optional().openapi({ type: "integer", minimum: 1, maximum: 200, example: 50 }),
});

export const deleteWorkspaceQuery = z.strictObject({ wait, volumes: volumeDisposal.optional() });

export const logQuery = z.strictObject({
  after: wholeNumber(0, 999_999_999)
    .optional()
    .openapi({ type: "integer", minimum: 0, example: 0, description: "Only lines with a greater sequence." }),
});

export const idempotencyHeader = z.object({
  "idempotency-key": z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, "must be 1 to 255 printable ASCII characters without blanks")
    .optional()
    .openapi({ description: "The same key with the same body gives the same answer; with another body, 422." }),
});

/** A change that was accepted: the workspace as it is now, and the operation that brings it about (null: nothing to do). */
export const accepted = z.strictObject({ workspace, operation: operation.nullable() }).openapi("Accepted");
export type AcceptedAnswer = z.infer<typeof accepted>;

/** The same of a create, with what the workspace costs a month; null where that cannot be told. */
export const created = accepted.extend({ estimate: estimate.nullable() }).openapi("Created");
export type CreatedAnswer = z.infer<typeof created>;
