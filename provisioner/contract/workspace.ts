import { z } from "@hono/zod-openapi";

/** What its owner (or the product for them) wants of a workspace. */
export const desiredState = z.enum(["running", "stopped", "deleted"]);
export type DesiredState = z.infer<typeof desiredState>;

/** What was last seen of a workspace. */
export const phase = z.enum([
  "pending",
  "provisioning",
  "running",
  "stopping",
  "stopped",
  "starting",
  "deleting",
  "deleted",
  "needs-attention",
]);
export type Phase = z.infer<typeof phase>;

/** What becomes of a workspace's volume when it is deleted. */
export const volumeDisposal = z.enum(["keep", "delete"]);
export type VolumeDisposal = z.infer<typeof volumeDisposal>;

export const workspaceId = z
  .string()
  .regex(/^ws-[a-z2-7]{16}$/, "must be a workspace id: 'ws-' and 16 characters of a-z, 2-7")
  .openapi({ example: "ws-mfrggzdfmztwq2lk" });

export const operationId = z
  .string()
  .regex(/^op-[a-z2-7]{16}$/, "must be an operation id: 'op-' and 16 characters of a-z, 2-7")
  .openapi({ example: "op-nbswy3dpeb3w64tm" });

/** The product's own id of a user, opaque to Berth (Clerk's `user_2ab…`, an e-mail address, a handle). */
export const owner = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._:|@+=-]{0,127}$/,
    "must be 1 to 128 characters of letters, digits and . _ : | @ + = -, beginning with a letter or digit",
  )
  .openapi({ example: "user_2abc" });

export const workspaceName = z
  .string()
  .regex(
    /^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/,
    "must be 1 to 40 characters of a-z, 0-9 and '-', not beginning or ending with '-'",
  )
  .openapi({ example: "desktop" });

/**
 * Host label that is wanted, as the user knows themself. Which labels can be had is decided by the workspace service:
 * the schema only keeps out what could never be one, whatever the rules.
 */
export const handle = z
  .string()
  .min(1, "must not be empty")
  .max(253, "must have at most 40 characters")
  .openapi({ example: "alice" });

export const blueprintName = z
  .string()
  .regex(/^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/, "must be the name of a blueprint: see GET /v1/blueprints")
  .openapi({ example: "desktop" });

/** One operation: one accepted change, brought to exactly one outcome. */
export const operation = z
  .strictObject({
    id: operationId,
    workspace: workspaceId,
    kind: z.enum(["create", "update", "stop", "start", "delete"]),
    /** The workspace's generation that it brings about. */
    generation: z.int(),
    /** `null` while it is under way. */
    outcome: z.enum(["succeeded", "failed", "superseded"]).nullable(),
    error: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
    /** How often it was begun: more than 1 after a failure or a crash. */
    attempts: z.int(),
    /** Milliseconds by phase. */
    timings: z.record(z.string(), z.number()),
    createdAt: z.iso.datetime(),
    startedAt: z.iso.datetime().nullable(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .openapi("Operation");
export type Operation = z.infer<typeof operation>;
export type OperationKind = Operation["kind"];
export type Outcome = NonNullable<Operation["outcome"]>;

/** One line of an operation's log. */
export const operationLine = z
  .strictObject({
    /** Grows by one with each line of an operation, from 1. */
    sequence: z.int(),
    at: z.iso.datetime(),
    level: z.enum(["info", "warn", "error"]),
    message: z.string(),
  })
  .openapi("OperationLine");
export type OperationLine = z.infer<typeof operationLine>;

/** A user's computer. */
export const workspace = z
  .strictObject({
    id: workspaceId,
    owner,
    name: workspaceName,
    blueprint: z.strictObject({ name: z.string(), version: z.int() }),
    parameters: z.record(z.string(), z.unknown()),
    host: z.string(),
    url: z.url(),
    desired: desiredState,
    phase,
    /** Why it is in this phase, where that needs saying. */
    message: z.string().nullable(),
    generation: z.int(),
    observedGeneration: z.int(),
    /** The latest operation. */
    operation: operationId.nullable(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
    readyAt: z.iso.datetime().nullable(),
    /** When something last passed the router to or from it, a few seconds ago at most; `null`: never. */
    lastActiveAt: z.iso.datetime().nullable(),
  })
  .openapi("Workspace");
export type Workspace = z.infer<typeof workspace>;

/** A volume that was kept when its workspace was deleted. */
export const keptVolume = z
  .strictObject({
    id: z.string(),
    owner,
    /** Name of the workspace that it belonged to; a new one of that owner and name finds it again. */
    name: workspaceName,
    blueprint: z.string(),
    size: z.string(),
    keptAt: z.iso.datetime(),
  })
  .openapi("KeptVolume");
export type KeptVolume = z.infer<typeof keptVolume>;
