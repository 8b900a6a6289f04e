import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Reconciler } from "../../provisioner/reconcile/reconciler.ts";
import type { Holder } from "../../provisioner/store/schema.ts";
import { createLatch, type Latch } from "../support/fakes/latch.ts";
import { createWorld, deadHolder, eventually, type World } from "../support/fakes/world.ts";
import { useTestDatabases } from "../support/postgres.ts";

const databases = useTestDatabases();
let world: World;
beforeEach(async () => {
  world = await createWorld(await databases.empty());
});
afterEach(() => world.close());

const alice = { owner: "alice", handle: "alice", blueprint: "home" };

/** Writes a lease as a run of `holder` would have left it when it died half-way in the engine. */
async function leaveLease(workspace: string, holder: Holder, expiresIn: string): Promise<string> {
  const lease = `lease-left-${workspace}`;
  const { pool } = world.database;
  await pool.query(
    `insert into leases (workspace, lease, holder, job, epoch, expires_at)
     values ($1, $2, $3, gen_random_uuid(), 1, now() + $4::interval)`,
    [workspace, lease, JSON.stringify(holder), expiresIn],
  );
  await pool.query("update workspaces set dirty = true, phase = 'provisioning', lease_epoch = 1 where id = $1", [
    workspace,
  ]);
  return lease;
}

describe("after a crash", () => {
  it("takes over at once from a holder that is provably dead: kills what it left, repairs, goes on", async () => {
    const { service, queue, settle, engine } = world;
    const { workspace, operation } = await service.create(alice);
    // Its queue entry is taken, for good.
    await queue.fetch(1);
    const lease = await leaveLease(workspace.id, deadHolder(), "1 hour");
    await world.startReconciler();
    expect(await settle(operation)).toMatchObject({ outcome: "succeeded" });
    expect(engine.killed).toEqual([lease]);
    expect(engine.calls).toMatchObject([{ type: "deploy", repair: true }]);
  });

  it("leaves a living holder's lease alone", async () => {
    const { service, engine } = world;
    const { workspace } = await service.create(alice);
    await leaveLease(workspace.id, { ...deadHolder(), boot: "another machine" }, "1 hour");
    const reconciler = await world.startReconciler();
    await eventually(
      () => world.queue.entries(),
      (entries) => entries.size === 0,
    );
    await reconciler.stop(1_000);
    expect([...engine.calls, ...engine.killed]).toEqual([]);
  });

  it("takes over from another machine's holder when its lease has run out and the grace is over", async () => {
    const { service, settle, engine } = world;
    const { workspace, operation } = await service.create(alice);
    const lease = await leaveLease(workspace.id, { ...deadHolder(), boot: "another machine" }, "-1 second");
    await world.startReconciler({ leaseGrace: 2_000, scanInterval: 100 });
    expect(await settle(operation)).toMatchObject({ outcome: "succeeded", attempts: 1 });
    expect(engine.killed).toEqual([lease]);
    const { rows } = await world.database.pool.query("select lease_epoch from workspaces");
    expect(rows).toEqual([{ lease_epoch: 2 }]);
  });

  it("finds a row whose queue entry was lost", async () => {
    const { service, settle, database } = world;
    const { operation } = await service.create(alice);
    await database.pool.query("delete from pgboss.job");
    await world.startReconciler();
    expect(await settle(operation)).toMatchObject({ outcome: "succeeded" });
  });

  it("finds a row whose queue entry was lost while it runs", async () => {
    const { service, settle, database } = world;
    const reconciler = await world.startReconciler();
    await reconciler.stop(0);
    const { operation } = await service.create(alice);
    await database.pool.query("delete from pgboss.job");
    await world.startReconciler({ scanInterval: 100 });
    expect(await settle(operation)).toMatchObject({ outcome: "succeeded" });
  });

  it("finds a row whose queue entry was taken by one that died before it took the lease", async () => {
    const { service, queue, settle } = world;
    const { operation } = await service.create(alice);
    await queue.fetch(1);
    await world.startReconciler();
    expect(await settle(operation)).toMatchObject({ outcome: "succeeded" });
  });

  it("deletes what a dead holder had half created", async () => {
    const { service, queue, settle, cluster } = world;
    const { workspace } = await service.create(alice);
    await queue.fetch(1);
    await leaveLease(workspace.id, deadHolder(), "1 hour");
    const { operation } = await service.delete(workspace.id, "delete", null);
    await world.startReconciler();
    expect(await settle(operation)).toMatchObject({ outcome: "succeeded" });
    expect([...cluster.workspaces, ...world.engine.stacks()]).toEqual([]);
    expect(world.engine.calls).toMatchObject([{ type: "destroy", repair: true }]);
  });

  it("gives up when holders die again and again", async () => {
    const { service, settle, database } = world;
    const { workspace, operation } = await service.create(alice);
    await leaveLease(workspace.id, deadHolder(), "1 hour");
    await database.pool.query("update workspaces set failures = 19");
    await world.startReconciler();
    expect(await settle(operation)).toMatchObject({ outcome: "failed", error: { code: "interrupted" } });
    expect(await service.get(workspace.id, null)).toMatchObject({ phase: "needs-attention" });
    expect((await database.pool.query("select * from leases")).rows).toEqual([]);
  });
});

describe("a holder that loses its lease", () => {
  it("ends its own run and writes nothing more", async () => {
    const { service, engine, database, settle } = world;
    const ends: string[] = [];
    const observer = { runEnded: ({ end }: { readonly end: string }) => ends.push(end) };
    await world.startReconciler({ leaseTtl: 300 }, { observer });
    const latch = createLatch();
    engine.holdNext("deploy", latch);
    const { workspace, operation } = await service.create(alice);
    await latch.reached;
    const stolen =
      "update leases set lease = 'stolen', holder = holder || '{\"boot\":\"elsewhere\"}', expires_at = now() + interval '1 hour'";
    const { rows } = await database.pool.query("select lease from leases");
    await database.pool.query(stolen);
    await eventually(
      () => ends,
      (seen) => seen.length > 0,
    );
    expect(ends).toEqual(["fenced"]);
    expect(engine.killed).toEqual(rows.map(({ lease }) => lease));
    expect(engine.usage().running).toBe(0);
    expect(await service.operation(operation?.id ?? "", null)).toMatchObject({ outcome: null });
    // The thief gives it back by dying.
    await database.pool.query("update leases set expires_at = now() - interval '1 hour'");
    await world.startReconciler();
    expect(await settle(operation)).toMatchObject({ outcome: "succeeded" });
    expect(await service.get(workspace.id, null)).toMatchObject({ phase: "running" });
  });

  it("renews it for as long as the run takes", async () => {
    const { service, engine, database, settle } = world;
    await world.startReconciler({ leaseTtl: 200, leaseGrace: 0 });
    const latch = createLatch();
    engine.holdNext("deploy", latch);
    const { operation } = await service.create(alice);
    await latch.reached;
    const read = async (): Promise<Date[]> =>
      (await database.pool.query<{ expires_at: Date }>("select expires_at from leases")).rows.map(
        (row) => row.expires_at,
      );
    const [first = new Date(0)] = await read();
    await eventually(read, ([now = first]) => now.getTime() > first.getTime() + 400);
    latch.open();
    expect(await settle(operation)).toMatchObject({ outcome: "succeeded", attempts: 1 });
  });
});

describe("a shutdown", () => {
  const stopDuring = async (
    latch: Latch,
    deadline: number,
  ): Promise<{ reconciler: Reconciler; id: string; operation: string }> => {
    const reconciler = await world.startReconciler();
    const { workspace, operation } = await world.service.create(alice);
    await latch.reached;
    await reconciler.stop(deadline);
    return { reconciler, id: workspace.id, operation: operation?.id ?? "" };
  };

  it("lets an engine run that ends in time come to its end, then hands over", async () => {
    const { engine, settle } = world;
    const latch = createLatch();
    engine.holdNext("deploy", latch);
    latch.reached.then(() => setImmediate(latch.open));
    const { operation } = await stopDuring(latch, 10_000);
    await world.startReconciler();
    expect(await settle({ id: operation })).toMatchObject({ outcome: "succeeded" });
    expect(engine.calls.map(({ type, repair }) => ({ type, repair }))).toEqual([{ type: "deploy", repair: false }]);
  });

  it("kills an engine run at the deadline; the next start goes on at once, and counts no failure", async () => {
    const { engine, settle, service, database } = world;
    const latch = createLatch();
    engine.holdNext("deploy", latch);
    const { id, operation } = await stopDuring(latch, 10);
    expect((await database.pool.query("select * from leases")).rows).toEqual([]);
    expect(await service.operation(operation, null)).toMatchObject({ outcome: null });
    expect(engine.usage().running).toBe(0);
    await world.startReconciler();
    expect(await settle({ id: operation })).toMatchObject({ outcome: "succeeded", attempts: 2 });
    expect(await service.get(id, null)).toMatchObject({ phase: "running" });
    expect(engine.calls.at(-1)).toMatchObject({ repair: true });
  });

  it("takes nothing more", async () => {
    const reconciler = await world.startReconciler();
    await reconciler.stop(0);
    const { operation } = await world.service.create(alice);
    expect((await world.queue.entries()).size).toBe(1);
    expect(await world.service.operation(operation?.id ?? "", null)).toMatchObject({ outcome: null, attempts: 0 });
  });

  it("says how much is under way", async () => {
    const { engine, service } = world;
    const latch = createLatch();
    engine.holdNext("deploy", latch);
    const reconciler = await world.startReconciler({ engineRuns: 1 });
    await service.create(alice);
    await latch.reached;
    await service.create({ ...alice, owner: "bob", handle: "bob" });
    await eventually(reconciler.stats, ({ engine: { waiting } }) => waiting === 1);
    expect(reconciler.stats()).toEqual({ runs: 2, engine: { running: 1, waiting: 1 } });
    latch.open();
  });
});
