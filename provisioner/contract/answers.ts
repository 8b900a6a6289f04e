import { z } from "@hono/zod-openapi";
import { estimate } from "./estimate.ts";
import { keptVolume, operation, operationLine, owner, volumeDisposal, workspace } from "./workspace.ts";

export const workspacePage = z
  .strictObject({ items: z.array(workspace), nextCursor: z.string().nullable() })
  .openapi("WorkspacePage");
export const operationList = z.strictObject({ items: z.array(operation) }).openapi("OperationList");
export const operationLog = z.strictObject({ items: z.array(operationLine) }).openapi("OperationLog");
export const volumeList = z.strictObject({ items: z.array(keptVolume) }).openapi("VolumeList");

/** A template of a workspace. */
export const blueprint = z
  .strictObject({
    name: z.string(),
    version: z.int(),
    title: z.string(),
    description: z.string(),
    /** What becomes of the volume when a delete does not say. */
    volumes: volumeDisposal,
    /** JSON Schema of the parameters. */
    parameters: z.record(z.string(), z.unknown()),
  })
  .openapi("Blueprint");
export type BlueprintAnswer = z.infer<typeof blueprint>;
export const blueprintList = z.strictObject({ items: z.array(blueprint) }).openapi("BlueprintList");

/**
 * - `admin`: everything.
 * - `service`: the product's backend; may do everything with workspaces of any owner.
 * - `user`: bound to one owner; sees and changes only that owner's.
 */
export const tokenScope = z.enum(["admin", "service", "user"]);
export type TokenScope = z.infer<typeof tokenScope>;

export const tokenId = z
  .string()
  .regex(/^[a-z2-7]{16}$/, "must be a token's id: 16 characters of a-z, 2-7")
  .openapi({ example: "mfrggzdfmztwq2lk" });

export const token = z
  .strictObject({
    id: tokenId,
    name: z.string(),
    scope: tokenScope,
    owner: owner.nullable(),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().nullable(),
    revokedAt: z.iso.datetime().nullable(),
  })
  .openapi("Token");
export type Token = z.infer<typeof token>;
export const tokenList = z.strictObject({ items: z.array(token) }).openapi("TokenList");

export const createTokenBody = z
  .strictObject({
    name: z.string().regex(/^[\x20-\x7e]{1,80}$/, "must be 1 to 80 printable ASCII characters"),
    scope: tokenScope,
    /** Whose workspaces it may see and change: needed with, and only with, the scope `user`. */
    owner: owner.optional(),
    expiresInDays: z.int().min(1).max(3650).optional(),
  })
  .refine((body) => (body.scope === "user") === (body.owner !== undefined), {
    path: ["owner"],
    message: "must be given with the scope 'user', and only then",
  })
  .openapi("CreateToken", { example: { name: "backend", scope: "service", expiresInDays: 90 } });

/** The only answer that holds the secret: it is stored hashed and cannot be shown again. */
export const createdToken = z.strictObject({ token, secret: z.string() }).openapi("CreatedToken");

const check = z.strictObject({ ok: z.boolean(), reason: z.string().optional() });
export const readiness = z
  .strictObject({
    status: z.enum(["ready", "unready"]),
    checks: z.record(z.string(), check),
  })
  .openapi("Readiness");
export type ReadinessCheck = z.infer<typeof check>;
export const health = z.strictObject({ status: z.literal("ok") }).openapi("Health");

/** What became of a webhook. */
export const webhookAnswer = z
  .strictObject({
    result: z.enum(["accepted", "replayed", "ignored", "refused"]),
    /** What the new user's workspace costs a month; null where that cannot be told. */
    estimate: estimate.nullable().optional(),
  })
  .openapi("WebhookAnswer");
export type WebhookAnswer = z.infer<typeof webhookAnswer>;
