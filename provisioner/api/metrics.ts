import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** What the API counts. The registry is shared with the other parts of a process. */
export interface ApiMetrics {
  readonly registry: Registry;
  /** Seconds by method, route (the pattern, never the path: its ids are without end) and status. */
  readonly requests: Histogram<"method" | "route" | "status">;
  readonly streams: Gauge;
  readonly held: Gauge;
  readonly webhooks: Counter<"type" | "result">;
  /** Refusals by route, of requests that would have cost more than they may. */
  readonly overBudget: Counter<"route">;
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
    overBudget: new Counter({
      name: "berth_over_budget_total",
      help: "Requests that were refused because of what they would cost.",
      labelNames: ["route"],
      registers: [registry],
    }),
  };
}

/** Adds memory, CPU and event-loop figures of this process. */
export function collectProcessMetrics(registry: Registry): void {
  collectDefaultMetrics({ register: registry, prefix: "berth_" });
}
