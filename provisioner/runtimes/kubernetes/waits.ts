import { RuntimeError } from "../runtime.ts";
import type { Changes } from "./cache.ts";

export interface Waiting {
  /** Milliseconds to wait at most. */
  readonly deadline: number;
  readonly signal?: AbortSignal | undefined;
}

/** Turns changes of the cache into promises: each is looked at when something happened, never in between. */
export interface Waits {
  /**
   * Resolves with the first value that `look` gives; looks at once and after each change of that workspace. At the
   * deadline it rejects with `timeout` and what `late` says.
   */
  until<T>(
    workspace: string,
    waiting: Waiting,
    look: () => T | undefined,
    late: () => string | Promise<string>,
  ): Promise<T>;
  /** Rejects all that wait. */
  close(): void;
}

export function createWaits(changes: Changes): Waits {
  const open = new Set<(error: Error) => void>();
  return {
    until(workspace, { deadline, signal }, look, late) {
      return new Promise((resolve, reject) => {
        const end = (): void => {
          clearTimeout(timer);
          unsubscribe();
          signal?.removeEventListener("abort", aborted);
          open.delete(fail);
        };
        const fail = (error: unknown): void => {
          end();
          reject(error);
        };
        const aborted = (): void => fail(signal?.reason);
        const attempt = (): void => {
          try {
            const value = look();
            if (value === undefined) return;
            end();
            resolve(value);
          } catch (error) {
            fail(error);
          }
        };
        const expired = async (): Promise<void> => {
          end();
          // Told by a promise because it may ask the cluster for its events; whatever that says, time is over.
          const why = await Promise.resolve(late()).catch(() => "");
          reject(
            new RuntimeError("timeout", `${workspace}: ${why || "it did not happen"} (after ${seconds(deadline)}).`),
          );
        };
        const unsubscribe = changes.subscribe(workspace, attempt);
        const timer = setTimeout(expired, deadline);
        open.add(fail);
        if (signal?.aborted) return aborted();
        signal?.addEventListener("abort", aborted, { once: true });
        attempt();
      });
    },
    close() {
      for (const fail of [...open]) fail(new RuntimeError("unreachable", "The runtime was closed."));
    },
  };
}

const firstPauseMs = 100;
const longestPauseMs = 5_000;

/** Asks again, ever more slowly, while the cluster does not answer; until the deadline, then that is the error. */
export async function patiently<T>(ask: () => Promise<T>, { deadline, signal }: Waiting): Promise<T> {
  const since = Date.now();
  for (let pause = firstPauseMs; ; pause = Math.min(pause * 2, longestPauseMs)) {
    try {
      signal?.throwIfAborted();
      return await ask();
    } catch (error) {
      const left = since + deadline - Date.now();
      if (!(error instanceof RuntimeError) || error.kind !== "unreachable" || left <= 0) throw error;
      await pauseFor(Math.min(pause, left), signal);
    }
  }
}

/** Resolves after this time, or when the signal aborts. */
export function pauseFor(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    if (signal?.aborted) done();
    signal?.addEventListener("abort", done, { once: true });
  });
}

/** What is left of a waiting that began at `since`. */
export function remaining(waiting: Waiting, since: number): Waiting {
  return { ...waiting, deadline: Math.max(1, waiting.deadline - (Date.now() - since)) };
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 100) / 10} s`;
}
