import { z } from "@hono/zod-openapi";
import { owner, workspaceId } from "./workspace.ts";

/** Somebody who may open a workspace: its owner, or one who was given a share. An id of the product's, as an owner is. */
export const person = owner;

export const accessBody = z
  .strictObject({
    /** Who opens it. Default: the owner; of a user's own token, that user. */
    user: person.optional(),
    /** Where the browser goes: path, query and fragment of the workspace's own. Default: "/". */
    path: z
      .string()
      .max(2048, "must have at most 2048 characters")
      .regex(/^\/(?![/\\])[\x21-\x7e]*$/, "must begin with one '/', and have printable ASCII characters only")
      .optional(),
    /** Whether a sleeping workspace is woken. Default: true. */
    wake: z.boolean().optional(),
  })
  .openapi("AccessRequest", { example: { user: "user_2abc", path: "/" } });

/** Where the browser is sent. The code in it works once. */
export const accessAnswer = z.strictObject({ url: z.url(), expiresAt: z.iso.datetime() }).openapi("Access", {
  example: {
    url: "https://alice.ws.example.com/.berth/enter#mfrggzdfmztwq2lkmfrggzdfmztwq2lkmfrggzdfmzt",
    expiresAt: "2026-11-05T12:01:00.000Z",
  },
});
export type AccessAnswer = z.infer<typeof accessAnswer>;

export const revokeQuery = z.strictObject({
  user: person.optional().openapi({ param: { name: "user", in: "query", description: "Only that person's." } }),
});

/** A browser that may open a workspace. */
export const accessSession = z
  .strictObject({
    user: person,
    /** Host name that it holds for: a workspace's ports have hosts of their own. */
    host: z.string(),
    createdAt: z.iso.datetime(),
    /** When it was last seen in use, at most an hour ago. */
    renewedAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
  })
  .openapi("AccessSession");
export const accessSessionList = z.strictObject({ items: z.array(accessSession) }).openapi("AccessSessionList");
export type AccessSession = z.infer<typeof accessSession>;

/** A person who may open somebody else's workspace. */
export const share = z.strictObject({ user: person, createdAt: z.iso.datetime() }).openapi("Share");
export const shareList = z.strictObject({ items: z.array(share) }).openapi("ShareList");
export type Share = z.infer<typeof share>;

/** What passed to and from a workspace, through the router. */
export const workspaceUsage = z
  .strictObject({
    workspace: workspaceId,
    requests: z.int(),
    /** Messages of WebSockets with data, both ways. */
    messages: z.int(),
    /** Bytes from browsers. */
    bytesIn: z.int(),
    /** Bytes to browsers. */
    bytesOut: z.int(),
    /** `null`: never used. */
    lastActiveAt: z.iso.datetime().nullable(),
  })
  .openapi("WorkspaceUsage");
export type WorkspaceUsage = z.infer<typeof workspaceUsage>;
