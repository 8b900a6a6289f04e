import { availableParallelism } from "node:os";
import type { Logger } from "pino";
import type { OperationKind } from "../contract/workspace.ts";
import type { Engine } from "../engine/engine.ts";
import { type Backoff, defaultBackoff } from "../lifecycle/failures.ts";
import type { Queue } from "../queue/queue.ts";
import type { Runtime } from "../runtimes/runtime.ts";
import type { Database } from "../store/database.ts";
import type { Notifications } from "../store/notifications.ts";
import { isProvablyDead } from "../store/process-id.ts";
import type { Holder } from "../store/schema.ts";
import type { WorkspaceSettings } from "../workspaces/settings.ts";

/** What a reconciler works with and on. None of it is started or closed by it. */
export interface ReconcilerDeps {
  readonly database: Database;
  readonly queue: Queue;
  readonly notifications: Notifications;
  readonly engine: Engine;
  readonly runtime: Runtime;
  readonly settings: WorkspaceSettings;
  readonly log: Logger;
  /** This process. */
  readonly holder: Holder;
  readonly options?: ReconcilerOptions;
  readonly observer?: Observer;
}

/** How a run ended. Each run ends in exactly one of these. */
export type RunEnd = "succeeded" | "retried" | "failed" | "superseded" | "handed-over" | "fenced";

/** Told what happens, for metrics. */
export interface Observer {
  runEnded?(run: {
    readonly kind: OperationKind;
    readonly end: RunEnd;
    /** Milliseconds by phase. */
    readonly timings: Readonly<Record<string, number>>;
  }): void;
  /** A lease of a holder that is gone was taken over. */
  tookOver?(): void;
}

export interface ReconcilerOptions {
  /** Runs at once: one that waits for the engine or for readiness costs little. @default 400 */
  readonly runs?: number;
  /** Engine runs at once. @default one for each processor, at least 2 */
  readonly engineRuns?: number;
  /** Milliseconds after which a lease that was not renewed is nobody's. @default 30 000 */
  readonly leaseTtl?: number;
  /** Milliseconds beyond that before another takes it: its holder must have ended its own run by then. @default 10 000 */
  readonly leaseGrace?: number;
  /** Milliseconds between looks for rows that nobody works on. @default 15 000 */
  readonly scanInterval?: number;
  readonly deadlines?: Partial<Deadlines>;
  readonly backoff?: Backoff;
  /** From 0 to 1. @default Math.random */
  readonly random?: () => number;
  /** @default by `/proc` */
  readonly isDead?: (holder: Holder) => boolean;
}

/** Milliseconds at most, by what is waited for. */
export interface Deadlines {
  readonly deploy: number;
  readonly destroy: number;
  readonly ready: number;
  readonly stopped: number;
  readonly gone: number;
}

/** Options with every default filled in. */
export type Tuning = Required<Omit<ReconcilerOptions, "deadlines">> & { readonly deadlines: Deadlines };

export function tuningOf(options: ReconcilerOptions = {}, holder: Holder): Tuning {
  return {
    runs: options.runs ?? 400,
    engineRuns: options.engineRuns ?? Math.max(2, availableParallelism()),
    leaseTtl: options.leaseTtl ?? 30_000,
    leaseGrace: options.leaseGrace ?? 10_000,
    scanInterval: options.scanInterval ?? 15_000,
    deadlines: {
      deploy: 300_000,
      destroy: 300_000,
      ready: 180_000,
      stopped: 120_000,
      gone: 300_000,
      ...options.deadlines,
    },
    backoff: options.backoff ?? defaultBackoff,
    random: options.random ?? Math.random,
    isDead: options.isDead ?? ((other) => isProvablyDead(other, holder)),
  };
}
