import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { deriveHostLabel } from "../../components/core/names.ts";
import { createWorld, type World } from "../support/fakes/world.ts";
import { useTestDatabases } from "../support/postgres.ts";

const databases = useTestDatabases();
let world: World;
beforeEach(async () => {
  world = await createWorld(await databases.create(), { workspacesPerOwner: 2 });
});
afterEach(() => world.close());

describe("an owner", () => {
  it("cannot get past the limit by deleting as fast as creating", async () => {
    const { service } = world;
    const cycle = async (name: string) => {
      const { workspace } = await service.create({ owner: "mallory", name, blueprint: "home" });
      await service.delete(workspace.id, "keep", null);
    };
    for (const name of ["one", "two", "three", "four"]) await cycle(name);
    await expect(cycle("five")).rejects.toMatchObject({ code: "limit-reached", field: { name: "owner" } });
    expect((await service.list({ owner: "mallory" }, null)).items).toHaveLength(4);
  });

  it("cannot pile up kept volumes, but gets back to each of them", async () => {
    const { service, settle } = world;
    await world.startReconciler();
    const cycle = async (name: string) => {
      const { workspace, operation } = await service.create({ owner: "mallory", name, blueprint: "home" });
      await settle(operation);
      await settle((await service.delete(workspace.id, "keep", null)).operation);
    };
    for (const name of ["one", "two", "three", "four"]) await cycle(name);
    await expect(cycle("five")).rejects.toMatchObject({ code: "limit-reached" });
    await cycle("two");
    const [volume] = await service.volumes("mallory");
    await service.deleteVolume(volume?.id ?? "", "mallory");
    await cycle("five");
  });

  it("cannot keep another from getting a host name", async () => {
    const { service } = world;
    const foreseen = Array.from({ length: 5 }, (_, attempt) => deriveHostLabel("victim", "home", attempt));
    for (const [index, handle] of foreseen.entries()) {
      await service.create({ owner: `mallory${index}`, handle, blueprint: "home" });
    }
    const { workspace } = await service.create({ owner: "victim", blueprint: "home" });
    expect(workspace.host).toMatch(/^victim-/);
  });

  it("leaves a bounded number of operations, however often they change their mind", async () => {
    const { service, database } = world;
    const { workspace } = await service.create({ owner: "mallory", blueprint: "home" });
    await database.pool.query("update workspaces set generation = 5000 where id = $1", [workspace.id]);
    await database.pool.query(
      `insert into operations (id, workspace, kind, generation, outcome)
         select 'op-' || number, $1, 'stop', number, 'superseded' from generate_series(2, 5000) as number`,
      [workspace.id],
    );
    await database.pool.query(
      "insert into operation_lines (operation, sequence, at, level, message) values ('op-2', 1, now(), 'info', 'x')",
    );
    await service.stop(workspace.id, null);
    const operations = await service.operations(workspace.id, null);
    expect(operations).toHaveLength(1000);
    expect(operations[0]).toMatchObject({ kind: "stop", generation: 5001, outcome: null });
    expect((await database.pool.query("select * from operation_lines")).rows).toEqual([]);
  });
});
