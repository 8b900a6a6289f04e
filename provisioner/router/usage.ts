import type { UsageCount } from "../store/usage.ts";

/** What passes to and from one workspace, since it was last written down. */
export interface Meter {
  requests: number;
  messages: number;
  bytesIn: number;
  bytesOut: number;
  /** Milliseconds since 1970; 0: nothing but keepalives passed. */
  lastUsedAt: number;
}

/** Counts what passes, and writes it down now and then. */
export interface UsageLedger {
  /** The counter of a workspace. To be asked for each time: what is written down makes room for a new one. */
  meter(workspace: string): Meter;
  /** Bytes of all workspaces that were written down, and those that are not yet. */
  bytes(): { readonly in: number; readonly out: number };
  /** Writes down what was counted; what cannot be written is kept for the next time. */
  flush(): Promise<void>;
}

/** Most workspaces in one statement. */
const mostAtOnce = 1000;

export function createUsageLedger(write: (counts: readonly UsageCount[]) => Promise<void>): UsageLedger {
  const meters = new Map<string, Meter>();
  const written = { in: 0, out: 0 };
  let flushing: Promise<void> = Promise.resolve();

  const flush = async () => {
    const due = [...meters];
    for (let from = 0; from < due.length; from += mostAtOnce) {
      const part = due.slice(from, from + mostAtOnce);
      const counts = part.map(([workspace, meter]) => toCount(workspace, meter));
      await write(counts);
      // Only what was written is taken off: more may have passed meanwhile.
      for (const count of counts) {
        takeOff(meters, count);
        written.in += count.bytesIn;
        written.out += count.bytesOut;
      }
    }
  };

  return {
    meter(workspace) {
      const found = meters.get(workspace);
      if (found !== undefined) return found;
      const made: Meter = { requests: 0, messages: 0, bytesIn: 0, bytesOut: 0, lastUsedAt: 0 };
      meters.set(workspace, made);
      return made;
    },
    bytes() {
      let [bytesIn, bytesOut] = [written.in, written.out];
      for (const meter of meters.values()) {
        bytesIn += meter.bytesIn;
        bytesOut += meter.bytesOut;
      }
      return { in: bytesIn, out: bytesOut };
    },
    flush() {
      // One after the other, so that nothing is written twice.
      flushing = flushing.catch(() => undefined).then(flush);
      return flushing;
    },
  };
}

function toCount(workspace: string, meter: Meter): UsageCount {
  return { ...meter, workspace, lastUsedAt: meter.lastUsedAt === 0 ? null : new Date(meter.lastUsedAt) };
}

function takeOff(meters: Map<string, Meter>, written: UsageCount): void {
  const meter = meters.get(written.workspace);
  if (meter === undefined) return;
  meter.requests -= written.requests;
  meter.messages -= written.messages;
  meter.bytesIn -= written.bytesIn;
  meter.bytesOut -= written.bytesOut;
  if (meter.lastUsedAt === (written.lastUsedAt?.getTime() ?? 0)) meter.lastUsedAt = 0;
  if (Object.values(meter).every((value) => value === 0)) meters.delete(written.workspace);
}
