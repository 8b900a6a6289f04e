import type { OpenAPIHono } from "@hono/zod-openapi";
import { createMiddleware } from "hono/factory";
import { isLoopback } from "../api/addresses.ts";
import { completeDeps, createShell } from "../api/app.ts";
import { limitBody, readableJson } from "../api/body.ts";
import type { ApiEnv, Identity } from "../api/context.ts";
import type { ApiDeps } from "../api/deps.ts";
import { ApiProblem } from "../api/problems.ts";
import { compatRoutes } from "./routes.ts";

/**
 * The compatibility routes without tokens, for a listener that only the product's own services reach (`host` is what it
 * listens on). Browsers are kept out: a page anywhere could otherwise make its visitors' browsers call it.
 */
export function createPrivateApi(deps: ApiDeps, host: string): OpenAPIHono<ApiEnv> {
  const routeDeps = completeDeps({ ...deps, corsOrigins: [] });
  const app = createShell(routeDeps);
  app.use(keepBrowsersOut(host), limitBody(routeDeps.limits.bodyBytes), readableJson());
  app.use(
    createMiddleware<ApiEnv>(async (context, next) => {
      context.set("identity", trusted);
      await next();
    }),
  );
  app.route("/", compatRoutes(routeDeps));
  return app;
}

const trusted: Identity = {
  subject: "private-listener",
  scope: "service",
  viewer: null,
  stillValid: () => Promise.resolve(true),
};

function keepBrowsersOut(host: string) {
  return createMiddleware<ApiEnv>(async (context, next) => {
    // `sec-fetch-mode` alone says nothing: Node's own fetch sends it too.
    const browser = ["origin", "sec-fetch-site"].some((name) => context.req.header(name) !== undefined);
    // A name that its owner points at the loopback (DNS rebinding) is not one of ours.
    const asked = (context.req.header("host") ?? "").replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
    if (browser || (isLoopback(host) && !isLoopback(asked))) {
      throw new ApiProblem("forbidden", "This listener is for the product's own services, not for browsers.");
    }
    await next();
  });
}
