import { createRoute, z } from "@hono/zod-openapi";
import { health, readiness } from "../../contract/answers.ts";
import { allow } from "../auth.ts";
import { answer, createRoutes, type RouteDeps, refusedAnywhere, secured } from "./shared.ts";

const tags = ["Health"];

const healthz = createRoute({
  method: "get",
  path: "/healthz",
  operationId: "health",
  summary: "Whether the process answers",
  tags,
  responses: { 200: answer("It does.", health) },
});

const readyz = createRoute({
  method: "get",
  path: "/readyz",
  operationId: "readiness",
  summary: "Whether it can do its work: database, cluster and queue",
  tags,
  responses: {
    200: answer("It can.", readiness),
    503: answer("It cannot; the checks say why.", readiness),
  },
});

const metrics = createRoute({
  method: "get",
  path: "/metrics",
  operationId: "metrics",
  summary: "Figures for Prometheus",
  description: "Needs an admin token here; a listener of its own, without, can be switched on (BERTH_METRICS_PORT).",
  tags,
  security: secured,
  responses: {
    200: { description: "The figures.", content: { "text/plain": { schema: z.string() } } },
    ...refusedAnywhere,
  },
});

/** Health and readiness, open to all: they say nothing that an outsider could use, and cost one look a second. */
export function healthRoutes(deps: Pick<RouteDeps, "readiness" | "now">) {
  const routes = createRoutes();
  const look = atMostEverySecond(deps.readiness, deps.now);
  routes.openapi(healthz, (context) => context.json({ status: "ok" as const }, 200));
  routes.openapi(readyz, async (context) => {
    const checks = await look();
    const ready = Object.values(checks).every(({ ok }) => ok);
    const body = { status: ready ? ("ready" as const) : ("unready" as const), checks: { ...checks } };
    return ready ? context.json(body, 200) : context.json(body, 503);
  });
  return routes;
}

/** Metrics behind an admin token: how many workspaces there are and how they fail is the operator's. */
export function metricsRoutes(deps: RouteDeps) {
  const routes = createRoutes();
  routes.openapi({ ...metrics, middleware: [allow("admin")] }, async (context) =>
    context.text(await deps.metrics.registry.metrics(), 200),
  );
  return routes;
}

function atMostEverySecond<T>(look: () => Promise<T>, now: () => Date): () => Promise<T> {
  let last: { readonly at: number; readonly answer: Promise<T> } | undefined;
  return () => {
    const at = now().getTime();
    if (last === undefined || at - last.at >= 1000) last = { at, answer: look() };
    return last.answer;
  };
}
