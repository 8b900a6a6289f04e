import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EngineError } from "../../provisioner/engine/engine.ts";
import { RuntimeError } from "../../provisioner/runtimes/runtime.ts";
import { createWorld, eventually, type World } from "../support/fakes/world.ts";
import { useTestDatabases } from "../support/postgres.ts";

const databases = useTestDatabases();
let world: World;
beforeEach(async () => {
  world = await createWorld(await databases.empty());
});
afterEach(() => world.close());

const alice = { owner: "alice", handle: "alice", blueprint: "home" };

describe("an attempt that fails", () => {
  it("is made again, with a repair, inside the same operation", async () => {
    const { service, settle, engine } = world;
    await world.startReconciler();
    engine.failNext("deploy", new EngineError("crashed", "the worker was ended by SIGKILL"), "after");
    const { workspace, operation } = await service.create(alice);
    expect(await settle(operation)).toMatchObject({ outcome: "succeeded", attempts: 2, error: null });
    expect(engine.calls.map(({ repair }) => repair)).toEqual([false, true]);
    expect(await service.get(workspace.id, null)).toMatchObject({ phase: "running", message: null });
    const lines = await service.log(operation?.id ?? "", 0, null);
    expect(lines).toContainEqual(
      expect.objectContaining({ level: "error", message: "the worker was ended by SIGKILL" }),
    );
  });

  it("says why while the next one is waited for", async () => {
    const { service, engine } = world;
    await world.startReconciler({ backoff: { base: 60_000, cap: 60_000 } });
    engine.failNext("deploy", new EngineError("failed", "no such image"));
    const { workspace, operation } = await service.create(alice);
    const waiting = await world.until(workspace.id, ({ message }) => message !== null);
    expect(waiting).toMatchObject({ phase: "provisioning", message: "no such image", observedGeneration: 0 });
    expect(await service.operation(operation?.id ?? "", null)).toMatchObject({ outcome: null, attempts: 1 });
  });

  it("does not keep a change waiting for the next attempt", async () => {
    const { service, engine, settle } = world;
    await world.startReconciler({ backoff: { base: 60_000, cap: 60_000 } });
    engine.failNext("deploy", new EngineError("failed", "no such image"));
    const { workspace } = await service.create(alice);
    await world.until(workspace.id, ({ message }) => message !== null);
    const { operation } = await service.update(workspace.id, { memoryLimit: "512Mi" }, null);
    expect(await settle(operation)).toMatchObject({ outcome: "succeeded", attempts: 1 });
  });

  it("fails the operation after a bounded number, and waits for a repair", async () => {
    const { service, settle, engine } = world;
    await world.startReconciler({ backoff: { base: 1, cap: 1 } });
    for (let count = 0; count < 5; count += 1) engine.failNext("deploy", new EngineError("failed", "quota is used up"));
    const { workspace, operation } = await service.create(alice);
    expect(await settle(operation)).toMatchObject({
      outcome: "failed",
      attempts: 5,
      error: { code: "engine-failed", message: "quota is used up" },
    });
    expect(await service.get(workspace.id, null)).toMatchObject({
      phase: "needs-attention",
      message: "quota is used up",
      observedGeneration: 0,
    });
    expect(await world.queue.entries()).toEqual(new Map());

    const repaired = await service.repair(workspace.id, null);
    expect(repaired.operation).toMatchObject({ kind: "create", generation: 2 });
    expect(await settle(repaired.operation)).toMatchObject({ outcome: "succeeded", attempts: 1 });
    expect(await service.get(workspace.id, null)).toMatchObject({ phase: "running", observedGeneration: 2 });
    expect(engine.calls.at(-1)).toMatchObject({ repair: true });
  });

  it("fails with the runtime's reason when it does not become ready", async () => {
    const { service, settle, cluster } = world;
    await world.startReconciler({ deadlines: { ready: 30 }, backoff: { base: 1, cap: 1 } });
    cluster.becomesReady = false;
    const { workspace, operation } = await service.create(alice);
    expect(await settle(operation)).toMatchObject({
      outcome: "failed",
      error: { code: "not-ready", message: "not ready in time: the probe fails" },
    });
    expect(cluster.workspaces.has(workspace.id)).toBe(true);
    cluster.becomesReady = true;
    expect(await settle((await service.start(workspace.id, null)).operation)).toMatchObject({ outcome: "succeeded" });
  });

  it("touches nothing that is not ours, and says so at once", async () => {
    const { service, settle, cluster, engine } = world;
    const { workspace, operation } = await service.create(alice);
    cluster.addForeign(workspace.id);
    await world.startReconciler();
    expect(await settle(operation)).toMatchObject({ outcome: "failed", attempts: 1, error: { code: "foreign" } });
    expect(engine.calls).toEqual([]);
    expect(cluster.workspaces.get(workspace.id)?.ours).toBe(false);
  });

  it("outlasts a cluster that is away", async () => {
    const { service, settle, runtime } = world;
    await world.startReconciler({ backoff: { base: 1, cap: 1 } });
    runtime.failAll("assertOurs", new RuntimeError("unreachable", "the cluster does not answer"));
    const { workspace, operation } = await service.create(alice);
    await eventually(
      () => service.operation(operation?.id ?? "", null),
      ({ attempts }) => attempts > 7,
    );
    runtime.failAll("assertOurs", null);
    expect(await settle(operation)).toMatchObject({ outcome: "succeeded" });
    expect(await service.get(workspace.id, null)).toMatchObject({ phase: "running", message: null });
  });

  it("keeps our own mistakes out of what its owner reads", async () => {
    const { service, runtime } = world;
    await world.startReconciler({ backoff: { base: 60_000, cap: 60_000 } });
    runtime.failNext("waitReady", new TypeError("cannot read secret of undefined"));
    const { workspace } = await service.create(alice);
    const seen = await world.until(workspace.id, ({ message }) => message !== null);
    expect(seen.message).toBe("This is a mistake in Berth or its database: see the provisioner's log.");
  });
});

describe("a delete that fails", () => {
  it("is tried again until nothing is left", async () => {
    const { service, settle, engine, runtime, cluster } = world;
    await world.startReconciler();
    const { workspace, operation } = await service.create(alice);
    await settle(operation);
    engine.failNext("destroy", new EngineError("failed", "the API server is busy"), "after");
    runtime.failNext("remove", new RuntimeError("timeout", "the namespace is still there"));
    const deleted = await service.delete(workspace.id, "delete", null);
    expect(await settle(deleted.operation)).toMatchObject({ outcome: "succeeded", attempts: 3 });
    expect([...cluster.workspaces, ...cluster.volumes]).toEqual([]);
  });

  it("can be begun anew by another delete when it gave up", async () => {
    const { service, settle, runtime } = world;
    await world.startReconciler({ backoff: { base: 1, cap: 1 } });
    const { workspace, operation } = await service.create(alice);
    await settle(operation);
    runtime.failAll("remove", new RuntimeError("timeout", "a finalizer is stuck"));
    const failed = await settle((await service.delete(workspace.id, "delete", null)).operation);
    expect(failed).toMatchObject({ outcome: "failed", error: { message: "a finalizer is stuck" } });
    expect(await service.get(workspace.id, null)).toMatchObject({ phase: "needs-attention", desired: "deleted" });
    runtime.failAll("remove", null);
    const again = await service.delete(workspace.id, undefined, null);
    expect(await settle(again.operation)).toMatchObject({ kind: "delete", outcome: "succeeded" });
  });
});

describe("what was taken away behind our back", () => {
  it("is deployed again when it is started", async () => {
    const { service, settle, cluster, engine } = world;
    await world.startReconciler();
    const { workspace, operation } = await service.create(alice);
    await settle(operation);
    await settle((await service.stop(workspace.id, null)).operation);
    cluster.beginRemoval(workspace.id);
    const started = await service.start(workspace.id, null);
    expect(await settle(started.operation)).toMatchObject({ outcome: "succeeded" });
    expect(engine.calls.at(-1)).toMatchObject({ type: "deploy", repair: true });
    expect(cluster.workspaces.get(workspace.id)?.ready).toBe(true);
  });

  it("gets its own volume back, and leaves none behind when it is deleted", async () => {
    const { service, settle, cluster } = world;
    await world.startReconciler();
    const { workspace, operation } = await service.create(alice);
    await settle(operation);
    const [before] = [...cluster.volumes.keys()];
    await settle((await service.stop(workspace.id, null)).operation);
    cluster.beginRemoval(workspace.id);
    await settle((await service.start(workspace.id, null)).operation);
    expect([...cluster.volumes.keys()]).toEqual([before]);
    expect(cluster.workspaces.get(workspace.id)?.spec?.existingVolume).toBe(before);
    await settle((await service.delete(workspace.id, "keep", null)).operation);
    expect(await service.volumes("alice")).toMatchObject([{ owner: "alice", name: "home" }]);
  });
});
