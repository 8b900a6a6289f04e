import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { Refusal } from "./refusals.ts";

/** What became of a request. */
export type Outcome = "forwarded" | "upgraded" | "own" | "preflight" | "waiting" | "stranger" | "refused" | "failed";

/** What the router counts. Labels are of closed sets: no host, workspace or person is one. */
export interface RouterMetrics {
  readonly requests: Counter<"outcome">;
  readonly refusals: Counter<"reason">;
  readonly bytes: Counter<"direction">;
  /** Looks at who may pass, by whether they were answered from memory. */
  readonly looks: Counter<"from">;
  /** Seconds that a request waited for the router itself. */
  readonly added: Histogram;
}

export function createRouterMetrics(
  registry: Registry,
  open: { readonly streams: () => number; readonly connections: () => number },
): RouterMetrics {
  const registers = [registry];
  new Gauge({
    name: "berth_router_streams",
    help: "Open WebSockets.",
    registers,
    collect() {
      this.set(open.streams());
    },
  });
  new Gauge({
    name: "berth_router_connections",
    help: "Open connections of browsers or their edge.",
    registers,
    collect() {
      this.set(open.connections());
    },
  });
  return {
    requests: new Counter({
      name: "berth_router_requests_total",
      help: "Requests by what became of them.",
      labelNames: ["outcome"],
      registers,
    }),
    refusals: new Counter({
      name: "berth_router_refusals_total",
      help: "Requests that went no further, by why.",
      labelNames: ["reason"],
      registers,
    }),
    bytes: new Counter({
      name: "berth_router_bytes_total",
      help: "Bytes from browsers (in) and to them (out).",
      labelNames: ["direction"],
      registers,
    }),
    looks: new Counter({
      name: "berth_router_session_looks_total",
      help: "Looks at sessions, answered from memory or by the database.",
      labelNames: ["from"],
      registers,
    }),
    added: new Histogram({
      name: "berth_router_added_seconds",
      help: "Time that a request waited for the router, not for its workspace.",
      buckets: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1],
      registers,
    }),
  };
}

export type { Refusal };
