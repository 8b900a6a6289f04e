import { createRoute, z } from "@hono/zod-openapi";
import {
  accessAnswer,
  accessBody,
  accessSessionList,
  person,
  revokeQuery,
  share,
  shareList,
  workspaceUsage,
} from "../../contract/access.ts";
import { noQuery } from "../../contract/requests.ts";
import { workspaceId } from "../../contract/workspace.ts";
import { defined } from "../defined.ts";
import {
  answer,
  createRoutes,
  type RouteDeps,
  refusedAnywhere,
  refusedBody,
  refusedPath,
  refusedQuery,
  refusedState,
  secured,
  viewerOf,
} from "./shared.ts";

const tags = ["Access"];
const params = z.object({ id: workspaceId });
const shareParams = params.extend({ user: person });
const refused = { ...refusedAnywhere, ...refusedQuery, ...refusedPath };

const grant = createRoute({
  method: "post",
  path: "/v1/workspaces/{id}/access",
  operationId: "openWorkspace",
  summary: "A URL that opens a workspace in a browser, once, within a minute",
  description: [
    "For the product's backend, which knows who is signed in: it sends that user's browser there, as a page or in a frame.",
    "The browser gets a session of its own, which this call's caller never sees.",
  ].join(" "),
  tags,
  security: secured,
  request: {
    params,
    query: noQuery,
    // May be left out as a whole.
    body: { required: false, content: { "application/json": { schema: accessBody } } },
  },
  responses: { 201: answer("Where to send the browser.", accessAnswer), ...refused, ...refusedState, ...refusedBody },
});

const revoke = createRoute({
  method: "delete",
  path: "/v1/workspaces/{id}/access",
  operationId: "revokeAccess",
  summary: "End all sessions of a workspace, or one person's",
  description: "What they have open closes within two seconds.",
  tags,
  security: secured,
  request: { params, query: revokeQuery },
  responses: { 204: { description: "They are over." }, ...refused },
});

const sessions = createRoute({
  method: "get",
  path: "/v1/workspaces/{id}/sessions",
  operationId: "listSessions",
  summary: "Browsers that may open a workspace, newest first",
  tags,
  security: secured,
  request: { params, query: noQuery },
  responses: { 200: answer("The sessions.", accessSessionList), ...refused },
});

const shares = createRoute({
  method: "get",
  path: "/v1/workspaces/{id}/shares",
  operationId: "listShares",
  summary: "People who may open a workspace beside its owner",
  tags,
  security: secured,
  request: { params, query: noQuery },
  responses: { 200: answer("The people.", shareList), ...refused },
});

const addShare = createRoute({
  method: "put",
  path: "/v1/workspaces/{id}/shares/{user}",
  operationId: "shareWorkspace",
  summary: "Let somebody open a workspace that is not theirs",
  tags,
  security: secured,
  request: { params: shareParams, query: noQuery },
  responses: { 200: answer("They may.", share), ...refused, ...refusedState },
});

const removeShare = createRoute({
  method: "delete",
  path: "/v1/workspaces/{id}/shares/{user}",
  operationId: "unshareWorkspace",
  summary: "Take a share away, with what that person has open",
  tags,
  security: secured,
  request: { params: shareParams, query: noQuery },
  responses: { 204: { description: "It is gone." }, ...refused },
});

const usage = createRoute({
  method: "get",
  path: "/v1/workspaces/{id}/usage",
  operationId: "workspaceUsage",
  summary: "What passed to and from a workspace, and when last",
  tags,
  security: secured,
  request: { params, query: noQuery },
  responses: { 200: answer("The counts, a few seconds old at most.", workspaceUsage), ...refused },
});

/** The routes of who may open workspaces, and of what passed. */
export function accessRoutes({ access, log }: RouteDeps) {
  const routes = createRoutes();

  routes.openapi(grant, async (context) => {
    const { id } = context.req.valid("param");
    const order = defined(context.req.valid("json"));
    const { url, expiresAt } = await access.grant(id, order, viewerOf(context));
    log.info({ workspace: id, user: order.user, by: context.var.identity.subject }, "Access was given");
    return context.json({ url, expiresAt: expiresAt.toISOString() }, 201);
  });

  routes.openapi(revoke, async (context) => {
    const { id } = context.req.valid("param");
    const { user } = context.req.valid("query");
    await access.revoke(id, user, viewerOf(context));
    log.info({ workspace: id, user, by: context.var.identity.subject }, "Access was taken away");
    return context.body(null, 204);
  });

  routes.openapi(sessions, async (context) => {
    const items = await access.sessions(context.req.valid("param").id, viewerOf(context));
    return context.json({ items: [...items] }, 200);
  });

  routes.openapi(shares, async (context) => {
    const items = await access.shares(context.req.valid("param").id, viewerOf(context));
    return context.json({ items: [...items] }, 200);
  });

  routes.openapi(addShare, async (context) => {
    const { id, user } = context.req.valid("param");
    return context.json(await access.share(id, user, viewerOf(context)), 200);
  });

  routes.openapi(removeShare, async (context) => {
    const { id, user } = context.req.valid("param");
    await access.unshare(id, user, viewerOf(context));
    return context.body(null, 204);
  });

  routes.openapi(usage, async (context) =>
    context.json(await access.usage(context.req.valid("param").id, viewerOf(context)), 200),
  );

  return routes;
}
