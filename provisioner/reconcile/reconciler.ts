import type { Job } from "../queue/queue.ts";
import { volumesChanged } from "../store/notifications.ts";
import { type ClaimResult, claim } from "./claim.ts";
import { type ReconcilerDeps, tuningOf } from "./options.ts";
import { type Run, startRun } from "./run.ts";
import { forgetKeys, nextAttemptIn, scan } from "./scan.ts";
import { createSlots } from "./slots.ts";
import { deleteVolumes } from "./volumes.ts";

export interface ReconcilerStats {
  /** Workspaces worked on now. */
  readonly runs: number;
  /** Engine runs now, and runs that wait for a place. */
  readonly engine: { readonly running: number; readonly waiting: number };
}

/** The worker that brings rows about: takes queue entries, leases workspaces, acts, and writes what it saw. */
export interface Reconciler {
  /** Begins with what an earlier run left, then takes what comes. */
  start(): Promise<void>;
  /**
   * Takes nothing more and ends waiting; engine runs get `deadline` milliseconds, then are killed. What is not at its
   * end is handed over: the next one to start goes on at once. Resolves when nothing runs any more.
   */
  stop(deadline: number): Promise<void>;
  stats(): ReconcilerStats;
}

export function createReconciler(deps: ReconcilerDeps): Reconciler {
  const { database, queue, notifications, engine, holder, log, observer } = deps;
  const tuning = tuningOf(deps.options, holder);
  const slots = createSlots(tuning.engineRuns);
  const running = new Map<string, Run>();
  const handling = new Set<Promise<void>>();
  const background = new Set<Promise<void>>();
  const volumesEnd = new AbortController();
  let stopping = false;
  let stopListening = () => {};
  let scanning: NodeJS.Timeout | undefined;
  let attempting: NodeJS.Timeout | undefined;

  /** What runs beside; an error of it is no reason to end. */
  const inBackground = (what: string, work: () => Promise<unknown>): Promise<void> => {
    const promise = work()
      .then(() => {})
      .catch((error: unknown) => log.error({ err: error }, what))
      .finally(() => background.delete(promise));
    background.add(promise);
    return promise;
  };

  const claimOne = async (job: Job): Promise<ClaimResult> => {
    let result = await claim({ database, queue, engine, holder, tuning }, job);
    for (let attempt = 0; result.type === "abandoned" && attempt < 3; attempt += 1) {
      // Proof first: nothing of the dead holder's run may still write when ours begins.
      await engine.killLease(result.lease);
      log.warn({ workspace: job.workspace, lease: result.lease }, "Taking over what a dead holder left");
      observer?.tookOver?.();
      result = await claim({ database, queue, engine, holder, tuning }, job, result.lease);
    }
    return result;
  };

  const giveBack = (job: Job) =>
    database.transaction(async (transaction) => {
      await queue.complete(transaction, job.id);
      await queue.enqueue(transaction, job.workspace);
    });

  const handle = async (job: Job): Promise<void> => {
    if (stopping) return giveBack(job);
    const result = await claimOne(job);
    if (result.type !== "claimed") return;
    const run = startRun({ deps, tuning, slots }, result.claim);
    running.set(job.workspace, run);
    if (stopping) run.handOver("skip-waiting");
    // A change between the claim and this line told nobody.
    inBackground("Could not look at a row", run.check);
    const { end, retryAfter, timings } = await run.ended;
    running.delete(job.workspace);
    observer?.runEnded?.({ kind: result.claim.operation.kind, end, timings });
    log.info({ workspace: job.workspace, operation: result.claim.operation.id, end, timings }, "A run ended");
    if (retryAfter !== undefined) armAttempt(retryAfter);
  };

  const launch = (job: Job): void => {
    const promise = handle(job)
      .catch((error: unknown) => log.error({ err: error, workspace: job.workspace }, "A queue entry was dropped"))
      .finally(() => {
        handling.delete(promise);
        pump();
      });
    handling.add(promise);
  };

  let pumping: Promise<void> | undefined;
  let again = false;
  /** Takes entries while there are some and there is room. */
  const pump = (): void => {
    again = true;
    if (stopping || pumping !== undefined) return;
    pumping = inBackground("Could not take queue entries", async () => {
      while (again && !stopping) {
        again = false;
        const room = tuning.runs - handling.size;
        if (room <= 0) return;
        const jobs = await queue.fetch(room);
        for (const job of jobs) launch(job);
        if (jobs.length === room) again = true;
      }
    }).finally(() => {
      pumping = undefined;
      if (again && !stopping && tuning.runs > handling.size) pump();
    });
  };

  let deleting: Promise<void> | undefined;
  let deleteAgain = false;
  const deleteDueVolumes = (): void => {
    deleteAgain = true;
    if (stopping || deleting !== undefined) return;
    deleting = inBackground("Could not delete volumes", async () => {
      while (deleteAgain && !stopping) {
        deleteAgain = false;
        await deleteVolumes(deps, volumesEnd.signal);
      }
    }).finally(() => {
      deleting = undefined;
      rearm();
    });
  };

  const look = async (first: boolean): Promise<void> => {
    const found = await scan({ database, queue, tuning }, (workspace) => running.has(workspace), first);
    if (found > 0) log.info({ workspaces: found }, "Found workspaces that nobody worked on");
    await forgetKeys(database);
    pump();
    deleteDueVolumes();
    const wait = await nextAttemptIn(database);
    if (wait !== undefined) armAttempt(wait);
  };

  let attemptAt = Number.POSITIVE_INFINITY;
  /** Looks again when the next attempt is due, if that is before the next regular look. */
  const armAttempt = (wait: number): void => {
    const at = performance.now() + wait;
    if (stopping || at >= attemptAt) return;
    attemptAt = at;
    clearTimeout(attempting);
    attempting = setTimeout(
      () => {
        attemptAt = Number.POSITIVE_INFINITY;
        inBackground("Could not look for work", () => look(false));
      },
      Math.min(wait + 5, 2 ** 31 - 1),
    );
  };
  const rearm = () =>
    inBackground("Could not look for the next attempt", async () => {
      const wait = stopping ? undefined : await nextAttemptIn(database);
      if (wait !== undefined) armAttempt(wait);
    });

  const onWork = (payload: string | null): void => {
    if (payload === null || payload === volumesChanged) deleteDueVolumes();
    const runs = payload === null ? [...running.values()] : [running.get(payload)];
    for (const run of runs) if (run !== undefined) inBackground("Could not look at a row", run.check);
    pump();
  };

  return {
    async start() {
      stopListening = notifications.listen("work", onWork);
      await look(true);
      scanning = setInterval(() => {
        inBackground("Could not look for work", () => look(false));
      }, tuning.scanInterval);
    },
    async stop(deadline) {
      stopping = true;
      stopListening();
      clearInterval(scanning);
      clearTimeout(attempting);
      volumesEnd.abort(new Error("the provisioner is stopping"));
      for (const run of running.values()) run.handOver("skip-waiting");
      const kill = setTimeout(() => {
        for (const run of running.values()) run.handOver("kill");
      }, deadline);
      while (handling.size + background.size > 0) await Promise.allSettled([...handling, ...background]);
      clearTimeout(kill);
    },
    stats: () => ({ runs: running.size, engine: { running: slots.taken, waiting: slots.waiting } }),
  };
}
