import { Hono } from "hono";
import type { Registry } from "prom-client";
import type { ApiDeps } from "./deps.ts";
import { healthRoutes } from "./routes/health.ts";

/**
 * The figures, and how the process is: for a listener that only Prometheus and the kubelet reach. A process without the
 * API has no other one.
 */
export function createMetricsApp(registry: Registry, readiness: ApiDeps["readiness"]) {
  const app = new Hono();
  app.route("/", healthRoutes({ readiness, now: () => new Date() }));
  app.get("/metrics", async (context) =>
    context.body(await registry.metrics(), 200, { "content-type": registry.contentType, "cache-control": "no-store" }),
  );
  return app;
}
