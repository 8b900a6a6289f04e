import type { Database } from "../store/database.ts";
import { type RenewedRow, renewLease } from "./lease.ts";

export interface LeaseKeeper {
  stop(): void;
}

interface KeeperOptions {
  readonly database: Database;
  readonly workspace: string;
  readonly lease: string;
  /** Milliseconds; renewed three times in that. */
  readonly ttl: number;
  /** Called after each renewal: the row may have changed. */
  readonly onRenewed: (row: RenewedRow) => void;
  /** Called once when the lease is lost, or about to be: the run has to end before another's may begin. */
  readonly onLost: (reason: string) => void;
  readonly now?: () => number;
}

/** Renews a lease until stopped. One that cannot be renewed in time is given up *before* it runs out. */
export function keepLease(options: KeeperOptions): LeaseKeeper {
  const { database, workspace, lease, ttl, onRenewed, onLost, now = () => performance.now() } = options;
  let stopped = false;
  let good = now();
  const stop = () => {
    stopped = true;
    clearInterval(renewing);
    clearTimeout(fence);
  };
  const lose = (reason: string) => {
    if (stopped) return;
    stop();
    onLost(reason);
  };
  const arm = () => setTimeout(() => lose("it could not be renewed in time"), Math.max(0, good + ttl * 0.8 - now()));
  let fence = arm();
  let busy = false;
  const renewing = setInterval(() => {
    if (busy) return;
    busy = true;
    // The time before the request counts: the answer may have been long on its way.
    const asked = now();
    renewLease(database, workspace, lease, ttl)
      .then(
        (row) => {
          if (stopped) return;
          if (row === undefined) return lose("another took it");
          good = asked;
          clearTimeout(fence);
          fence = arm();
          onRenewed(row);
        },
        () => {
          // The fence falls in time if the database does not come back.
        },
      )
      .finally(() => {
        busy = false;
      });
  }, ttl / 3);
  return { stop };
}
