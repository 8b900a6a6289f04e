import { newId } from "../../components/core/names.ts";
import { type DeployRequest, type DestroyRequest, EngineError, type Reservation } from "./engine.ts";
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
  /** Makes one ready, if there is none. After one that failed it waits for an operation: the next would fail too. */
  prepare(): void;
  /** The workspace that is ready to be deployed, if one is. */
  reserve(): Reservation | undefined;
  /** The lease that its processes carry, once. */
  leaseFor(stack: string): string | undefined;
  /** What this operation goes on with; nothing, and nothing in its way, if it is not the deploy that was begun. */
  take(operation: DeployRequest | DestroyRequest): Promise<Begun | undefined>;
  /** How many wait ready. */
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
  /** Told why one could not be made ready, or not be ended in order. */
  readonly onError: (error: unknown) => void;
}

interface Prepared extends Begun {
  readonly stack: string;
  readonly lease: string;
  state: "begun" | "ready" | "given" | "leased" | "ending";
}

/** What the names of such leases begin with. */
export const standbyPrefix = "standby-";

/** Milliseconds that one may take to be ready. */
const startingMs = 60_000;

/** Milliseconds from giving an id away until it is thought to be used elsewhere, or not at all. */
const patienceMs = 10_000;

export function createStandby(options: StandbyOptions): Standby {
  const { pool, begin, exists, createFolder, removeFolder, onError } = options;
  let current: Prepared | undefined;
  let failed = false;
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
    prepared.state = "ending";
    clearTimeout(expiry);
    try {
      prepared.worker.process.kill("SIGKILL");
      await prepared.worker.ended;
      await killProcessesOfLease(prepared.lease);
      await removeFolder(prepared.folder);
    } catch (error) {
      // The next start sweeps the folder away; nobody's operation is in it.
      onError(error);
    } finally {
      current = undefined;
    }
  };

  const endIn = (prepared: Prepared, milliseconds: number, then: () => void) => {
    expiry = setTimeout(() => void inTurn(() => end(prepared)).then(then), milliseconds);
  };

  const fail = (why: unknown) => {
    failed = true;
    onError(why);
  };

  const make = async () => {
    if (closed || failed || current !== undefined) return;
    const stack = newId("ws");
    const lease = `${standbyPrefix}${stack}`;
    const folder = await createFolder(lease);
    const worker = pool.take("program");
    pool.refill();
    const prepared: Prepared = { stack, lease, worker, folder, state: "begun" };
    current = prepared;
    let why: unknown = new EngineError("crashed", "the deploy that is begun ahead ended by itself");
    worker.onMessage((message) => {
      if (message.type === "failed") why = new EngineError(message.kind, message.message);
      if (message.type === "prepared" && prepared.state === "begun") {
        clearTimeout(expiry);
        prepared.state = "ready";
      }
    });
    void worker.ended.then(() => {
      if (current !== prepared || prepared.state === "ending") return;
      prepared.state = "ending";
      fail(why);
      return inTurn(() => end(prepared));
    });
    endIn(prepared, startingMs, () => fail(new EngineError("timeout", `not ready within ${startingMs} ms`)));
    await begin(prepared);
  };

  return {
    prepare: () => void inTurn(make).catch(fail),
    reserve() {
      const prepared = current;
      if (prepared?.state !== "ready") return undefined;
      prepared.state = "given";
      endIn(prepared, patienceMs, pool.refill);
      return {
        stack: prepared.stack,
        giveBack() {
          if (current !== prepared || prepared.state !== "given") return;
          clearTimeout(expiry);
          prepared.state = "ready";
        },
      };
    },
    leaseFor(stack) {
      if (current?.state !== "given" || current.stack !== stack) return undefined;
      current.state = "leased";
      return current.lease;
    },
    async take(operation) {
      failed = false;
      const { stack } = operation;
      if (current?.stack !== stack) return undefined;
      return inTurn(async () => {
        const prepared = current;
        if (prepared?.stack !== stack) return undefined;
        const { state, lease, worker, folder } = prepared;
        const isIt = state === "leased" && lease === operation.lease && "spec" in operation && !operation.repair;
        if (!isIt || (await exists(stack))) {
          await end(prepared);
          return undefined;
        }
        current = undefined;
        clearTimeout(expiry);
        return { worker, folder };
      });
    },
    count: () => (current?.state === "ready" ? 1 : 0),
    close: () =>
      inTurn(async () => {
        closed = true;
        if (current !== undefined) await end(current);
      }),
  };
}
