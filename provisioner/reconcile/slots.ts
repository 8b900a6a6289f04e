/** So many at once, in the order in which they came. */
export interface Slots {
  /** Waits for a free one and gives what frees it; rejects with the signal's reason when that aborts first. */
  take(signal: AbortSignal): Promise<() => void>;
  readonly taken: number;
  readonly waiting: number;
}

export function createSlots(count: number): Slots {
  let taken = 0;
  const waiting = new Set<() => void>();

  const release = () => {
    let released = false;
    return () => {
      if (released) return;
      released = true;
      taken -= 1;
      const [next] = waiting;
      next?.();
    };
  };

  return {
    get taken() {
      return taken;
    },
    get waiting() {
      return waiting.size;
    },
    take(signal) {
      if (signal.aborted) return Promise.reject(signal.reason);
      if (taken < count) {
        taken += 1;
        return Promise.resolve(release());
      }
      return new Promise((resolve, reject) => {
        const abort = () => {
          waiting.delete(begin);
          reject(signal.reason);
        };
        const begin = () => {
          waiting.delete(begin);
          signal.removeEventListener("abort", abort);
          taken += 1;
          resolve(release());
        };
        waiting.add(begin);
        signal.addEventListener("abort", abort, { once: true });
      });
    },
  };
}
