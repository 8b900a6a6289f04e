import { EventEmitter } from "node:events";
import type { WorkspaceSpec } from "../../../components/workspace/spec.ts";

/** What is there of one workspace. */
export interface FakeWorkspace {
  readonly uid: string;
  readonly ours: boolean;
  spec: WorkspaceSpec | undefined;
  replicas: 0 | 1;
  terminating: boolean;
  ready: boolean;
  pods: 0 | 1;
  volume: string | undefined;
}

export interface FakeVolume {
  readonly name: string;
  readonly size: string;
  /** Which workspace has it; undefined: free. */
  workspace: string | undefined;
  /** What becomes of it when its workspace goes. */
  policy: "retain" | "delete";
  /** It was said that it outlives its workspace. */
  kept?: boolean;
  /** Which workspace had it last. */
  previous?: string;
}

/** A cluster in memory: what the fake engine writes and the fake runtime sees. */
export interface FakeCluster {
  readonly workspaces: ReadonlyMap<string, FakeWorkspace>;
  readonly volumes: ReadonlyMap<string, FakeVolume>;
  /** Emits `change` after each change. */
  readonly events: EventEmitter<{ change: [] }>;
  apply(spec: WorkspaceSpec): void;
  scale(id: string, replicas: 0 | 1): void;
  /** Marks it terminating; it is gone a moment later unless removals are held. */
  beginRemoval(id: string): void;
  setVolume(volume: FakeVolume): void;
  deleteVolume(name: string): void;
  /** Puts something there that is not ours. */
  addForeign(id: string): void;
  /** This one never becomes ready. */
  addStuck(id: string): void;
  /** While false, nothing becomes ready. */
  becomesReady: boolean;
  /** While true, what terminates stays. */
  holdRemovals: boolean;
}

export function createFakeCluster(): FakeCluster {
  const workspaces = new Map<string, FakeWorkspace>();
  const volumes = new Map<string, FakeVolume>();
  const events = new EventEmitter<{ change: [] }>();
  events.setMaxListeners(0);
  const stuck = new Set<string>();
  let ready = true;
  let held = false;
  let number = 0;

  const later = (work: () => void) =>
    setImmediate(() => {
      work();
      events.emit("change");
    });

  const settle = (workspace: FakeWorkspace) =>
    later(() => {
      workspace.pods = workspace.replicas;
      const answers = ready && !stuck.has(workspace.spec?.id ?? "");
      workspace.ready = answers && workspace.replicas === 1 && !workspace.terminating;
    });

  const finish = (id: string) => {
    const workspace = workspaces.get(id);
    if (workspace === undefined || !workspace.terminating || held) return;
    workspaces.delete(id);
    const volume = workspace.volume === undefined ? undefined : volumes.get(workspace.volume);
    if (volume?.policy === "delete") volumes.delete(volume.name);
    else if (volume !== undefined) Object.assign(volume, { workspace: undefined, previous: id });
  };

  return {
    workspaces,
    volumes,
    events,
    get becomesReady() {
      return ready;
    },
    set becomesReady(value) {
      ready = value;
      for (const workspace of workspaces.values()) settle(workspace);
    },
    get holdRemovals() {
      return held;
    },
    set holdRemovals(value) {
      held = value;
      if (!value) for (const id of [...workspaces.keys()]) later(() => finish(id));
    },
    apply(spec) {
      const present = workspaces.get(spec.id);
      if (present?.terminating) throw new Error(`${spec.id} is terminating: nothing can be made in it`);
      number += 1;
      const name = spec.existingVolume ?? present?.volume ?? `pv-${number}`;
      const volume = volumes.get(name);
      if (spec.existingVolume !== undefined && volume?.workspace !== spec.id) {
        throw new Error(`the volume ${name} was not made free for ${spec.id}`);
      }
      if (volume === undefined) {
        volumes.set(name, { name, size: spec.shape.home.size, workspace: spec.id, policy: "retain" });
      }
      const workspace = present ?? {
        uid: `uid-${number}`,
        ours: true,
        spec,
        replicas: 1,
        terminating: false,
        ready: false,
        pods: 0,
        volume: name,
      };
      workspace.spec = spec;
      workspaces.set(spec.id, workspace);
      settle(workspace);
    },
    scale(id, replicas) {
      const workspace = workspaces.get(id);
      if (workspace === undefined) throw new Error(`${id} is not there`);
      workspace.replicas = replicas;
      if (replicas === 0) workspace.ready = false;
      settle(workspace);
    },
    beginRemoval(id) {
      const workspace = workspaces.get(id);
      if (workspace === undefined) return;
      workspace.terminating = true;
      workspace.ready = false;
      later(() => finish(id));
    },
    setVolume: (volume) => volumes.set(volume.name, volume),
    deleteVolume: (name) => volumes.delete(name),
    addStuck: (id) => stuck.add(id),
    addForeign(id) {
      workspaces.set(id, {
        uid: "foreign",
        ours: false,
        spec: undefined,
        replicas: 1,
        terminating: false,
        ready: true,
        pods: 1,
        volume: undefined,
      });
    },
  };
}
