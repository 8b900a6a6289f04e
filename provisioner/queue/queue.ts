import { sql } from "drizzle-orm";
import { fromDrizzle, PgBoss } from "pg-boss";
import { type Database, ShapeError, type Transaction } from "../store/database.ts";
import { notify } from "../store/notifications.ts";

/** Name of the one queue: "reconcile this workspace". */
const queueName = "reconcile";

/** A queue entry that was taken. */
export interface Job {
  readonly id: string;
  readonly workspace: string;
}

/** How an entry stands: `takenFor` milliseconds, or not taken yet. */
export interface Entry {
  readonly takenFor: number | undefined;
}

/** The queue: at most one entry per workspace, waiting or taken. Delivery may repeat; the lease decides who acts. */
export interface Queue {
  start(): Promise<void>;
  /**
   * Asks for a workspace to be looked at, when the transaction commits. Does nothing while there is an entry for it,
   * taken ones too: who took it looks again before it lets go.
   */
  enqueue(transaction: Transaction, workspace: string): Promise<void>;
  /** Takes at most `count` entries. */
  fetch(count: number): Promise<readonly Job[]>;
  /** Ends a taken entry with the transaction; nothing happens when it was ended before. */
  complete(transaction: Transaction, job: string): Promise<void>;
  /** Says that the entry is still worked on. */
  touch(job: string): Promise<void>;
  /** Ends whatever taken entry there is of a workspace whose holder is known to be gone, so that a new one can be made. */
  discard(transaction: Transaction, workspace: string): Promise<void>;
  /** Every entry there is, by workspace. */
  entries(): Promise<ReadonlyMap<string, Entry>>;
  /** Ends what nobody works on any more and removes what is old, now; else that is done as time goes by. */
  tidy(): Promise<void>;
  stop(): Promise<void>;
}

export interface QueueOptions {
  readonly onError?: (error: Error) => void;
  /** Whether the queue is made where it is not; else it must be there. Takes the owner of the tables. @default true */
  readonly make?: boolean;
  /** Whether what nobody ended is looked for and what is old removed. @default true */
  readonly maintain?: boolean;
}

/** The queue on pg-boss, in the schema `pgboss` of our own database. */
export function createQueue({ pool }: Database, options: QueueOptions = {}): Queue {
  const { make = true, maintain = true } = options;
  const boss = new PgBoss({
    db: { executeSql: (text, values) => pool.query(text, values) },
    schedule: false,
    migrate: make,
    supervise: maintain,
    // Only their owner can build indexes anew.
    reindex: make,
    // How often taken entries without a heartbeat are looked for.
    monitorIntervalSeconds: 30,
    maintenanceIntervalSeconds: 600,
  });
  boss.on("error", options.onError ?? (() => {}));
  const on = (transaction: Transaction) => ({ db: fromDrizzle(transaction, sql) });
  return {
    async start() {
      if (!make) {
        await startWithout(boss);
        return;
      }
      await boss.start();
      const settings = {
        // Our own rows say what is tried again and when; an entry that was lost is made anew by the scan.
        retryLimit: 0,
        expireInSeconds: 23 * 3600,
        heartbeatSeconds: 60,
        deleteAfterSeconds: 600,
      };
      await boss.createQueue(queueName, { policy: "exclusive", ...settings });
      await boss.updateQueue(queueName, settings);
    },
    async enqueue(transaction, workspace) {
      await boss.send(queueName, { workspace }, { singletonKey: workspace, ...on(transaction) });
      await notify(transaction, "work", workspace);
    },
    async fetch(count) {
      const jobs = await boss.fetch<{ workspace: string }>(queueName, { batchSize: count });
      return jobs.map(({ id, data }) => ({ id, workspace: data.workspace }));
    },
    async complete(transaction, job) {
      await boss.complete(queueName, job, null, on(transaction));
    },
    async touch(job) {
      await boss.touch(queueName, job);
    },
    async discard(transaction, workspace) {
      const jobs = await boss.findJobs(queueName, { key: workspace, ...on(transaction) });
      const taken = jobs.filter(({ state }) => state === "active").map(({ id }) => id);
      if (taken.length > 0) await boss.complete(queueName, taken, null, on(transaction));
    },
    async entries() {
      const { rows } = await pool.query<{ workspace: string; taken: number | null }>(
        `select singleton_key as workspace,
           case when state = 'active' then extract(epoch from now() - started_on)::float8 * 1000 end as taken
         from pgboss.job where name = $1 and state in ('created', 'retry', 'active')`,
        [queueName],
      );
      return new Map(rows.map(({ workspace, taken }) => [workspace, { takenFor: taken ?? undefined }]));
    },
    tidy: () => boss.supervise(queueName),
    stop: () => boss.stop({ graceful: false, close: false }),
  };
}

/** Starts on a queue that another made. */
async function startWithout(boss: PgBoss): Promise<void> {
  const started = await boss.start().catch((error: unknown) => {
    // pg-boss has no codes for it. It takes no newer shape than its own.
    const shape =
      error instanceof Error && /^pg-boss (is not installed|database requires migrations)/.test(error.message);
    throw shape ? new ShapeError("Its queue has another shape than this version needs.") : error;
  });
  if ((await started.getQueue(queueName)) === null) throw new ShapeError("Its queue is not there.");
}
