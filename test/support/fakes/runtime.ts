import { type Observed, type Runtime, RuntimeError } from "../../../provisioner/runtimes/runtime.ts";
import type { FakeCluster, FakeVolume, FakeWorkspace } from "./cluster.ts";
import { type Latch, untilAborted } from "./latch.ts";

type Method = keyof Runtime;

/** A runtime in memory on a fake cluster. */
export interface FakeRuntime extends Runtime {
  /** Calls that change something, in order: `scale ws-… 0`. */
  readonly calls: readonly string[];
  /** The next call of that method fails so, before it does anything. */
  failNext(method: Method, error: Error): void;
  /** Every call of that method fails so, until `null`. */
  failAll(method: Method, error: RuntimeError | null): void;
  /** The next call of that method waits at the latch first. */
  holdNext(method: Method, latch: Latch): void;
}

export function createFakeRuntime(cluster: FakeCluster): FakeRuntime {
  const calls: string[] = [];
  const failures: { readonly method: Method; readonly error: Error }[] = [];
  const always = new Map<Method, RuntimeError>();
  const latches: { readonly method: Method; readonly latch: Latch }[] = [];

  const enter = async (method: Method, workspace?: string, signal?: AbortSignal): Promise<void> => {
    const latch = latches.findIndex((entry) => entry.method === method);
    if (latch >= 0) await latches.splice(latch, 1)[0]?.latch.pass(signal);
    const constant = always.get(method);
    if (constant !== undefined) throw constant;
    const failure = failures.findIndex((entry) => entry.method === method);
    if (failure >= 0) throw failures.splice(failure, 1)[0]?.error;
    if (workspace !== undefined && cluster.workspaces.get(workspace)?.ours === false) {
      throw new RuntimeError("foreign", `${workspace} is there and not ours`);
    }
  };

  /** The volume that a workspace has, or left. */
  const volumeOf = (workspace: string): FakeVolume | undefined =>
    [...cluster.volumes.values()].find((volume) =>
      volume.workspace === undefined ? volume.previous === workspace : volume.workspace === workspace,
    );

  const observed = (workspace: FakeWorkspace | undefined): Observed =>
    workspace === undefined
      ? { exists: false, terminating: false, replicas: 0, ready: false }
      : {
          exists: true,
          uid: workspace.uid,
          terminating: workspace.terminating,
          replicas: workspace.replicas,
          ready: workspace.ready,
          ...(workspace.ready ? {} : { reason: "the probe fails" }),
        };

  /** Waits for the cluster to be so; a `timeout` after the deadline. */
  const until = async (
    test: () => boolean,
    { deadline, signal }: { readonly deadline: number; readonly signal?: AbortSignal },
    reason: () => string,
  ): Promise<void> => {
    const over = AbortSignal.timeout(deadline);
    const stopped = AbortSignal.any([over, ...(signal === undefined ? [] : [signal])]);
    while (!test()) {
      const change = new Promise<void>((resolve) => cluster.events.once("change", () => resolve()));
      try {
        await untilAborted(change, stopped);
      } catch (error) {
        if (over.aborted && !signal?.aborted) throw new RuntimeError("timeout", reason());
        throw error;
      }
    }
  };

  return {
    calls,
    failNext: (method, error) => failures.push({ method, error }),
    failAll: (method, error) => (error === null ? always.delete(method) : always.set(method, error)),
    holdNext: (method, latch) => latches.push({ method, latch }),
    start: () => enter("start"),
    assertOurs: (workspace) => enter("assertOurs", workspace),
    async observe(workspace) {
      await enter("observe", workspace);
      return observed(cluster.workspaces.get(workspace));
    },
    async waitReady(workspace, waiting) {
      await enter("waitReady", workspace, waiting.signal);
      const get = () => cluster.workspaces.get(workspace);
      await until(
        () => get()?.ready === true,
        waiting,
        () => "not ready in time: the probe fails",
      );
      return observed(get());
    },
    async waitGone(workspace, waiting) {
      await enter("waitGone", workspace, waiting.signal);
      await until(
        () => cluster.workspaces.get(workspace)?.terminating !== true,
        waiting,
        () => "still terminating",
      );
    },
    async scale(workspace, replicas) {
      await enter("scale", workspace);
      if (!cluster.workspaces.has(workspace)) throw new RuntimeError("refused", `${workspace} is not there`);
      calls.push(`scale ${workspace} ${replicas}`);
      cluster.scale(workspace, replicas);
    },
    async waitStopped(workspace, waiting) {
      await enter("waitStopped", workspace, waiting.signal);
      await until(
        () => (cluster.workspaces.get(workspace)?.pods ?? 0) === 0,
        waiting,
        () => "a pod is still there",
      );
    },
    async disposeVolume(workspace, disposal) {
      await enter("disposeVolume", workspace);
      calls.push(`disposeVolume ${workspace} ${disposal}`);
      const volume = volumeOf(workspace);
      if (volume === undefined) return null;
      volume.kept = disposal === "keep";
      volume.policy = volume.kept ? "retain" : "delete";
      return disposal === "keep" ? { volume: volume.name, size: volume.size } : null;
    },
    async reclaimVolume(name, workspace) {
      await enter("reclaimVolume", workspace);
      calls.push(`reclaimVolume ${name} ${workspace}`);
      const volume = cluster.volumes.get(name);
      if (volume === undefined) throw new RuntimeError("refused", `there is no volume ${name}`);
      if (volume.workspace !== undefined && volume.workspace !== workspace) {
        throw new RuntimeError("refused", `the volume ${name} belongs to ${volume.workspace}`);
      }
      volume.workspace = workspace;
      volume.kept = false;
    },
    async deleteVolume(name, waiting) {
      await enter("deleteVolume", undefined, waiting.signal);
      calls.push(`deleteVolume ${name}`);
      const user = cluster.volumes.get(name)?.workspace;
      if (user !== undefined && cluster.workspaces.has(user) && cluster.volumes.get(name)?.kept !== true) {
        throw new RuntimeError("refused", `the volume ${name} is in use by ${user}`);
      }
      cluster.deleteVolume(name);
    },
    async remove(workspace, waiting) {
      await enter("remove", workspace, waiting.signal);
      calls.push(`remove ${workspace}`);
      const assertDisposed = () => {
        const volume = volumeOf(workspace);
        if (volume === undefined || volume.kept || volume.policy === "delete") return;
        throw new RuntimeError("refused", `nothing was said about the volume ${volume.name}`);
      };
      assertDisposed();
      cluster.beginRemoval(workspace);
      await until(
        () => !cluster.workspaces.has(workspace),
        waiting,
        () => "still there",
      );
      const left = volumeOf(workspace);
      if (left?.policy === "delete") cluster.deleteVolume(left.name);
    },
    async list() {
      await enter("list");
      return [...cluster.workspaces].filter(([, { ours }]) => ours).map(([id]) => id);
    },
    close: () => enter("close"),
  };
}
