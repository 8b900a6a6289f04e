import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RuntimeError } from "../../provisioner/runtimes/runtime.ts";
import { createTokenStore } from "../../provisioner/store/tokens.ts";
import { createWorld, eventually, type World } from "../support/fakes/world.ts";
import { useTestDatabases } from "../support/postgres.ts";

const databases = useTestDatabases();
let world: World;
beforeEach(async () => {
  world = await createWorld(await databases.empty());
});
afterEach(() => world.close());

const alice = { owner: "alice", handle: "alice", blueprint: "home", name: "home" };

async function createAndDelete(parameters: Readonly<Record<string, unknown>> = {}, disposal?: "keep" | "delete") {
  const { service, settle } = world;
  const { workspace, operation } = await service.create({ ...alice, parameters });
  await settle(operation);
  const deleted = await service.delete(workspace.id, disposal, null);
  expect(await settle(deleted.operation)).toMatchObject({ outcome: "succeeded" });
  return workspace;
}

describe("a volume", () => {
  it("is kept where the blueprint says so, and found again by the same owner, name and blueprint", async () => {
    const { service, settle, engine, cluster } = world;
    await world.startReconciler();
    const first = await createAndDelete({ volumeSize: "7Gi" });
    const [kept] = await service.volumes("alice");
    expect(kept).toMatchObject({ owner: "alice", name: "home", blueprint: "home", size: "7Gi" });
    const [name = ""] = [...cluster.volumes.keys()];

    const again = await service.create(alice);
    expect(await settle(again.operation)).toMatchObject({ outcome: "succeeded" });
    expect(again.workspace.id).not.toBe(first.id);
    expect(again.workspace.parameters).toMatchObject({ volumeSize: "7Gi" });
    expect(engine.calls.at(-1)?.spec?.existingVolume).toBe(name);
    expect(cluster.volumes.get(name)?.workspace).toBe(again.workspace.id);
    expect(await service.volumes("alice")).toEqual([]);

    // A change must not let go of it.
    await settle((await service.update(again.workspace.id, { memoryLimit: "512Mi" }, null)).operation);
    expect(engine.calls.at(-1)?.spec?.existingVolume).toBe(name);

    await settle((await service.delete(again.workspace.id, undefined, null)).operation);
    expect(await service.volumes("alice")).toMatchObject([{ id: kept?.id, size: "7Gi" }]);
  });

  it("is not found by another owner, another name or another blueprint", async () => {
    const { service, settle, engine } = world;
    await world.startReconciler();
    await createAndDelete();
    for (const other of [
      { ...alice, owner: "bob", handle: "bob" },
      { ...alice, name: "second", handle: "second" },
      { ...alice, blueprint: "desktop" },
    ]) {
      await settle((await service.create(other)).operation);
      expect(engine.calls.at(-1)?.spec?.existingVolume).toBeUndefined();
    }
    expect(await service.volumes(null)).toHaveLength(1);
  });

  it("is deleted where the delete says so", async () => {
    await world.startReconciler();
    await createAndDelete({}, "delete");
    expect(await world.service.volumes(null)).toEqual([]);
    expect([...world.cluster.volumes]).toEqual([]);
  });

  it("is deleted with a workspace that took it and was never deployed", async () => {
    const { service, settle, cluster } = world;
    const reconciler = await world.startReconciler();
    await createAndDelete();
    await reconciler.stop(0);
    const { workspace } = await service.create(alice);
    const { operation } = await service.delete(workspace.id, "delete", null);
    await world.startReconciler();
    expect(await settle(operation)).toMatchObject({ outcome: "succeeded" });
    await eventually(
      () => cluster.volumes.size,
      (size) => size === 0,
    );
    expect(await service.volumes(null)).toEqual([]);
  });

  it("is kept again by a workspace that took it and was never deployed", async () => {
    const { service, settle, cluster } = world;
    const reconciler = await world.startReconciler();
    await createAndDelete();
    await reconciler.stop(0);
    const { workspace } = await service.create(alice);
    expect(await service.volumes(null)).toEqual([]);
    const { operation } = await service.delete(workspace.id, "keep", null);
    await world.startReconciler();
    await settle(operation);
    expect(await service.volumes(null)).toHaveLength(1);
    expect(cluster.volumes.size).toBe(1);
  });

  it("is deleted for good when asked for, and tried again until it is gone", async () => {
    const { service, runtime, cluster, database } = world;
    await world.startReconciler({ scanInterval: 50 });
    await createAndDelete();
    const [kept] = await service.volumes(null);
    runtime.failNext("deleteVolume", new RuntimeError("unreachable", "the cluster does not answer"));
    await service.deleteVolume(kept?.id ?? "", "alice");
    expect(await service.volumes(null)).toEqual([]);
    await service.deleteVolume(kept?.id ?? "", "alice");
    await eventually(
      async () => (await database.pool.query("select * from volumes")).rows,
      (rows) => rows.length === 0,
    );
    expect([...cluster.volumes]).toEqual([]);
  });

  it("of another is not there for a viewer", async () => {
    await world.startReconciler();
    await createAndDelete();
    const [kept] = await world.service.volumes(null);
    expect(await world.service.volumes("bob")).toEqual([]);
    await expect(world.service.deleteVolume(kept?.id ?? "", "bob")).rejects.toMatchObject({ code: "not-found" });
  });

  it("goes too when that is said while the workspace is being deleted", async () => {
    const { service, settle, cluster } = world;
    await world.startReconciler();
    const { workspace, operation } = await service.create(alice);
    await settle(operation);
    cluster.holdRemovals = true;
    const kept = await service.delete(workspace.id, "keep", null);
    await world.until(workspace.id, () => cluster.workspaces.get(workspace.id)?.terminating === true);
    const late = await service.delete(workspace.id, "delete", null);
    expect(late.operation?.id).toBe(kept.operation?.id);
    cluster.holdRemovals = false;
    await settle(kept.operation);
    await eventually(
      () => cluster.volumes.size,
      (size) => size === 0,
    );
  });
});

describe("a forgotten owner", () => {
  it("loses all workspaces and volumes, and gets nothing any more", async () => {
    const { service, database, cluster } = world;
    await world.startReconciler();
    await createAndDelete();
    await service.create({ ...alice, name: "second", handle: "second" });
    const bobs = await service.create({ ...alice, owner: "bob", handle: "bob" });
    await service.forgetOwner("alice");
    await service.forgetOwner("alice");
    await eventually(
      async () => (await database.pool.query("select * from volumes")).rows.length,
      (count) => count === 0,
    );
    await eventually(
      () => service.list({ owner: "alice" }, null),
      ({ items }) => items.length === 0,
    );
    await expect(service.create({ ...alice, name: "third" })).rejects.toMatchObject({
      code: "conflict",
      field: { name: "owner", value: "alice" },
    });
    expect([...cluster.workspaces.keys()]).toEqual([bobs.workspace.id]);
  });

  it("loses the tokens that act for them, and nobody else does", async () => {
    const store = createTokenStore(world.database);
    const token = { name: "app", scope: "user", createdAt: new Date(), expiresAt: null, revokedAt: null } as const;
    await store.add({ ...token, id: "a".repeat(16), owner: "alice", hash: "1" });
    await store.add({ ...token, id: "b".repeat(16), owner: "bob", hash: "2" });
    await world.service.forgetOwner("alice");
    expect((await store.find("a".repeat(16)))?.revokedAt).toBeInstanceOf(Date);
    expect((await store.find("b".repeat(16)))?.revokedAt).toBeNull();
  });

  it("that was never seen is remembered all the same: events come out of order", async () => {
    await world.service.forgetOwner("carol");
    await expect(world.service.create({ ...alice, owner: "carol" })).rejects.toMatchObject({ code: "conflict" });
  });
});
