import { and, eq, isNull, lte, or, sql } from "drizzle-orm";
import { volumes } from "../store/schema.ts";
import type { ReconcilerDeps } from "./options.ts";

/** Milliseconds that one deletion may take before it is begun again. */
const deadline = 25_000;
/** Seconds in which no other process takes up the same volume; longer than the deadline. */
const reservation = 30;

/** Deletes the volumes that are to go, one after the other, until none is due. What fails is tried again later. */
export async function deleteVolumes(
  { database, runtime, log }: Pick<ReconcilerDeps, "database" | "runtime" | "log">,
  signal: AbortSignal,
): Promise<void> {
  const { queries } = database;
  while (!signal.aborted) {
    const due = await reserve({ database });
    if (due === undefined) return;
    try {
      await runtime.deleteVolume(due.volume, { deadline, signal });
      await queries.delete(volumes).where(and(eq(volumes.id, due.id), eq(volumes.state, "deleting")));
      log.info({ volume: due.volume, owner: due.owner }, "A volume was deleted with its data");
    } catch (error) {
      const wait = signal.aborted ? 0 : Math.min(300, 2 ** Math.min(due.failures, 8));
      if (!signal.aborted) log.warn({ err: error, volume: due.volume }, "A volume could not be deleted yet");
      await queries
        .update(volumes)
        .set({ failures: due.failures + 1, nextAttemptAt: sql`now() + make_interval(secs => ${wait})` })
        .where(eq(volumes.id, due.id));
    }
  }
}

/** One volume that is due, kept from others for a while. Doing it twice would do no harm. */
async function reserve({ database }: Pick<ReconcilerDeps, "database">) {
  return database.transaction(async (transaction) => {
    const [due] = await transaction
      .select()
      .from(volumes)
      .where(
        and(eq(volumes.state, "deleting"), or(isNull(volumes.nextAttemptAt), lte(volumes.nextAttemptAt, sql`now()`))),
      )
      .orderBy(volumes.keptAt)
      .limit(1)
      .for("update", { skipLocked: true });
    if (due === undefined) return undefined;
    await transaction
      .update(volumes)
      .set({ nextAttemptAt: sql`now() + make_interval(secs => ${reservation})` })
      .where(eq(volumes.id, due.id));
    return due;
  });
}
