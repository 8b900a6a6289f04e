import { Hono } from "hono";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** What the API counts. The registry is shared with the other parts of a process. */
export interface ApiMetrics {
  readonly registry: Registry;
  /** Seconds by method, route (the pattern, never the path: its ids are without end) and status. */
  readonly requests: Histogram<"method" | "route" | "status">;
  readonly streams: Gauge;
  readonly held: Gauge;
  readonly webhooks: Counter<"type" | "result">;
}

export function createApiMetrics(registry = new Registry()): ApiMetrics {
  return {
    registry,
    requests: new Histogram({
      name: "berth_http_request_seconds",
      help: "Time until a request is answered; of a stream, until it begins.",
      labelNames: ["method", "route", "status"],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
      registers: [registry],
    }),
    streams: new Gauge({ name: "berth_http_streams", help: "Open log streams.", registers: [registry] }),
    held: new Gauge({ name: "berth_http_held_requests", help: "Requests held by ?wait=.", registers: [registry] }),
    webhooks: new Counter({
      name: "berth_signup_webhooks_total",
      help: "Sign-up webhooks by type and what became of them.",
      labelNames: ["type", "result"],
      registers: [registry],
    }),
  };
}

/** Adds memory, CPU and event-loop figures of this process. */
export function collectProcessMetrics(registry: Registry): void {
  collectDefaultMetrics({ register: registry, prefix: "berth_" });
}

/** The figures alone, for a listener that only Prometheus reaches. */
export function createMetricsApp(registry: Registry) {
  const app = new Hono();
  app.get("/metrics", async (context) =>
    context.body(await registry.metrics(), 200, { "content-type": registry.contentType, "cache-control": "no-store" }),
  );
  return app;
}
