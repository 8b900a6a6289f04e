/** How long users waited, and how many were served in a second. */
export interface Latencies {
  /** Seconds from the request until Ready: for half of the users at most this … */
  readonly p50: number;
  /** … for 95 of 100 … */
  readonly p95: number;
  /** … and for the unluckiest. */
  readonly max: number;
  /** Workspaces that became Ready in a second, from the first request to the last Ready. */
  readonly rate: number;
}

/**
 * @param milliseconds each user's wait
 * @param wall milliseconds from the first request to the last Ready
 */
export function summarize(milliseconds: readonly number[], wall: number): Latencies {
  const sorted = milliseconds.toSorted((one, other) => one - other);
  return {
    p50: seconds(percentile(sorted, 0.5)),
    p95: seconds(percentile(sorted, 0.95)),
    max: seconds(sorted.at(-1) ?? 0),
    rate: wall > 0 ? Math.round((sorted.length / wall) * 1e5) / 100 : 0,
  };
}

/** The value that this share of all values does not exceed (nearest rank). */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

function seconds(milliseconds: number): number {
  return Math.round(milliseconds) / 1000;
}

/** Does the work for each item, so many at a time, and returns the results in the items' order. */
export async function inParallel<T, R>(
  items: readonly T[],
  concurrency: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results = new Map<number, R>();
  const queue = items.entries();
  const lane = async (): Promise<void> => {
    for (const [index, item] of queue) results.set(index, await work(item));
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, lane));
  return [...results].toSorted(([one], [other]) => one - other).map(([, result]) => result);
}

/** What `inParallel` measured: each item's milliseconds, and the whole. */
export async function timed<T>(
  items: readonly T[],
  concurrency: number,
  work: (item: T) => Promise<unknown>,
): Promise<{ readonly each: readonly number[]; readonly wall: number }> {
  const start = performance.now();
  const each = await inParallel(items, concurrency, async (item) => {
    const began = performance.now();
    await work(item);
    return performance.now() - began;
  });
  return { each, wall: performance.now() - start };
}
