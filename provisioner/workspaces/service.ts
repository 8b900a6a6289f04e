import type { WorkspaceEstimate } from "../contract/estimate.ts";
import type {
  DesiredState,
  KeptVolume,
  Operation,
  OperationLine,
  Phase,
  VolumeDisposal,
  Workspace,
} from "../contract/workspace.ts";

type RequestRefusal =
  | "not-found"
  | "conflict"
  | "invalid"
  | "limit-reached"
  | "over-budget"
  | "idempotency-mismatch"
  | "unavailable";

/** Why a request was refused; the API makes a problem document of it. Nothing was changed. */
export class RequestError extends Error {
  override readonly name = "RequestError";
  readonly code: RequestRefusal;
  /** The field that was wrong, the value that was found and what to do, where one field is to blame. */
  readonly field: { readonly name: string; readonly value: unknown; readonly fix: string } | undefined;
  constructor(code: RequestError["code"], message: string, field?: RequestError["field"]) {
    super(message);
    this.code = code;
    this.field = field;
  }
}

export interface CreateCommand {
  readonly owner: string;
  /** Wanted host label; without one, or (with `handleFallback`) when it cannot be had, a label is made of owner and name. */
  readonly handle?: string;
  /** `refuse` (default): an invalid, taken or reserved handle is an error. `derive`: another label is made. */
  readonly handleFallback?: "refuse" | "derive";
  /** Default: the blueprint's name. */
  readonly name?: string;
  readonly blueprint: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  /**
   * What happens when the owner has a workspace of that name already. `refuse` (default): conflict.
   * `return`: it is returned as it is, woken when it sleeps (same blueprint; parameters are not changed);
   * one being deleted is a conflict with code `conflict` until it is gone.
   */
  readonly ifExists?: "refuse" | "return";
}

/** A change that was accepted: the row as it is now and the operation that brings it about (null: nothing to do). */
export interface Accepted {
  readonly workspace: Workspace;
  readonly operation: Operation | null;
  /** False when `ifExists: "return"` or an idempotency key found what was there. */
  readonly created: boolean;
}

/** A create that was accepted. */
export interface Created extends Accepted {
  /** What the workspace costs a month; null where that cannot be told. */
  readonly estimate: WorkspaceEstimate | null;
}

/** What an estimate is of: a blueprint with parameters, so many times and so many hours a month. */
export interface EstimateOrder {
  readonly blueprint: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** @default the installation's */
  readonly hoursPerMonth?: number;
  /** @default 1 */
  readonly users?: number;
}

export interface IdempotencyKey {
  /** Who asks: keys of different subjects never meet. */
  readonly subject: string;
  readonly key: string;
}

export interface WorkspaceFilter {
  readonly owner?: string;
  readonly name?: string;
  readonly blueprint?: string;
  readonly desired?: DesiredState;
  readonly phase?: Phase;
  /** Host label or full host. */
  readonly host?: string;
  /** Deleted ones are left out unless asked for. */
  readonly includeDeleted?: boolean;
  readonly cursor?: string;
  /** Default 50, at most 200. */
  readonly limit?: number;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/**
 * What can be asked of workspaces. Every change is one transaction: the row, its generation, the operation and the
 * queue entry, or nothing. `viewer` limits what is seen to one owner's; `null` sees all. What a viewer may not see is
 * `not-found`.
 */
export interface WorkspaceService {
  create(command: CreateCommand, idempotency?: IdempotencyKey): Promise<Created>;
  /** What such workspaces would cost a month. Throws a `RequestError` for what cannot be, or fits no node. */
  estimate(order: EstimateOrder): WorkspaceEstimate;
  get(id: string, viewer: string | null): Promise<Workspace>;
  list(filter: WorkspaceFilter, viewer: string | null): Promise<Page<Workspace>>;
  /** New parameters, merged over the present ones and validated by the blueprint. */
  update(id: string, parameters: Readonly<Record<string, unknown>>, viewer: string | null): Promise<Accepted>;
  stop(id: string, viewer: string | null): Promise<Accepted>;
  start(id: string, viewer: string | null): Promise<Accepted>;
  /** Begins anew what gave up (`needs-attention`). */
  repair(id: string, viewer: string | null): Promise<Accepted>;
  /** `volumes` default: the blueprint's. Deleting a deleted one is accepted, with nothing to do. */
  delete(id: string, volumes: VolumeDisposal | undefined, viewer: string | null): Promise<Accepted>;
  operations(workspace: string, viewer: string | null): Promise<readonly Operation[]>;
  operation(id: string, viewer: string | null): Promise<Operation>;
  /** Lines after `after` (0: all), in order. */
  log(operation: string, after: number, viewer: string | null): Promise<readonly OperationLine[]>;
  /**
   * Resolves when something about this operation may have changed (a line, an outcome), or the signal aborts.
   * Backed by the database's notifications: works across processes.
   */
  changed(operation: string, signal: AbortSignal): Promise<void>;
  /** Resolves with the operation when it has an outcome, or as it is after `milliseconds`. */
  settled(operation: string, milliseconds: number): Promise<Operation>;
  volumes(viewer: string | null): Promise<readonly KeptVolume[]>;
  /** Deletes a kept volume with its data, for good; in the background, retried until proven. */
  deleteVolume(id: string, viewer: string | null): Promise<void>;
  /**
   * The user is gone from the product: all their workspaces are deleted with volumes, kept volumes too, their tokens
   * are revoked, and a late `create` for them is refused.
   */
  forgetOwner(owner: string): Promise<void>;
}
