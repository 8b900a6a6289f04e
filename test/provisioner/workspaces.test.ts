import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createWorld, eventually, type World } from "../support/fakes/world.ts";
import { useTestDatabases } from "../support/postgres.ts";

const databases = useTestDatabases();
let world: World;
beforeEach(async () => {
  world = await createWorld(await databases.empty(), { workspacesPerOwner: 3, port: 8443 });
});
afterEach(() => world.close());

const alice = { owner: "alice", handle: "alice", blueprint: "home" };

describe("changes", () => {
  it("that change nothing are accepted with nothing to do", async () => {
    const { service, settle } = world;
    await world.startReconciler();
    const { workspace, operation } = await service.create(alice);
    await settle(operation);
    for (const accepted of [
      await service.start(workspace.id, null),
      await service.repair(workspace.id, null),
      await service.update(workspace.id, { memoryLimit: "256Mi" }, null),
    ]) {
      expect(accepted).toMatchObject({ operation: null, workspace: { generation: 1, phase: "running" } });
    }
    const deleted = await service.delete(workspace.id, "delete", null);
    await settle(deleted.operation);
    expect(await service.delete(workspace.id, "delete", null)).toMatchObject({ operation: null });
  });

  it("asked for twice are one operation", async () => {
    const { service } = world;
    const { workspace } = await service.create(alice);
    const first = await service.delete(workspace.id, undefined, null);
    const second = await service.delete(workspace.id, undefined, null);
    expect(second.operation?.id).toBe(first.operation?.id);
    expect(second.workspace.generation).toBe(2);
  });

  it("supersede what is under way, each operation has one outcome", async () => {
    const { service } = world;
    const { workspace } = await service.create(alice);
    await service.update(workspace.id, { memoryLimit: "512Mi" }, null);
    await service.stop(workspace.id, null);
    const operations = await service.operations(workspace.id, null);
    expect(operations.map(({ kind, generation, outcome }) => ({ kind, generation, outcome }))).toEqual([
      { kind: "stop", generation: 3, outcome: null },
      { kind: "update", generation: 2, outcome: "superseded" },
      { kind: "create", generation: 1, outcome: "superseded" },
    ]);
  });

  it("of what is being deleted are refused", async () => {
    const { service } = world;
    const { workspace } = await service.create(alice);
    await service.delete(workspace.id, "delete", null);
    for (const change of [
      () => service.start(workspace.id, null),
      () => service.stop(workspace.id, null),
      () => service.update(workspace.id, { memoryLimit: "512Mi" }, null),
    ]) {
      await expect(change()).rejects.toMatchObject({ code: "conflict" });
    }
  });

  it("never shrink a volume", async () => {
    const { workspace } = await world.service.create(alice);
    await expect(world.service.update(workspace.id, { volumeSize: "2Gi" }, null)).rejects.toMatchObject({
      code: "invalid",
      field: { name: "parameters.volumeSize", value: "2Gi" },
    });
  });
});

describe("what a viewer may not see", () => {
  it("is not there", async () => {
    const { service } = world;
    const { workspace, operation } = await service.create(alice);
    const id = workspace.id;
    for (const attempt of [
      () => service.get(id, "bob"),
      () => service.update(id, { memoryLimit: "512Mi" }, "bob"),
      () => service.stop(id, "bob"),
      () => service.start(id, "bob"),
      () => service.repair(id, "bob"),
      () => service.delete(id, "delete", "bob"),
      () => service.operations(id, "bob"),
      () => service.operation(operation?.id ?? "", "bob"),
      () => service.log(operation?.id ?? "", 0, "bob"),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ code: "not-found" });
    }
    expect((await service.list({}, "bob")).items).toEqual([]);
    expect(await service.get(id, "alice")).toMatchObject({ id, generation: 1 });
  });
});

describe("list", () => {
  it("pages through all of them once, newest first, while new ones come", async () => {
    const { service } = world;
    const ids: string[] = [];
    for (let index = 0; index < 7; index += 1) {
      ids.unshift((await service.create({ owner: `user-${index}`, blueprint: "home" })).workspace.id);
    }
    const seen: string[] = [];
    let cursor: string | undefined;
    for (let pages = 0; pages < 10; pages += 1) {
      const page = await service.list({ limit: 3, ...(cursor === undefined ? {} : { cursor }) }, null);
      seen.push(...page.items.map(({ id }) => id));
      await service.create({ owner: `late-${pages}`, blueprint: "home" });
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(ids);
    await expect(service.list({ cursor: "nonsense" }, null)).rejects.toMatchObject({ code: "invalid" });
  });

  it("finds by owner, name, blueprint, host, desired state and phase; deleted ones when asked for", async () => {
    const { service, settle } = world;
    await world.startReconciler();
    const home = await service.create(alice);
    const desktop = await service.create({ owner: "bob", handle: "bob", blueprint: "desktop" });
    const gone = await service.create({ owner: "carol", handle: "carol", blueprint: "home" });
    for (const { operation } of [home, desktop, gone]) await settle(operation);
    await settle((await service.delete(gone.workspace.id, "delete", null)).operation);
    const find = async (filter: Parameters<typeof service.list>[0]) =>
      (await service.list(filter, null)).items.map(({ owner }) => owner);
    expect(await find({})).toEqual(["bob", "alice"]);
    expect(await find({ owner: "alice" })).toEqual(["alice"]);
    expect(await find({ name: "desktop" })).toEqual(["bob"]);
    expect(await find({ blueprint: "home" })).toEqual(["alice"]);
    expect(await find({ host: "bob.workspace.example.com" })).toEqual(["bob"]);
    expect(await find({ host: "bob" })).toEqual(["bob"]);
    expect(await find({ host: "bob.elsewhere.example.com" })).toEqual([]);
    expect(await find({ phase: "running" })).toEqual(["bob", "alice"]);
    expect(await find({ desired: "stopped" })).toEqual([]);
    expect(await find({ includeDeleted: true })).toEqual(["carol", "bob", "alice"]);
    expect(await find({ phase: "deleted" })).toEqual(["carol"]);
  });
});

describe("waiting", () => {
  it("ends with the outcome, or with the time", async () => {
    const { service } = world;
    const { operation } = await service.create(alice);
    const from = performance.now();
    expect(await service.settled(operation?.id ?? "", 30)).toMatchObject({ outcome: null });
    expect(performance.now() - from).toBeLessThan(5_000);
    const settled = service.settled(operation?.id ?? "", 15_000);
    await world.startReconciler();
    expect(await settled).toMatchObject({ outcome: "succeeded" });
    await expect(service.settled("op-aaaaaaaaaaaaaaaa", 10)).rejects.toMatchObject({ code: "not-found" });
  });

  it("for a change ends when there is one, or when it is given up", async () => {
    const { service } = world;
    const { workspace, operation } = await service.create(alice);
    const change = service.changed(operation?.id ?? "", AbortSignal.timeout(15_000));
    await service.stop(workspace.id, null);
    await change;
    expect(await service.operation(operation?.id ?? "", null)).toMatchObject({ outcome: "superseded" });
    await service.changed(operation?.id ?? "", AbortSignal.abort());
    await eventually(
      () => service.settled(operation?.id ?? "", 0),
      ({ outcome }) => outcome === "superseded",
    );
  });
});
