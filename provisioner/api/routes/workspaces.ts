import { createRoute, z } from "@hono/zod-openapi";
import { operationList, workspacePage } from "../../contract/answers.ts";
import {
  accepted,
  created,
  createWorkspaceBody,
  deleteWorkspaceQuery,
  idempotencyHeader,
  listWorkspacesQuery,
  noQuery,
  updateWorkspaceBody,
  waitQuery,
} from "../../contract/requests.ts";
import { workspace, workspaceId } from "../../contract/workspace.ts";
import type { Accepted } from "../../workspaces/service.ts";
import type { ApiContext, Identity } from "../context.ts";
import { defined } from "../defined.ts";
import { ApiProblem, shownValue } from "../problems.ts";
import { holdUntilSettled } from "../waiting.ts";
import {
  answer,
  createRoutes,
  locationHeader,
  type RouteDeps,
  refusedAnywhere,
  refusedBody,
  refusedOutcome,
  refusedPath,
  refusedQuery,
  refusedState,
  secured,
  viewerOf,
} from "./shared.ts";

const tags = ["Workspaces"];
const params = z.object({ id: workspaceId });

const changed = {
  200: answer("It is so now; `operation` is null when there was nothing to do.", accepted),
  202: { ...answer("It was accepted and is under way.", accepted), headers: locationHeader },
  ...refusedAnywhere,
  ...refusedQuery,
  ...refusedPath,
  ...refusedState,
  ...refusedOutcome,
};

const create = createRoute({
  method: "post",
  path: "/v1/workspaces",
  operationId: "createWorkspace",
  summary: "Create a workspace",
  tags,
  security: secured,
  request: {
    query: waitQuery,
    headers: idempotencyHeader,
    body: { required: true, content: { "application/json": { schema: createWorkspaceBody } } },
  },
  responses: {
    ...changed,
    200: answer("It was there; `operation` is null when there was nothing to do.", created),
    201: { ...answer("It was created and runs.", created), headers: locationHeader },
    202: { ...answer("It was accepted and is under way.", created), headers: locationHeader },
    ...refusedBody,
  },
});

const list = createRoute({
  method: "get",
  path: "/v1/workspaces",
  operationId: "listWorkspaces",
  summary: "List workspaces, a page at a time",
  tags,
  security: secured,
  request: { query: listWorkspacesQuery },
  responses: { 200: answer("A page.", workspacePage), ...refusedAnywhere, ...refusedQuery },
});

const get = createRoute({
  method: "get",
  path: "/v1/workspaces/{id}",
  operationId: "getWorkspace",
  summary: "Look at a workspace",
  tags,
  security: secured,
  request: { params, query: noQuery },
  responses: { 200: answer("The workspace.", workspace), ...refusedAnywhere, ...refusedQuery, ...refusedPath },
});

const update = createRoute({
  method: "patch",
  path: "/v1/workspaces/{id}",
  operationId: "updateWorkspace",
  summary: "Change a workspace's parameters",
  tags,
  security: secured,
  request: {
    params,
    query: waitQuery,
    body: { required: true, content: { "application/json": { schema: updateWorkspaceBody } } },
  },
  responses: { ...changed, ...refusedBody },
});

const remove = createRoute({
  method: "delete",
  path: "/v1/workspaces/{id}",
  operationId: "deleteWorkspace",
  summary: "Delete a workspace",
  description: "What becomes of its volume is the blueprint's habit unless `volumes` says it.",
  tags,
  security: secured,
  request: { params, query: deleteWorkspaceQuery },
  responses: changed,
});

function verb(name: "stop" | "start" | "repair", summary: string) {
  return createRoute({
    method: "post",
    path: `/v1/workspaces/{id}/${name}`,
    operationId: `${name}Workspace`,
    summary,
    tags,
    security: secured,
    request: { params, query: waitQuery },
    responses: changed,
  });
}

const operations = createRoute({
  method: "get",
  path: "/v1/workspaces/{id}/operations",
  operationId: "listOperations",
  summary: "A workspace's operations, newest first",
  tags,
  security: secured,
  request: { params, query: noQuery },
  responses: { 200: answer("The operations.", operationList), ...refusedAnywhere, ...refusedQuery, ...refusedPath },
});

/** The routes of workspaces. */
export function workspaceRoutes(deps: RouteDeps) {
  const { service } = deps;
  const routes = createRoutes();

  /** Holds as long as asked, then says how far it came. */
  const finish = async (context: ApiContext, change: Accepted, seconds: number) => {
    const settled = await holdUntilSettled(service, change, seconds, context.var.identity.subject, deps.held);
    if (settled.operation !== null) context.header("location", `/v1/operations/${settled.operation.id}`);
    return { body: { workspace: settled.workspace, operation: settled.operation }, pending: settled.pending };
  };

  routes.openapi(create, async (context) => {
    const body = context.req.valid("json");
    const key = context.req.valid("header")["idempotency-key"];
    const { owner, ...rest } = body;
    const change = await service.create(
      defined({ ...rest, owner: ownerFor(context.var.identity, owner) }),
      key === undefined ? undefined : { subject: context.var.identity.subject, key },
    );
    const { body: came, pending } = await finish(context, change, context.req.valid("query").wait ?? 0);
    const result = { ...came, estimate: change.estimate };
    if (pending) return context.json(result, 202);
    return change.created ? context.json(result, 201) : context.json(result, 200);
  });

  routes.openapi(list, async (context) => {
    const page = await service.list(defined(context.req.valid("query")), viewerOf(context));
    return context.json({ items: [...page.items], nextCursor: page.nextCursor }, 200);
  });

  routes.openapi(get, async (context) =>
    context.json(await service.get(context.req.valid("param").id, viewerOf(context)), 200),
  );

  routes.openapi(update, async (context) => {
    const { id } = context.req.valid("param");
    const change = await service.update(id, context.req.valid("json").parameters, viewerOf(context));
    const { body, pending } = await finish(context, change, context.req.valid("query").wait ?? 0);
    return context.json(body, pending ? 202 : 200);
  });

  routes.openapi(remove, async (context) => {
    const { volumes, wait } = context.req.valid("query");
    const change = await service.delete(context.req.valid("param").id, volumes, viewerOf(context));
    const { body, pending } = await finish(context, change, wait ?? 0);
    return context.json(body, pending ? 202 : 200);
  });

  const verbs = [
    { route: verb("stop", "Put a workspace to sleep"), run: service.stop },
    { route: verb("start", "Wake a workspace"), run: service.start },
    { route: verb("repair", "Begin anew what gave up"), run: service.repair },
  ];
  for (const { route, run } of verbs) {
    routes.openapi(route, async (context) => {
      const change = await run.call(service, context.req.valid("param").id, viewerOf(context));
      const { body, pending } = await finish(context, change, context.req.valid("query").wait ?? 0);
      return context.json(body, pending ? 202 : 200);
    });
  }

  routes.openapi(operations, async (context) => {
    const items = await service.operations(context.req.valid("param").id, viewerOf(context));
    return context.json({ items: [...items] }, 200);
  });

  return routes;
}

/** Whose the new workspace is: a user's own token can say only its owner, others must say one. */
function ownerFor({ viewer }: Identity, wanted: string | undefined): string {
  if (wanted === undefined) {
    if (viewer !== null) return viewer;
    throw new ApiProblem("invalid", "Wrong in the body: owner.", {
      errors: [{ field: "owner", value: "(missing)", fix: "is needed" }],
    });
  }
  if (viewer !== null && wanted !== viewer) {
    throw new ApiProblem("forbidden", "This token creates workspaces of its own owner only.", {
      errors: [{ field: "owner", value: shownValue(wanted), fix: "leave it out, or name the token's owner" }],
    });
  }
  return wanted;
}
