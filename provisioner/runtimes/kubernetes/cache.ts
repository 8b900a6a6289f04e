import type { AnyObject } from "./objects.ts";

/** Tells who waits for a workspace that something about it may have changed. */
export interface Changes {
  /** Returns the function that ends the subscription. */
  subscribe(workspace: string, listener: () => void): () => void;
  emit(workspace: string): void;
  /** After a list everything may have changed. */
  emitAll(): void;
}

export function createChanges(): Changes {
  const listeners = new Map<string, Set<() => void>>();
  return {
    subscribe(workspace, listener) {
      const own = listeners.get(workspace) ?? new Set();
      listeners.set(workspace, own);
      own.add(listener);
      return () => {
        own.delete(listener);
        if (own.size === 0 && listeners.get(workspace) === own) listeners.delete(workspace);
      };
    },
    emit(workspace) {
      for (const listener of [...(listeners.get(workspace) ?? [])]) listener();
    },
    emitAll() {
      for (const own of [...listeners.values()]) for (const listener of [...own]) listener();
    },
  };
}

/** What a watch feeds. */
export interface Sink<T> {
  /** All there is, as of that revision. */
  replace(objects: readonly T[], revision: string): void;
  put(object: T): void;
  remove(object: T): void;
  /** Nothing more happened until this revision. */
  advance(revision: string): void;
}

/** The objects of one kind, as the watch saw them last, by workspace. */
export interface ObjectCache<T extends AnyObject> extends Sink<T> {
  of(workspace: string): readonly T[];
  get(workspace: string, uid: string): T | undefined;
  /** Whether everything up to this revision of an object of this kind was seen, so that absence means absence. */
  hasSeen(revision: string): boolean;
  readonly size: number;
}

/**
 * @param workspaceOf which workspace an object belongs to; those of none are not kept.
 */
export function createCache<T extends AnyObject>(
  workspaceOf: (object: T) => string | undefined,
  changes: Changes,
): ObjectCache<T> {
  let groups = new Map<string, Map<string, T>>();
  /** In which group an object is, by its UID: a kept volume passes from one workspace to another. */
  let homes = new Map<string, string>();
  let seen = 0n;

  const advance = (revision: string): void => {
    const parsed = parseRevision(revision);
    if (parsed !== undefined && parsed > seen) seen = parsed;
  };
  /** Takes an object out of the group that it is in. */
  const drop = (uid: string): string | undefined => {
    const workspace = homes.get(uid);
    if (workspace === undefined) return undefined;
    homes.delete(uid);
    const group = groups.get(workspace);
    group?.delete(uid);
    if (group?.size === 0) groups.delete(workspace);
    return workspace;
  };
  const store = (object: T): string | undefined => {
    const workspace = workspaceOf(object);
    if (workspace === undefined) return undefined;
    const group = groups.get(workspace) ?? new Map<string, T>();
    groups.set(workspace, group);
    group.set(object.metadata.uid, object);
    homes.set(object.metadata.uid, workspace);
    return workspace;
  };

  return {
    replace(objects, revision) {
      groups = new Map();
      homes = new Map();
      for (const object of objects) store(object);
      advance(revision);
      changes.emitAll();
    },
    put(object) {
      const before = drop(object.metadata.uid);
      const now = store(object);
      advance(object.metadata.resourceVersion);
      if (before !== undefined && before !== now) changes.emit(before);
      if (now !== undefined) changes.emit(now);
    },
    remove(object) {
      const before = drop(object.metadata.uid);
      advance(object.metadata.resourceVersion);
      if (before !== undefined) changes.emit(before);
    },
    advance,
    of: (workspace) => [...(groups.get(workspace)?.values() ?? [])],
    get: (workspace, uid) => groups.get(workspace)?.get(uid),
    hasSeen(revision) {
      const parsed = parseRevision(revision);
      return parsed !== undefined && seen >= parsed;
    },
    get size() {
      return homes.size;
    },
  };
}

/** Revisions of one kind grow as whole numbers: Kubernetes promises it since 1.35 and kept to it always. */
function parseRevision(revision: string): bigint | undefined {
  return /^\d+$/.test(revision) ? BigInt(revision) : undefined;
}
