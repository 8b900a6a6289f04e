import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { estimateShape, volumeMonthlyUsd } from "../../provisioner/workspaces/estimate.ts";
import { blueprintNamed } from "../../provisioner/workspaces/refusals.ts";
import { createWorld, type World } from "../support/fakes/world.ts";
import { useTestDatabases } from "../support/postgres.ts";

const databases = useTestDatabases();
let world: World;
afterEach(() => world.close());

const usd = (parameters = {}, blueprint = "home") =>
  estimateShape(blueprintNamed(blueprint).shape(parameters)).monthlyUsd;
const home = usd();
const large = { memoryLimit: "2Gi", volumeSize: "50Gi" };

/** Everything that a refusal must leave as it is. */
async function everything() {
  const tables = ["workspaces", "operations", "hosts", "volumes", "owners", "idempotency_keys"];
  const dumps = tables.map(async (table) => [
    table,
    (await world.database.pool.query(`select * from ${table} order by 1`)).rows,
  ]);
  const { rows } = await world.database.pool.query("select count(*)::int from pgboss.job");
  return [...(await Promise.all(dumps)), rows];
}

/** Why something was refused; it has to have changed nothing. */
async function refusal(ask: () => Promise<unknown>) {
  const before = await everything();
  const outcome = await ask().catch((error: unknown) => error);
  expect(outcome).toMatchObject({ name: "RequestError", code: "over-budget" });
  expect(await everything()).toEqual(before);
  return outcome instanceof Error ? outcome.message : "";
}

describe("a budget of each workspace", () => {
  beforeEach(async () => {
    const budgets = { workspaceMonthlyUsd: home + 0.5 };
    world = await createWorld(await databases.empty(), { budgets, costs: { hoursPerMonth: 730 } });
  });

  it("lets through what costs as much, and no more", async () => {
    const { estimate } = await world.service.create({ owner: "alice", blueprint: "home" });
    expect(estimate?.monthlyUsd).toBe(home);
  });

  it("refuses what costs more, with the sum by item, the budget, and what to do", async () => {
    const order = { owner: "alice", handle: "alice", blueprint: "home", parameters: large };
    const message = await refusal(() => world.service.create(order, { subject: "test", key: "once" }));
    const { items, monthlyUsd } = estimateShape(blueprintNamed("home").shape(large));
    expect(message).toContain(`This costs $${monthlyUsd} a month,`);
    expect(message).toContain(`above the budget of $${(home + 0.5).toFixed(2)}:`);
    for (const { item, monthlyUsd: each } of items) {
      expect(message.split("\n").map((line) => line.trim().replaceAll(/\s+/g, " "))).toContain(
        `$${each.toFixed(2)} ${item}`,
      );
    }
    expect(message.split("\n").at(-1)).toBe(
      "Ask for less: smaller parameters. Or have the operator raise BERTH_WORKSPACE_BUDGET (`provisioner.budget.workspaceMonthlyUsd` of a platform), or count on fewer than 730 hours a month by BERTH_PRICE_HOURS (`provisioner.costs.hoursPerMonth`). The price is that of m7i.2xlarge in us-east-1, as nobody said another: BERTH_PRICE_INSTANCE_TYPE.",
    );
  });

  it("leaves a refused idempotency key free for a smaller order", async () => {
    const key = { subject: "test", key: "once" };
    await refusal(() => world.service.create({ owner: "alice", blueprint: "home", parameters: large }, key));
    const { created } = await world.service.create({ owner: "alice", blueprint: "home" }, key);
    expect(created).toBe(true);
  });

  it("holds for changes that cost more, and for those alone", async () => {
    const { workspace } = await world.service.create({ owner: "alice", blueprint: "home" });
    await refusal(() => world.service.update(workspace.id, { volumeSize: "50Gi" }, null));
    const dearer = await world.service.update(workspace.id, { volumeSize: "6Gi" }, "alice");
    expect(dearer.workspace.parameters).toMatchObject({ volumeSize: "6Gi" });
    // Somebody lowered the budget since: what exists may become smaller, or other at the same price.
    await world.database.pool.query(
      `update workspaces set parameters = parameters || '{"memoryLimit":"4Gi"}' where id = $1`,
      [workspace.id],
    );
    const same = await world.service.update(workspace.id, { cpuLimit: "1" }, null);
    expect(same.workspace.parameters).toMatchObject({ cpuLimit: "1", memoryLimit: "4Gi" });
    const smaller = await world.service.update(workspace.id, { memoryLimit: "2Gi" }, null);
    expect(smaller.workspace.parameters).toMatchObject({ memoryLimit: "2Gi" });
  });

  it("refuses what fits no node, as its price cannot be told", async () => {
    const parameters = { cpuRequest: "16", cpuLimit: "16" };
    await expect(world.service.create({ owner: "alice", blueprint: "desktop", parameters })).rejects.toMatchObject({
      code: "invalid",
      field: { name: "parameters", fix: expect.stringMatching(/^The nodes here .* ask for less\. There is a budget/) },
    });
  });

  it("does not keep anybody from finding, stopping, starting or deleting what they have", async () => {
    const { workspace } = await world.service.create({ owner: "alice", blueprint: "home" });
    await world.database.pool.query(
      `update workspaces set parameters = parameters || '{"memoryLimit":"4Gi"}' where id = $1`,
      [workspace.id],
    );
    const { service } = world;
    expect((await service.create({ owner: "alice", blueprint: "home", ifExists: "return" })).created).toBe(false);
    await service.stop(workspace.id, null);
    await service.start(workspace.id, null);
    expect((await service.delete(workspace.id, "delete", null)).workspace.desired).toBe("deleted");
  });
});

describe("a budget of each owner", () => {
  const budgets = { ownerMonthlyUsd: 3 * home };
  const create = (name: string, owner = "alice") => world.service.create({ owner, name, blueprint: "home" });
  beforeEach(async () => {
    world = await createWorld(await databases.empty(), { budgets, workspacesPerOwner: 50 });
  });

  it("counts all workspaces of an owner, awake or not, and nobody else's", async () => {
    const { workspace } = await create("one");
    await world.service.stop(workspace.id, null);
    for (const name of ["two", "three"]) await create(name);
    const message = await refusal(() => create("four"));
    expect(message).toContain(`This costs $${(4 * home).toFixed(2)} a month, $${home.toFixed(2)} above the budget of`);
    expect(message).toContain(`$${home.toFixed(2)}  Workspace one (${workspace.id})`);
    expect(message).toMatch(/BERTH_OWNER_BUDGET \(`provisioner\.budget\.ownerMonthlyUsd` of a platform\)/);
    expect((await create("one", "bob")).created).toBe(true);
  });

  it("cannot be passed by many creates at once", async () => {
    const names = Array.from({ length: 12 }, (_, index) => `home-${index}`);
    const outcomes = await Promise.allSettled(names.map((name) => create(name)));
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ code: "over-budget" });
    }
    expect((await world.service.list({ owner: "alice" }, null)).items).toHaveLength(3);
  });

  it("cannot be passed by creates and changes at once, which do not wait for each other for ever", async () => {
    const present = await Promise.all(["one", "two"].map((name) => create(name)));
    const grow = ({ workspace }: (typeof present)[number]) =>
      world.service.update(workspace.id, { volumeSize: "20Gi" }, null);
    const again = (name: string) =>
      world.service.create({ owner: "alice", name, blueprint: "home", ifExists: "return" });
    const asked = Array.from({ length: 4 }, () => [
      ...present.map(grow),
      ...["one", "two", "three", "four"].map(again),
    ]).flat();
    for (const outcome of await Promise.allSettled(asked)) {
      if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ code: "over-budget" });
    }
    const { items } = await world.service.list({ owner: "alice" }, null);
    const together = items.reduce((sum, { parameters }) => sum + usd(parameters), 0);
    expect(together).toBeLessThanOrEqual(3 * home);
    expect(together).toBeGreaterThan(2 * home);
  });

  it("counts volumes that were kept, while they are on their way too, and each but once", async () => {
    const size = "200Gi";
    const kept = volumeMonthlyUsd(size);
    const big = usd({ volumeSize: size });
    await world.close();
    world = await createWorld(await databases.empty(), { budgets: { ownerMonthlyUsd: big + kept } });
    const { service, settle } = world;
    const order = (name: string) =>
      service.create({ owner: "alice", name, blueprint: "home", parameters: { volumeSize: size } });
    const first = await order("one");
    await world.startReconciler();
    await settle(first.operation);
    await settle((await service.delete(first.workspace.id, "keep", null)).operation);
    const second = await order("two");
    await settle(second.operation);
    const { operation } = await service.delete(second.workspace.id, "keep", null);
    const leaving = await service.create({ owner: "alice", name: "three", blueprint: "home" }).catch((error) => error);
    expect(leaving).toMatchObject({ code: "over-budget" });
    await settle(operation);
    const message = await refusal(() => service.create({ owner: "alice", name: "three", blueprint: "home" }));
    expect(message.match(/Kept volume of (one|two)/g)).toHaveLength(2);
    // It is the volume of the new workspace now, and not counted beside it.
    expect((await order("one")).workspace.parameters).toMatchObject({ volumeSize: size });
  });

  it("is silent about changes that cost no more, however much there is", async () => {
    const made = await Promise.all(["one", "two", "three"].map((name) => create(name)));
    await world.database.pool.query(`update workspaces set parameters = parameters || '{"memoryLimit":"4Gi"}'`);
    await refusal(() => create("four"));
    const id = made[0]?.workspace.id ?? "";
    expect((await world.service.update(id, { memoryLimit: "2Gi" }, null)).operation).not.toBeNull();
  });

  it("names a workspace whose price cannot be told", async () => {
    const { workspace } = await create("one");
    await world.database.pool.query("update workspaces set blueprint = 'laptop' where id = $1", [workspace.id]);
    const message = await refusal(() => create("two"));
    expect(message).toBe(
      `What the workspace 'one' of 'alice' (${workspace.id}) costs cannot be told: Choose one of: desktop, home, ide, sandbox.`,
    );
  });
});
