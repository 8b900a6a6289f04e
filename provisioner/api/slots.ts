import type { Gauge } from "prom-client";

/** Places that each subject may take a few of at once. */
export interface Slots {
  /** Takes one; null when this subject has no more. Give it back exactly once. */
  take(subject: string): (() => void) | null;
}

export function createSlots(each: number, gauge: Gauge): Slots {
  const taken = new Map<string, number>();
  return {
    take(subject) {
      const now = taken.get(subject) ?? 0;
      if (now >= each) return null;
      taken.set(subject, now + 1);
      gauge.inc();
      let given = false;
      return () => {
        if (given) return;
        given = true;
        gauge.dec();
        const left = (taken.get(subject) ?? 1) - 1;
        if (left === 0) taken.delete(subject);
        else taken.set(subject, left);
      };
    },
  };
}
