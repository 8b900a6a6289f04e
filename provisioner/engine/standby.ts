import { randomBytes } from "node:crypto";
import { newId } from "../../components/core/names.ts";
import type { DeployRequest, DestroyRequest } from "./engine.ts";
import type { Pool, Worker } from "./pool.ts";
import { killProcessesOfLease } from "./processes.ts";

/** What a deploy goes on with: a worker whose CLI waits for the program, and the folder that they work in. */
export interface Begun {
  readonly worker: Worker;
  readonly folder: string;
}

/**
 * The first deploy of a workspace that nobody has yet, begun ahead: its CLI has started, has its key, and waits. It is for
 * one workspace's id, which is given away once; whoever creates that workspace's row finds half of the work done.
 *
 * Until its deploy it touches nothing but its own folder. One that is given away and not deployed soon, here, ends.
 */
export interface Standby {
  /** Makes one ready, if there is none. */
  prepare(): void;
  /** The id of the workspace that is ready to be deployed, if one is. */
  reserve(): string | undefined;
  /** The lease that its processes carry, once. */
  leaseFor(stack: string): string | undefined;
  /** What this operation goes on with; nothing, and nothing in its way, if it is not the deploy that was begun. */
  take(operation: DeployRequest | DestroyRequest): Promise<Begun | undefined>;
  /** How many there are. */
  count(): 0 | 1;
  close(): Promise<void>;
}

export interface StandbyOptions {
  readonly pool: Pick<Pool, "take" | "refill">;
  /** Has the worker begin. */
  readonly begin: (deploy: Begun & { readonly stack: string; readonly lease: string }) => Promise<void>;
  /** Whether somebody has worked on the stack: what was begun takes it for empty. */
  readonly exists: (stack: string) => Promise<boolean>;
  readonly createFolder: (lease: string) => Promise<string>;
  readonly removeFolder: (folder: string) => Promise<void>;
}

interface Prepared extends Begun {
  readonly stack: string;
  readonly lease: string;
  state: "begun" | "ready" | "given" | "leased";
}

/** What the names of such leases begin with. */
export const standbyPrefix = "standby-";

/** Milliseconds from giving an id away until it is thought to be used elsewhere, or not at all. */
const patience = 10_000;

export function createStandby({ pool, begin, exists, createFolder, removeFolder }: StandbyOptions): Standby {
  let current: Prepared | undefined;
  let expiry: NodeJS.Timeout | undefined;
  let busy: Promise<unknown> = Promise.resolve();
  let closed = false;

  /** One after the other, so that nobody meets one that is half made or half gone. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = busy.then(work);
    busy = result.catch(() => undefined);
    return result;
  };

  const end = async (prepared: Prepared) => {
    if (current !== prepared) return;
    current = undefined;
    clearTimeout(expiry);
    prepared.worker.process.kill("SIGKILL");
    await prepared.worker.ended;
    await killProcessesOfLease(prepared.lease);
    await removeFolder(prepared.folder);
  };

  const make = async () => {
    if (closed || current !== undefined) return;
    const stack = newId("ws");
    const lease = `${standbyPrefix}${randomBytes(10).toString("hex")}`;
    const folder = await createFolder(lease);
    const worker = pool.take("program");
    pool.refill();
    const prepared: Prepared = { stack, lease, worker, folder, state: "begun" };
    current = prepared;
    worker.onMessage((message) => {
      if (message.type === "prepared") prepared.state = "ready";
    });
    // One that failed is not made anew at once: it would fail again.
    void worker.ended.then(() => inTurn(() => end(prepared)));
    await begin(prepared);
  };

  return {
    prepare: () => void inTurn(make).catch(() => undefined),
    reserve() {
      const prepared = current;
      if (prepared?.state !== "ready") return undefined;
      prepared.state = "given";
      expiry = setTimeout(() => void inTurn(() => end(prepared)).finally(pool.refill), patience);
      return prepared.stack;
    },
    leaseFor(stack) {
      if (current?.state !== "given" || current.stack !== stack) return undefined;
      current.state = "leased";
      return current.lease;
    },
    take: (operation) =>
      inTurn(async () => {
        const prepared = current;
        if (prepared?.stack !== operation.stack) return undefined;
        const { state, lease, worker, folder } = prepared;
        const isIt = state === "leased" && lease === operation.lease && "spec" in operation && !operation.repair;
        if (!isIt || (await exists(operation.stack))) {
          await end(prepared);
          return undefined;
        }
        current = undefined;
        clearTimeout(expiry);
        return { worker, folder };
      }),
    count: () => (current === undefined ? 0 : 1),
    close: () =>
      inTurn(async () => {
        closed = true;
        if (current !== undefined) await end(current);
      }),
  };
}
