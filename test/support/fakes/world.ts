import { randomBytes } from "node:crypto";
import pino from "pino";
import type { Operation, Workspace } from "../../../provisioner/contract/workspace.ts";
import { createQueue, type Queue } from "../../../provisioner/queue/queue.ts";
import type { Observer, ReconcilerOptions } from "../../../provisioner/reconcile/options.ts";
import { createReconciler, type Reconciler } from "../../../provisioner/reconcile/reconciler.ts";
import type { Database } from "../../../provisioner/store/database.ts";
import { type Notifications, openNotifications } from "../../../provisioner/store/notifications.ts";
import { ownHolder } from "../../../provisioner/store/process-id.ts";
import type { Holder } from "../../../provisioner/store/schema.ts";
import { createWorkspaceService } from "../../../provisioner/workspaces/create-service.ts";
import type { WorkspaceService } from "../../../provisioner/workspaces/service.ts";
import type { WorkspaceSettings } from "../../../provisioner/workspaces/settings.ts";
import { openAs } from "../roles.ts";
import { createFakeCluster, type FakeCluster } from "./cluster.ts";
import { createFakeEngine, type FakeEngine } from "./engine.ts";
import { createFakeRuntime, type FakeRuntime } from "./runtime.ts";

export interface World {
  readonly database: Database;
  readonly queue: Queue;
  readonly notifications: Notifications;
  readonly service: WorkspaceService;
  readonly cluster: FakeCluster;
  readonly engine: FakeEngine;
  readonly runtime: FakeRuntime;
  /** Starts a reconciler as a process of its own would; `holder` says which. */
  startReconciler(
    options?: ReconcilerOptions,
    more?: { readonly holder?: Holder; readonly observer?: Observer },
  ): Promise<Reconciler>;
  /** The workspace's operation, when it has its outcome. */
  settle(operation: Pick<Operation, "id"> | null): Promise<Operation>;
  /** The workspace when it is so; fails after 15 s. */
  until(id: string, is: (workspace: Workspace) => boolean): Promise<Workspace>;
  close(): Promise<void>;
}

/** What one of the programs has of a database, as its role. */
async function openProgram(owner: Database, program: "api" | "engine") {
  const database = openAs(owner, program);
  const queue = createQueue(database, { make: false, maintain: program === "engine" });
  await queue.start();
  const notifications = await openNotifications(database.url);
  const close = async () => {
    await queue.stop();
    await notifications.close();
    await database.close();
  };
  return { database, queue, notifications, close };
}

/** Everything but the engine and the cluster is real; API and engine have the rights of theirs in the database. */
export async function createWorld(database: Database, settings: Partial<WorkspaceSettings> = {}): Promise<World> {
  const queue = createQueue(database);
  await queue.start();
  const notifications = await openNotifications(database.url);
  const all: WorkspaceSettings = { installation: "test", baseDomain: "workspace.example.com", ...settings };
  const [ofApi, ofEngine] = [await openProgram(database, "api"), await openProgram(database, "engine")];
  const service = createWorkspaceService({ ...ofApi, settings: all });
  const cluster = createFakeCluster();
  const engine = createFakeEngine(cluster);
  const runtime = createFakeRuntime(cluster);
  const reconcilers: Reconciler[] = [];
  return {
    database,
    queue,
    notifications,
    service,
    cluster,
    engine,
    runtime,
    async startReconciler(options = {}, { holder = ownHolder(), observer } = {}) {
      const reconciler = createReconciler({
        ...{ ...ofEngine, engine, runtime, holder, settings: all },
        log: pino({ level: process.env.BERTH_TEST_LOG ?? "silent" }),
        options: { engineRuns: 4, backoff: { base: 20, cap: 100 }, ...options },
        ...(observer === undefined ? {} : { observer }),
      });
      reconcilers.push(reconciler);
      await reconciler.start();
      return reconciler;
    },
    async settle(operation) {
      if (operation === null) throw new Error("there is no operation");
      const settled = await service.settled(operation.id, 15_000);
      if (settled.outcome === null) throw new Error(`${settled.kind} ${settled.id} has no outcome`);
      return settled;
    },
    until: (id, is) => eventually(() => service.get(id, null), is),
    async close() {
      await Promise.all(reconcilers.map((reconciler) => reconciler.stop(0)));
      await ofApi.close();
      await ofEngine.close();
      await queue.stop();
      await notifications.close();
    },
  };
}

/** Reads until it is so; fails after 15 s with what was read last. */
export async function eventually<T>(read: () => Promise<T> | T, is: (value: T) => boolean): Promise<T> {
  const deadline = performance.now() + 15_000;
  for (;;) {
    const value = await read();
    if (is(value)) return value;
    if (performance.now() > deadline) throw new Error(`it did not come to be so: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A process that is not there: whoever held something as it is provably dead. */
export function deadHolder(): Holder {
  return { ...ownHolder(), pid: 2 ** 22 + 1, started: randomBytes(4).toString("hex") };
}
