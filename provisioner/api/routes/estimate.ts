import { createRoute } from "@hono/zod-openapi";
import { estimate, estimateBody } from "../../contract/estimate.ts";
import { noQuery } from "../../contract/requests.ts";
import { defined } from "../defined.ts";
import { answer, createRoutes, type RouteDeps, refusedAnywhere, refusedBody, secured } from "./shared.ts";

const ask = createRoute({
  method: "post",
  path: "/v1/estimate",
  operationId: "estimate",
  summary: "What workspaces would cost a month",
  description: [
    "US dollars by item: the share of a node for the hours awake, the volume and its backups always. Nothing is changed.",
    "`assumptions` says what is taken for granted: where the nodes are, of which type, what fits one, whose prices.",
  ].join(" "),
  tags: ["Costs"],
  security: secured,
  request: {
    query: noQuery,
    body: { required: true, content: { "application/json": { schema: estimateBody } } },
  },
  responses: { 200: answer("The estimate.", estimate), ...refusedAnywhere, ...refusedBody },
});

/** The route of estimates. */
export function estimateRoutes({ service }: RouteDeps) {
  const routes = createRoutes();
  routes.openapi(ask, (context) => context.json(service.estimate(defined(context.req.valid("json"))), 200));
  return routes;
}
