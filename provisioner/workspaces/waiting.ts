import type { Operation } from "../contract/workspace.ts";
import type { Notifications } from "../store/notifications.ts";

/**
 * Milliseconds after which a waiter looks again all the same: a notification that got lost costs this much, and
 * nothing else.
 */
const lookAgainAfter = 10_000;

/** Resolves at the next notification of the operation (or when some may have been missed), or when the signal aborts. */
export function nextChange(notifications: Notifications, operation: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      stop();
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const stop = notifications.listen("operation", (payload) => {
      if (payload === null || payload === operation) end();
    });
    const timer = setTimeout(end, lookAgainAfter);
    signal.addEventListener("abort", end, { once: true });
  });
}

/** The operation when `read` shows it with an outcome, or as it is when the time is over. */
export async function untilSettled(
  notifications: Notifications,
  operation: string,
  milliseconds: number,
  read: () => Promise<Operation>,
): Promise<Operation> {
  const over = AbortSignal.timeout(Math.max(0, Math.min(milliseconds, 2 ** 31 - 1)));
  for (;;) {
    // Listen first, then look: what happens in between is not missed.
    const looked = new AbortController();
    const change = nextChange(notifications, operation, AbortSignal.any([over, looked.signal]));
    try {
      const current = await read();
      if (current.outcome !== null || over.aborted) return current;
      await change;
    } finally {
      looked.abort();
    }
  }
}
