import type { WorkspaceSpec } from "../../components/workspace/spec.ts";

/** One line of an operation's log, as it happens. Never holds a secret. */
export interface EngineEvent {
  readonly level: "info" | "warn" | "error";
  readonly message: string;
}

interface EngineRequest {
  /** The workspace's id, which is also the stack's name. */
  readonly stack: string;
  /** Names the lease under which this runs: every process of it carries `BERTH_LEASE=<lease>`. */
  readonly lease: string;
  /** Milliseconds after which the whole process tree is killed. */
  readonly deadline: number;
  readonly onEvent?: (event: EngineEvent) => void;
  /** Aborting kills the whole process tree; the promise rejects with an `EngineError` of kind `cancelled`. */
  readonly signal?: AbortSignal;
  /** An earlier run may have died half-way: break its lock, clear its pending operations, then run. */
  readonly repair?: boolean;
}

export interface DeployRequest extends EngineRequest {
  readonly spec: WorkspaceSpec;
}
export type DestroyRequest = EngineRequest;

/** A workspace whose first deploy is begun, for one who may have it. */
export interface Reservation {
  /** Its id. */
  readonly stack: string;
  /** To be called when nobody has it after all; never when somebody might. */
  giveBack(): void;
}

/** Why an operation of the engine did not succeed. */
export class EngineError extends Error {
  override readonly name = "EngineError";
  /**
   * - `cancelled`: the caller's signal.
   * - `timeout`: the deadline.
   * - `locked`: the stack's lock is held by another run: repair when that one is provably dead.
   * - `crashed`: a process of the operation died; the stack may need a repair.
   * - `refused`: the program breaks a policy; nothing has changed, and nothing will until it, or the policy, does.
   * - `failed`: the engine or the program said no; `message` says why, without secrets.
   */
  readonly kind: "cancelled" | "timeout" | "locked" | "crashed" | "refused" | "failed";
  constructor(kind: EngineError["kind"], message: string) {
    super(message);
    this.kind = kind;
  }
}

/** What an operation cost. */
export interface EngineResult {
  /** Milliseconds by phase, for example `{ worker: 3, up: 812 }`. */
  readonly timings: Readonly<Record<string, number>>;
}

/** The Pulumi engine: one operating-system process tree per operation. */
export interface Engine {
  /** Brings the stack to the spec; creates it when it is not there. Does not wait for readiness. */
  deploy(request: DeployRequest): Promise<EngineResult>;
  /** Destroys all that the stack holds, then the stack. Succeeds when there is no such stack. */
  destroy(request: DestroyRequest): Promise<EngineResult>;
  /** Kills every process that carries this lease, wherever it hangs in the process tree. Resolves when none is left. */
  killLease(lease: string): Promise<void>;
  /**
   * A workspace that nobody has yet, whose first deploy is begun already; `undefined` when there is none. For whoever
   * creates a workspace now: an id that is not deployed here soon is an id as any other.
   */
  reserve(): Reservation | undefined;
  /** The lease that this first deploy has to have, as its processes carry it. Told once; `undefined`: choose one. */
  leaseFor(stack: string): string | undefined;
  /** Number of processes and temporary folders that the engine has now; zero operations leave only what waits ready. */
  usage(): { readonly running: number; readonly idle: number };
  /** Ends idle workers; running operations are killed. */
  close(): Promise<void>;
}
