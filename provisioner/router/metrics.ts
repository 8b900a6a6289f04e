import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { Refusal } from "./refusals.ts";

/** What became of a request. */
export type Outcome = "forwarded" | "upgraded" | "own" | "preflight" | "waiting" | "stranger" | "refused" | "failed";

/** What the router counts. Labels are of closed sets: no host, workspace or person is one. */
export interface RouterMetrics {
  count(outcome: Outcome): void;
  refuse(reason: Refusal): void;
  /** Who may pass was looked up. */
  look(from: "memory" | "database"): void;
  /** A request was sent on: since when it was here, by the clock of `performance.now()`. */
  sent(since: number): void;
}

/** One in so many requests is timed: timing each would add to what is measured. */
const timedShare = 64;

export function createRouterMetrics(
  registry: Registry,
  open: {
    readonly streams: () => number;
    readonly connections: () => number;
    /** Bytes from browsers and to them, so far. */
    readonly bytes: () => { readonly in: number; readonly out: number };
  },
): RouterMetrics {
  const registers = [registry];
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      ...{ name, help, registers },
      collect() {
        this.set(value());
      },
    });
  gauge("berth_router_streams", "Open WebSockets.", open.streams);
  gauge("berth_router_connections", "Open connections of browsers or their edge.", open.connections);
  const bytes = () => Object.entries(open.bytes());
  counted(registry, "berth_router_bytes_total", "Bytes from browsers (in) and to them (out).", "direction", bytes);
  const tally = (name: string, help: string, label: string) => {
    const counts = new Map<string, number>();
    counted(registry, name, help, label, () => [...counts]);
    return (value: string) => {
      counts.set(value, (counts.get(value) ?? 0) + 1);
    };
  };
  const added = new Histogram({
    name: "berth_router_added_seconds",
    help: `Time from a request's head to its way on, of one in ${timedShare}: looking up who may pass, finding the workspace, connecting.`,
    buckets: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1],
    registers,
  });
  let requests = 0;
  return {
    count: tally("berth_router_requests_total", "Requests by what became of them.", "outcome"),
    refuse: tally("berth_router_refusals_total", "Requests that went no further, by why.", "reason"),
    look: tally(
      "berth_router_session_looks_total",
      "Looks at sessions, answered from memory or by the database.",
      "from",
    ),
    sent(since) {
      requests += 1;
      if (requests % timedShare === 0) added.observe((performance.now() - since) / 1000);
    },
  };
}

/** A counter that is counted elsewhere, more cheaply, and read when somebody looks. */
function counted(
  registry: Registry,
  name: string,
  help: string,
  label: string,
  read: () => readonly (readonly [string, number])[],
): void {
  new Counter({
    ...{ name, help, labelNames: [label], registers: [registry] },
    collect() {
      this.reset();
      for (const [value, count] of read()) this.inc({ [label]: value }, count);
    },
  });
}
