/** What a runtime sees of one workspace. */
export interface Observed {
  /** Whether anything of the workspace is there at all. */
  readonly exists: boolean;
  /** UID of what holds it together (the namespace), to delete exactly that. */
  readonly uid?: string;
  /** It is being taken away and will be gone. */
  readonly terminating: boolean;
  /** Number of copies asked for: 0 asleep, 1 awake. */
  readonly replicas: number;
  /** It answers: its readiness probe passes at the revision asked for. */
  readonly ready: boolean;
  /** Why it is not ready, in words for its owner, when the runtime knows ("image cannot be pulled: …"). */
  readonly reason?: string;
}

/** A volume that outlives, or outlived, its workspace. */
export interface KeptVolume {
  /** The runtime's own name of it (a PersistentVolume's name). */
  readonly volume: string;
  readonly size: string;
}

/** Why a runtime could not do as asked. */
export class RuntimeError extends Error {
  override readonly name = "RuntimeError";
  /**
   * - `unreachable`: the cluster does not answer; try again later.
   * - `foreign`: the object is there and not ours; nothing was touched.
   * - `timeout`: it did not happen in time.
   * - `refused`: the cluster said no.
   */
  readonly kind: "unreachable" | "foreign" | "timeout" | "refused";
  constructor(kind: RuntimeError["kind"], message: string) {
    super(message);
    this.kind = kind;
  }
}

interface Waiting {
  /** Milliseconds to wait at most. */
  readonly deadline: number;
  readonly signal?: AbortSignal;
}

/** Where workspaces run. Everything is keyed by the workspace's id; nothing without our labels is ever touched. */
export interface Runtime {
  /** Starts the shared watches; rejects with `unreachable` when the place does not answer. */
  start(): Promise<void>;
  /** Throws `foreign` when something of that name is there and is not this installation's. */
  assertOurs(workspace: string): Promise<void>;
  observe(workspace: string): Promise<Observed>;
  /** Resolves when the workspace is ready, with what was seen; rejects with `timeout` and the last reason. */
  waitReady(workspace: string, waiting: Waiting): Promise<Observed>;
  /** Resolves when nothing terminating of that name is left, so that it can be created (again). */
  waitGone(workspace: string, waiting: Waiting): Promise<void>;
  /** 0: asleep, 1: awake. The hot path: one call. Does not wait. */
  scale(workspace: string, replicas: 0 | 1): Promise<void>;
  /** Resolves when no pod of the workspace is left. */
  waitStopped(workspace: string, waiting: Waiting): Promise<void>;
  /**
   * Says what becomes of the workspace's volume when the workspace goes; must precede `remove`.
   * `keep` returns the volume (or null when there never was one), ours by label from now on.
   */
  disposeVolume(workspace: string, disposal: "keep" | "delete"): Promise<KeptVolume | null>;
  /** Makes a kept volume free to be bound again by exactly this workspace. */
  reclaimVolume(volume: string, workspace: string): Promise<void>;
  /** Deletes a kept volume with its data; succeeds when it is gone already. Resolves when it is gone. */
  deleteVolume(volume: string, waiting: Waiting): Promise<void>;
  /**
   * Ends the workspace in good order, deletes what is left of it by UID, waits until it is gone, and proves by label
   * that nothing is. Throws `refused` when nothing was said about a volume: say it (again), then remove again.
   * Quick when it is the first to act or comes right after a deletion that skipped waiting; a namespace that is left
   * to Kubernetes with its pods in it takes some 16 s.
   */
  remove(workspace: string, waiting: Waiting): Promise<void>;
  /** Ids of all workspaces of this installation that have anything there. */
  list(): Promise<readonly string[]>;
  close(): Promise<void>;
}
