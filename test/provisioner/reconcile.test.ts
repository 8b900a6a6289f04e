import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createLatch } from "../support/fakes/latch.ts";
import { createWorld, eventually, type World } from "../support/fakes/world.ts";
import { useTestDatabases } from "../support/postgres.ts";

const databases = useTestDatabases();
let world: World;
beforeEach(async () => {
  world = await createWorld(await databases.empty());
});
afterEach(() => world.close());

const alice = { owner: "alice", handle: "alice", blueprint: "home" };

describe("a workspace's life", () => {
  it("is created, stopped, started, changed and deleted, each by one operation", async () => {
    const { service, settle, engine, runtime, cluster } = world;
    await world.startReconciler();
    const created = await service.create(alice);
    const { id } = created.workspace;
    expect(created.workspace).toMatchObject({ phase: "pending", generation: 1, observedGeneration: 0, readyAt: null });
    expect(await settle(created.operation)).toMatchObject({ kind: "create", outcome: "succeeded", attempts: 1 });
    expect(await service.get(id, null)).toMatchObject({ phase: "running", observedGeneration: 1, message: null });
    expect((await service.get(id, null)).readyAt).not.toBeNull();

    expect(await settle((await service.stop(id, null)).operation)).toMatchObject({
      kind: "stop",
      outcome: "succeeded",
    });
    expect(await service.get(id, null)).toMatchObject({ phase: "stopped", readyAt: null });
    expect(cluster.workspaces.get(id)?.replicas).toBe(0);

    expect(await settle((await service.start(id, null)).operation)).toMatchObject({ outcome: "succeeded" });
    expect(engine.calls.map(({ type }) => type)).toEqual(["deploy"]);
    expect(runtime.calls).toEqual([`scale ${id} 0`, `scale ${id} 1`]);

    const updated = await service.update(id, { memoryLimit: "512Mi" }, null);
    expect(await settle(updated.operation)).toMatchObject({ kind: "update", outcome: "succeeded" });
    expect(engine.calls.at(-1)?.spec?.shape.resources.limits.memory).toBe("512Mi");

    expect(await settle((await service.delete(id, "delete", null)).operation)).toMatchObject({ outcome: "succeeded" });
    expect(await service.get(id, null)).toMatchObject({ phase: "deleted", desired: "deleted", observedGeneration: 5 });
    expect([...cluster.workspaces, ...cluster.volumes, ...engine.stacks()]).toEqual([]);
    expect(engine.calls.every(({ repair }) => !repair)).toBe(true);
  });

  it("leaves no lease and no queue entry behind", async () => {
    const { service, settle, database } = world;
    await world.startReconciler();
    const { workspace, operation } = await service.create(alice);
    await settle(operation);
    await settle((await service.delete(workspace.id, "delete", null)).operation);
    expect((await database.pool.query("select * from leases")).rows).toEqual([]);
    expect(await world.queue.entries()).toEqual(new Map());
    expect((await database.pool.query("select * from volumes")).rows).toEqual([]);
  });

  it("writes a log whose lines are all there when the outcome is, and timings by phase", async () => {
    const { service, settle } = world;
    await world.startReconciler();
    const { operation } = await service.create(alice);
    const settled = await settle(operation);
    const lines = await service.log(settled.id, 0, null);
    expect(lines.map(({ sequence }) => sequence)).toEqual(lines.map((_, index) => index + 1));
    expect(lines.map(({ message }) => message)).toEqual([
      "Deploying home for alice",
      "deploy begins",
      "Waiting until it is ready",
      "Done",
    ]);
    expect(await service.log(settled.id, 3, null)).toEqual(lines.slice(3));
    expect(Object.keys(settled.timings).sort()).toEqual(["deploy", "deploy.deploy", "queued", "ready", "waiting"]);
  });
});

describe("changes that meet", () => {
  it("does not drop an edit that comes while a run is under way", async () => {
    const { service, settle, engine } = world;
    await world.startReconciler();
    const latch = createLatch();
    engine.holdNext("deploy", latch);
    const created = await service.create(alice);
    await latch.reached;
    const updated = await service.update(created.workspace.id, { memoryLimit: "512Mi" }, null);
    latch.open();
    expect(await settle(created.operation)).toMatchObject({ outcome: "superseded" });
    expect(await settle(updated.operation)).toMatchObject({ outcome: "succeeded" });
    expect(engine.calls.map(({ spec }) => spec?.shape.resources.limits.memory)).toEqual(["256Mi", "512Mi"]);
  });

  it("kills the creation when the delete comes, and leaves nothing", async () => {
    const { service, settle, engine, cluster } = world;
    await world.startReconciler();
    const latch = createLatch();
    engine.holdNext("deploy", latch);
    const created = await service.create(alice);
    await latch.reached;
    const deleted = await service.delete(created.workspace.id, "delete", null);
    expect(await settle(created.operation)).toMatchObject({ outcome: "superseded", error: null });
    expect(await settle(deleted.operation)).toMatchObject({ outcome: "succeeded" });
    expect(engine.calls.map(({ type, repair }) => ({ type, repair }))).toEqual([
      { type: "deploy", repair: false },
      { type: "destroy", repair: true },
    ]);
    expect([...cluster.workspaces, ...engine.stacks()]).toEqual([]);
    expect(engine.violations).toEqual([]);
  });

  it("stops waiting for readiness when a stop comes", async () => {
    const { service, settle, cluster } = world;
    await world.startReconciler();
    cluster.becomesReady = false;
    const created = await service.create(alice);
    await world.until(created.workspace.id, () => cluster.workspaces.has(created.workspace.id));
    const stopped = await service.stop(created.workspace.id, null);
    expect(await settle(stopped.operation)).toMatchObject({ outcome: "succeeded" });
    expect(await settle(created.operation)).toMatchObject({ outcome: "superseded" });
    expect(await service.get(created.workspace.id, null)).toMatchObject({ phase: "stopped" });
  });

  it("does twice-delivered work once", async () => {
    const { service, settle, engine, queue, database } = world;
    await world.startReconciler();
    await world.startReconciler();
    const latch = createLatch();
    engine.holdNext("deploy", latch);
    const { workspace, operation } = await service.create(alice);
    await latch.reached;
    await database.transaction(async (transaction) => {
      await queue.discard(transaction, workspace.id);
      await queue.enqueue(transaction, workspace.id);
    });
    // The second delivery finds the lease and ends.
    await eventually(
      () => queue.entries(),
      (entries) => entries.size === 0,
    );
    latch.open();
    expect(await settle(operation)).toMatchObject({ outcome: "succeeded", attempts: 1 });
    expect(engine.calls).toHaveLength(1);
  });

  it("never lets two reconcilers run one workspace at once", async () => {
    const { service, engine, settle } = world;
    for (let index = 0; index < 3; index += 1) await world.startReconciler({ engineRuns: 8 });
    const created = await Promise.all(
      Array.from({ length: 12 }, (_, index) => service.create({ owner: `user-${index}`, blueprint: "home" })),
    );
    for (let round = 0; round < 4; round += 1) {
      await Promise.all(
        created.flatMap(({ workspace: { id } }) => [
          service.update(id, { memoryLimit: `${300 + round}Mi` }, null),
          round % 2 === 0 ? service.stop(id, null) : service.start(id, null),
        ]),
      );
    }
    await Promise.all(created.map(({ workspace: { id } }) => world.until(id, ({ phase }) => phase === "running")));
    const deletions = await Promise.all(created.map(({ workspace: { id } }) => service.delete(id, "delete", null)));
    for (const { operation } of deletions) expect(await settle(operation)).toMatchObject({ outcome: "succeeded" });
    expect(engine.violations).toEqual([]);
    expect(engine.stacks()).toEqual([]);
  });
});
