import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { ApiEnv } from "../api/context.ts";
import { answer, createRoutes, type RouteDeps } from "../api/routes/shared.ts";
import { health } from "../contract/answers.ts";
import { matrixRoutes } from "./matrix.ts";
import { nelieoRoutes } from "./nelieo.ts";

const healthRoute = createRoute({
  method: "get",
  path: "/health",
  operationId: "compatHealth",
  summary: "Whether the process answers, where Matrix OS's checks look",
  tags: ["Compatibility"],
  responses: { 200: answer("It does.", health) },
});

/** All compatibility routes. Whoever serves them has made sure of who asks. */
export function compatRoutes(deps: RouteDeps): OpenAPIHono<ApiEnv> {
  const routes = createRoutes();
  routes.openapi(healthRoute, (context) => context.json({ status: "ok" as const }, 200));
  routes.route("/", nelieoRoutes(deps));
  routes.route("/", matrixRoutes(deps));
  return routes;
}
