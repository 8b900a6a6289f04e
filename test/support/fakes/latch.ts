/** A gate that tests open: what waits at it goes on when it opens. */
export interface Latch {
  /** Resolves when something has come to wait here. */
  readonly reached: Promise<void>;
  /** Waits until it opens; rejects with the signal's reason when that aborts first. */
  pass(signal?: AbortSignal): Promise<void>;
  open(): void;
}

export function createLatch(): Latch {
  const reached = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  return {
    reached: reached.promise,
    open: () => opened.resolve(),
    pass(signal) {
      reached.resolve();
      return untilAborted(opened.promise, signal);
    },
  };
}

/** The promise, or a rejection with the signal's reason when that aborts first. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  return Promise.race([promise, aborted.promise]).finally(() => signal.removeEventListener("abort", abort));
}
