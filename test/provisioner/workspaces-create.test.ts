import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CreateCommand } from "../../provisioner/workspaces/service.ts";
import { createWorld, type World } from "../support/fakes/world.ts";
import { useTestDatabases } from "../support/postgres.ts";

const databases = useTestDatabases();
let world: World;
beforeEach(async () => {
  world = await createWorld(await databases.empty(), { workspacesPerOwner: 3, port: 8443 });
});
afterEach(() => world.close());

const alice = { owner: "alice", handle: "alice", blueprint: "home" };

/** How many rows of each kind there are, to see that a refusal changed nothing. */
async function counts() {
  const { rows } = await world.database.pool.query(
    `select (select count(*)::int from workspaces) as workspaces, (select count(*)::int from operations) as operations,
       (select count(*)::int from hosts) as hosts, (select count(*)::int from idempotency_keys) as keys,
       (select count(*)::int from pgboss.job) as jobs`,
  );
  return rows[0];
}

describe("create", () => {
  it("accepts a workspace with its operation and its queue entry", async () => {
    const { workspace, operation, created } = await world.service.create(alice);
    expect(created).toBe(true);
    expect(workspace).toEqual({
      id: expect.stringMatching(/^ws-[a-z2-7]{16}$/),
      owner: "alice",
      name: "home",
      blueprint: { name: "home", version: 2 },
      parameters: { cpuLimit: "500m", memoryLimit: "256Mi", volumeSize: "5Gi" },
      host: "alice.workspace.example.com",
      url: "https://alice.workspace.example.com:8443",
      desired: "running",
      phase: "pending",
      message: null,
      generation: 1,
      observedGeneration: 0,
      operation: operation?.id,
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
      readyAt: null,
      lastActiveAt: null,
    });
    expect(operation).toMatchObject({ kind: "create", generation: 1, outcome: null, attempts: 0, timings: {} });
    expect([...(await world.queue.entries()).keys()]).toEqual([workspace.id]);
  });

  it.each<[string, Partial<CreateCommand>, object]>([
    [
      "an unknown blueprint",
      { blueprint: "castle" },
      { code: "invalid", field: { name: "blueprint", value: "castle" } },
    ],
    [
      "a parameter out of range",
      { parameters: { memoryLimit: "900Gi" } },
      { code: "invalid", field: { name: "parameters.memoryLimit", value: "900Gi" } },
    ],
    [
      "an unknown parameter",
      { parameters: { gpu: 1 } },
      { code: "invalid", field: { name: "parameters.gpu", value: 1 } },
    ],
    ["an invalid handle", { handle: "Alice" }, { code: "invalid", field: { name: "handle", value: "Alice" } }],
    ["a reserved handle", { handle: "adm1n" }, { code: "invalid", field: { name: "handle", value: "adm1n" } }],
  ])("refuses %s by its field, and changes nothing", async (_, wrong, refusal) => {
    const before = await counts();
    await expect(world.service.create({ ...alice, ...wrong }, { subject: "s", key: "k" })).rejects.toMatchObject(
      refusal,
    );
    expect(await counts()).toEqual(before);
  });

  it("refuses a taken handle, or derives another where that is wanted", async () => {
    const { service } = world;
    await service.create(alice);
    const bob = { ...alice, owner: "bob" };
    await expect(service.create(bob)).rejects.toMatchObject({
      code: "conflict",
      field: { name: "handle", value: "alice" },
    });
    const { workspace } = await service.create({ ...bob, handleFallback: "derive" });
    expect(workspace.host).toMatch(/^bob-home-[a-z2-7]{12}\.workspace\.example\.com$/);
    const odd = await service.create({
      owner: "Ünïcode?".replace(/[^a-z]/gi, ""),
      handle: "🙂",
      handleFallback: "derive",
      blueprint: "home",
    });
    expect(odd.workspace.host).toMatch(/^[a-z0-9-]+\.workspace\.example\.com$/);
  });

  it("gives a released handle to its last owner at once, to others only after a while", async () => {
    const { service, settle, database } = world;
    await world.startReconciler();
    const first = await service.create(alice);
    await settle(first.operation);
    await settle((await service.delete(first.workspace.id, "delete", null)).operation);
    await expect(service.create({ ...alice, owner: "bob" })).rejects.toMatchObject({ code: "conflict" });
    const second = await service.create(alice);
    expect(second.workspace.host).toBe("alice.workspace.example.com");
    await settle((await service.delete(second.workspace.id, "delete", null)).operation);
    await database.pool.query("update hosts set released_at = now() - interval '25 hours'");
    expect((await service.create({ ...alice, owner: "bob" })).workspace.host).toBe("alice.workspace.example.com");
  });

  it("makes one workspace of two requests at once", async () => {
    const { service } = world;
    const both = await Promise.all([
      service.create({ ...alice, ifExists: "return" }),
      service.create({ ...alice, ifExists: "return" }),
    ]);
    expect(new Set(both.map(({ workspace }) => workspace.id)).size).toBe(1);
    expect(new Set(both.map(({ operation }) => operation?.id)).size).toBe(1);
    expect(both.map(({ created }) => created).sort()).toEqual([false, true]);
    const refused = await Promise.allSettled([
      service.create({ ...alice, owner: "bob", handle: "bob" }),
      service.create({ ...alice, owner: "bob", handle: "bob" }),
    ]);
    expect(refused.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  it("lets no two at once pass the limit", async () => {
    const { service } = world;
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) => service.create({ owner: "alice", name: `n${index}`, blueprint: "home" })),
    );
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
    for (const result of results) {
      if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "limit-reached" });
    }
    expect(await counts()).toMatchObject({ workspaces: 3, hosts: 3, jobs: 3 });
  });

  it("lets no two owners have one handle at once", async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 6 }, (_, index) => world.service.create({ ...alice, owner: `user-${index}` })),
    );
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await counts()).toMatchObject({ workspaces: 1, hosts: 1 });
  });

  it("returns the one that is there, and wakes it", async () => {
    const { service, settle } = world;
    await world.startReconciler();
    const { workspace, operation } = await service.create(alice);
    await settle(operation);
    const running = await service.create({ ...alice, ifExists: "return", parameters: { memoryLimit: "512Mi" } });
    expect(running).toMatchObject({ created: false, operation: null, workspace: { id: workspace.id, generation: 1 } });
    expect(running.workspace.parameters).toEqual(workspace.parameters);
    await settle((await service.stop(workspace.id, null)).operation);
    const woken = await service.create({ ...alice, ifExists: "return" });
    expect(woken).toMatchObject({ created: false, operation: { kind: "start" }, workspace: { desired: "running" } });
    await expect(service.create(alice)).rejects.toMatchObject({
      code: "conflict",
      field: { name: "name", value: "home" },
    });
    await expect(
      service.create({ ...alice, name: "home", blueprint: "desktop", ifExists: "return" }),
    ).rejects.toMatchObject({ code: "conflict", field: { name: "blueprint" } });
  });

  it("while the one of that name is being deleted is a conflict that names the operation to wait for", async () => {
    const { service } = world;
    const { workspace } = await service.create(alice);
    const { operation } = await service.delete(workspace.id, "delete", null);
    for (const ifExists of ["refuse", "return"] as const) {
      await expect(service.create({ ...alice, ifExists })).rejects.toMatchObject({
        code: "conflict",
        field: { name: "name", fix: `Ask again when the operation ${operation?.id} has ended.` },
      });
    }
  });
});

describe("an idempotency key", () => {
  const key = { subject: "token-1", key: "abc" };

  it("answers a repeated request with what it brought about the first time", async () => {
    const { service } = world;
    const first = await service.create(alice, key);
    const again = await service.create({ blueprint: "home", handle: "alice", owner: "alice" }, key);
    expect(again).toMatchObject({
      created: false,
      workspace: { id: first.workspace.id },
      operation: { id: first.operation?.id },
    });
  });

  it("used for another request is refused", async () => {
    await world.service.create(alice, key);
    await expect(world.service.create({ ...alice, name: "other" }, key)).rejects.toMatchObject({
      code: "idempotency-mismatch",
    });
    await expect(
      world.service.create({ ...alice, owner: "bob", handle: "bob" }, { ...key, subject: "token-2" }),
    ).resolves.toMatchObject({ created: true });
  });

  it("makes one of two requests at once", async () => {
    const both = await Promise.all([world.service.create(alice, key), world.service.create(alice, key)]);
    expect(new Set(both.map(({ workspace }) => workspace.id)).size).toBe(1);
    expect(await counts()).toMatchObject({ workspaces: 1, operations: 1 });
  });

  it("of a refused request can be used again, and is forgotten after a day", async () => {
    const { service, database } = world;
    await expect(service.create({ ...alice, handle: "Alice" }, key)).rejects.toMatchObject({ code: "invalid" });
    await service.create(alice, key);
    await database.pool.query("update idempotency_keys set expires_at = now() - interval '1 second'");
    await expect(service.create({ ...alice, name: "other", handle: "other" }, key)).resolves.toMatchObject({
      created: true,
    });
  });
});
