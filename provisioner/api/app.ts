import { randomUUID } from "node:crypto";
import { OpenAPIHono } from "@hono/zod-openapi";
import type { Hono } from "hono";
import { cors } from "hono/cors";
import { createMiddleware } from "hono/factory";
import { routePath } from "hono/route";
import { secureHeaders } from "hono/secure-headers";
import { compatRoutes } from "../compat/routes.ts";
import { createAddressOf } from "./addresses.ts";
import { allow, authenticate, createRefusals } from "./auth.ts";
import { limitBody, readableJson } from "./body.ts";
import type { ApiEnv } from "./context.ts";
import { type ApiDeps, defaultLimits } from "./deps.ts";
import { describeApi } from "./openapi.ts";
import { problemResponse, refuseInvalid, toProblem } from "./problems.ts";
import { accessRoutes } from "./routes/access.ts";
import { blueprintRoutes } from "./routes/blueprints.ts";
import { estimateRoutes } from "./routes/estimate.ts";
import { healthRoutes, metricsRoutes } from "./routes/health.ts";
import { operationRoutes } from "./routes/operations.ts";
import type { RouteDeps } from "./routes/shared.ts";
import { signupRoutes } from "./routes/signup.ts";
import { tokenRoutes } from "./routes/tokens.ts";
import { volumeRoutes } from "./routes/volumes.ts";
import { workspaceRoutes } from "./routes/workspaces.ts";
import { createNotFound } from "./routing.ts";
import { createSlots } from "./slots.ts";
import { endingWaits } from "./stopping.ts";
import { isUnreachable } from "./unreachable.ts";

/** The API as a Hono app: `app.request()` in tests, a Node server in `server.ts`. */
export function createApi(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const routeDeps = completeDeps(deps);
  const addressOf = createAddressOf(deps.trustedProxies ?? []);
  const refusals = createRefusals(routeDeps.limits.refusalsPerMinute, addressOf);
  const auth = authenticate(
    {
      tokens: deps.tokens,
      adminToken: deps.adminToken,
      requestsPerMinute: routeDeps.limits.requestsPerMinute,
      now: routeDeps.now,
    },
    refusals,
  );
  const app = createShell(routeDeps);

  app.route("/", healthRoutes(routeDeps));
  // Made once, when all routes are there: they do not change.
  let document: ReturnType<typeof describeApi> | undefined;
  app.get("/openapi.json", (context) => {
    document ??= describeApi(app);
    return context.json(document);
  });

  // The signature is this route's proof of who asks: it comes before the rule that a token is needed.
  app.use("/v1/webhooks/*", limitBody(routeDeps.limits.bodyBytes));
  app.route("/", signupRoutes(routeDeps, refusals));

  for (const path of ["/v1/*", "/metrics", "/api/v1/*", "/containers", "/containers/*"]) {
    app.use(path, auth, limitBody(routeDeps.limits.bodyBytes), readableJson());
  }
  for (const path of ["/api/v1/*", "/containers", "/containers/*"]) app.use(path, allow("admin", "service"));
  app.route("/", metricsRoutes(routeDeps));
  app.route("/", workspaceRoutes(routeDeps));
  app.route("/", accessRoutes(routeDeps));
  app.route("/", operationRoutes(routeDeps));
  app.route("/", blueprintRoutes(routeDeps));
  app.route("/", estimateRoutes(routeDeps));
  app.route("/", volumeRoutes(routeDeps));
  app.route("/", tokenRoutes(routeDeps));
  app.route("/", compatRoutes(routeDeps));
  return app;
}

/** What every listener has, whichever routes it serves: request ids, headers, log lines, figures, problem documents. */
export function createShell(deps: RouteDeps): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: refuseInvalid });
  const notFound = createNotFound(app);
  app.use(observe(deps));
  app.use(
    secureHeaders({
      contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
      strictTransportSecurity: "max-age=31536000; includeSubDomains",
      referrerPolicy: "no-referrer",
      xFrameOptions: "DENY",
    }),
  );
  const origins = new Set(deps.corsOrigins ?? []);
  app.use(
    cors({
      origin: (origin) => (origins.has(origin) ? origin : null),
      allowMethods: ["GET", "POST", "PUT", "PATCH", "DELETE"],
      allowHeaders: ["authorization", "content-type", "idempotency-key", "last-event-id"],
      exposeHeaders: ["location", "retry-after", "x-request-id"],
      maxAge: 600,
    }),
  );
  app.notFound((context) => {
    const problem = notFound(context.req.path, context.req.method);
    return problemResponse(problem, context.var.requestId, isCompatible(context.req.path));
  });
  app.onError((error, context) => {
    const problem = toProblem(error);
    if (problem.code === "over-budget") deps.metrics.overBudget.inc({ route: routePath(context, -1) });
    if (problem.code === "internal" || isUnreachable(error)) {
      deps.log.error({ err: error, request: context.var.requestId, route: routePath(context, -1) }, "A request failed");
    }
    return problemResponse(problem, context.var.requestId, isCompatible(context.req.path));
  });
  return app;
}

/** Fills in what the caller left to us, and makes what all groups of routes share. */
export function completeDeps(deps: ApiDeps): RouteDeps {
  const limits = { ...defaultLimits, ...deps.limits };
  const stopping = deps.stopping ?? new AbortController().signal;
  return {
    ...deps,
    service: endingWaits(deps.service, stopping),
    stopping,
    limits,
    now: deps.now ?? (() => new Date()),
    held: createSlots(limits.heldRequests, deps.metrics.held),
    streams: createSlots(limits.streams, deps.metrics.streams),
  };
}

/** One log line and one figure per request; neither holds a query, a header or a body, where secrets may stand. */
function observe({ log, metrics, now }: RouteDeps) {
  return createMiddleware<ApiEnv>(async (context, next) => {
    const requestId = randomUUID();
    context.set("requestId", requestId);
    const began = now().getTime();
    await next();
    context.header("x-request-id", requestId);
    if (context.res.headers.get("cache-control") === null) context.header("cache-control", "no-store");
    const milliseconds = now().getTime() - began;
    const route = routePath(context, -1);
    const { status } = context.res;
    metrics.requests.observe(
      { method: knownMethod(context.req.method), route, status: String(status) },
      milliseconds / 1000,
    );
    const identity: string | undefined = context.get("identity")?.subject;
    log[status >= 500 ? "warn" : "debug"](
      { request: requestId, method: context.req.method, route, status, milliseconds, identity },
      "Answered",
    );
  });
}

function knownMethod(method: string): string {
  return ["GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"].includes(method) ? method : "other";
}

/** Paths whose clients read `error`. */
function isCompatible(path: string): boolean {
  return path.startsWith("/api/v1/") || path === "/containers" || path.startsWith("/containers/");
}

/** What is served: the API, or the compatibility routes alone. */
export type Api = Hono<ApiEnv>;
