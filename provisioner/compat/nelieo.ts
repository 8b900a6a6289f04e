import { createRoute, z } from "@hono/zod-openapi";
import { ApiProblem } from "../api/problems.ts";
import {
  answer,
  createRoutes,
  type RouteDeps,
  refusedAnywhere,
  refusedBody,
  refusedOutcome,
  refusedPath,
  refusedState,
  secured,
} from "../api/routes/shared.ts";
import { desktopDeleted, desktopProvisionBody, desktopProvisioned, desktopStatus } from "../contract/compat.ts";
import { owner } from "../contract/workspace.ts";
import { blaming, provision } from "./provision.ts";

const tags = ["Compatibility"];
const params = z.object({ userId: owner });
const blueprint = "desktop";

const create = createRoute({
  method: "post",
  path: "/api/v1/workspace/provision",
  operationId: "provisionDesktop",
  summary: "Give a user a desktop, or find and wake theirs",
  description: [
    "The viewer posts at every mount and then shows `workspaceUrl` at once, so the answer is held until the desktop",
    "runs, or for the configured time (60 s): 200 when it runs, 202 with the same body when it is still on its way.",
  ].join(" "),
  tags,
  security: secured,
  request: { body: { required: true, content: { "application/json": { schema: desktopProvisionBody } } } },
  responses: {
    200: answer("It runs.", desktopProvisioned),
    202: answer("It is on its way.", desktopProvisioned),
    ...refusedAnywhere,
    ...refusedBody,
    ...refusedState,
    ...refusedOutcome,
  },
});

const status = createRoute({
  method: "get",
  path: "/api/v1/workspace/{userId}/status",
  operationId: "desktopStatus",
  summary: "How many copies of a user's desktop are wanted, and how many answer: 0 or 1",
  tags,
  security: secured,
  request: { params },
  responses: { 200: answer("The status.", desktopStatus), ...refusedAnywhere, ...refusedPath },
});

const remove = createRoute({
  method: "delete",
  path: "/api/v1/workspace/{userId}",
  operationId: "deleteDesktop",
  summary: "Delete a user's desktop",
  description: "Held as a provision is: 200 when it is gone, 202 with the same body when it is still on its way.",
  tags,
  security: secured,
  request: { params },
  responses: {
    200: answer("It is gone.", desktopDeleted),
    202: answer("It is being deleted.", desktopDeleted),
    ...refusedAnywhere,
    ...refusedPath,
    ...refusedState,
    ...refusedOutcome,
  },
});

/** The three calls that Nelieo's documents show. The user's id is the host label, or the call is refused. */
export function nelieoRoutes({ service, compat }: RouteDeps) {
  const routes = createRoutes();
  const milliseconds = compat.holdSeconds * 1000;

  const find = async (userId: string) => {
    const { items } = await service.list({ owner: userId, name: blueprint, blueprint }, null);
    const [workspace] = items;
    if (workspace === undefined) throw new ApiProblem("not-found", "This user has no workspace.");
    return workspace;
  };

  routes.openapi(create, async (context) => {
    const { userId } = context.req.valid("json");
    const { workspace, ready } = await provision(
      service,
      { owner: userId, handle: userId, handleFallback: "refuse", name: blueprint, blueprint },
      milliseconds,
    ).catch(blaming({ owner: "userId", handle: "userId" }));
    const body = { userId, workspaceUrl: workspace.url, status: "provisioned" as const };
    return ready ? context.json(body, 200) : context.json(body, 202);
  });

  routes.openapi(status, async (context) => {
    const { userId } = context.req.valid("param");
    const { desired, phase, url } = await find(userId);
    const replicas = desired === "running" ? 1 : 0;
    const readyReplicas = replicas === 1 && phase === "running" ? 1 : 0;
    return context.json({ userId, status: { replicas, readyReplicas }, workspaceUrl: url }, 200);
  });

  routes.openapi(remove, async (context) => {
    const { userId } = context.req.valid("param");
    const { operation } = await service.delete((await find(userId)).id, undefined, null);
    const settled = operation === null ? null : await service.settled(operation.id, milliseconds);
    if (settled?.outcome === "failed") {
      throw new ApiProblem("operation-failed", "The workspace could not be deleted.", { operation: settled.id });
    }
    const body = { status: "deleted" as const, userId };
    return settled?.outcome === null ? context.json(body, 202) : context.json(body, 200);
  });

  return routes;
}
