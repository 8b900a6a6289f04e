import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { Engine } from "./engine/engine.ts";
import type { Observer } from "./reconcile/options.ts";
import type { Reconciler } from "./reconcile/reconciler.ts";

/** Counts runs by what they were for and how they ended, and their time by phase. */
export function observeRuns(registry: Registry): Observer {
  const runs = new Counter({
    name: "berth_runs_total",
    help: "Runs of operations by kind and end; a retried operation has several.",
    labelNames: ["kind", "end"],
    registers: [registry],
  });
  const phases = new Histogram({
    name: "berth_run_phase_seconds",
    help: "Time of runs by kind and phase.",
    labelNames: ["kind", "phase"],
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300],
    registers: [registry],
  });
  const takeovers = new Counter({
    name: "berth_takeovers_total",
    help: "Leases that were taken over from a holder that died.",
    registers: [registry],
  });
  return {
    runEnded({ kind, end, timings }) {
      runs.inc({ kind, end });
      for (const [phase, milliseconds] of Object.entries(timings)) phases.observe({ kind, phase }, milliseconds / 1000);
    },
    tookOver: () => takeovers.inc(),
  };
}

/** Shows what runs now, whenever somebody looks. */
export function showStats(registry: Registry, engine: Engine, reconciler: Reconciler): void {
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  gauge("berth_runs", "Workspaces worked on now.", () => reconciler.stats().runs);
  gauge("berth_engine_waiting", "Runs that wait for a place in the engine.", () => reconciler.stats().engine.waiting);
  gauge("berth_engine_running", "Engine operations now.", () => engine.usage().running);
  gauge("berth_engine_idle_workers", "Engine workers that wait ready.", () => engine.usage().idle);
}
