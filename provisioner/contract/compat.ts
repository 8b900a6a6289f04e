import { z } from "@hono/zod-openapi";
import { estimate } from "./estimate.ts";
import { handle, owner } from "./workspace.ts";

/** The bodies below name what those systems' documents name; what else their clients send is not looked at. */

export const desktopProvisionBody = z
  .object({
    /** Becomes the host label as it is; a wrong, reserved or taken one is refused. */
    userId: handle,
    email: z.string().max(320).optional(),
  })
  .openapi("DesktopProvision", { example: { userId: "user123", email: "user@example.com" } });

export const desktopProvisioned = z
  .strictObject({ userId: z.string(), workspaceUrl: z.url(), status: z.literal("provisioned") })
  .openapi("DesktopProvisioned");

export const desktopStatus = z
  .strictObject({
    userId: z.string(),
    status: z.strictObject({ replicas: z.int(), readyReplicas: z.int() }),
    workspaceUrl: z.url(),
  })
  .openapi("DesktopStatus");

export const desktopDeleted = z
  .strictObject({ status: z.literal("deleted"), userId: z.string() })
  .openapi("DesktopDeleted");

export const containerProvisionBody = z
  .object({
    /** Becomes the host label as it is; a wrong, reserved or taken one is refused. */
    handle: z.string().min(1).max(253),
    clerkUserId: owner,
  })
  .openapi("ContainerProvision", { example: { handle: "alice", clerkUserId: "user_123" } });

export const containerStatus = z.enum(["provisioning", "running", "stopped", "destroying", "error"]);
export type ContainerStatus = z.infer<typeof containerStatus>;

export const container = z
  .strictObject({
    handle: z.string(),
    clerkUserId: z.string(),
    containerId: z.string(),
    /** Ports that the workspace serves its gateway and its shell on. */
    port: z.int(),
    shellPort: z.int(),
    status: containerStatus,
    createdAt: z.iso.datetime(),
    lastActive: z.iso.datetime(),
  })
  .openapi("Container");
export type Container = z.infer<typeof container>;

/** A provision's answer: the documented fields, and what the home costs a month, which their clients do not look at. */
export const containerProvisioned = container.extend({ estimate: estimate.nullable() }).openapi("ContainerProvisioned");

export const containerList = z.array(container).openapi("ContainerList");
export const containersQuery = z.strictObject({ status: z.enum(["running", "stopped"]).optional() });
export const containerDone = z.strictObject({ ok: z.literal(true) }).openapi("ContainerDone");
