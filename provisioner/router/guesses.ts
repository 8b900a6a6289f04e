import { limitKey } from "../api/addresses.ts";

/** Counts sessions and codes that do not exist, and what is said to have been seen, by address: each costs a look into the database. */
export interface Guesses {
  /** Whether this address had too many within the minute. */
  exhausted(address: string): boolean;
  count(address: string): void;
}

const mostKnown = 100_000;

export function createGuesses(perMinute: number, now: () => number = () => performance.now()): Guesses {
  let counts = new Map<string, number>();
  let minute = 0;
  const current = () => {
    const present = Math.floor(now() / 60_000);
    if (present !== minute || counts.size > mostKnown) {
      minute = present;
      counts = new Map();
    }
    return counts;
  };
  return {
    exhausted: (address) => (current().get(limitKey(address)) ?? 0) >= perMinute,
    count(address) {
      const key = limitKey(address);
      current().set(key, (counts.get(key) ?? 0) + 1);
    },
  };
}
