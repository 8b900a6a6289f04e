import { beforeEach, expect, it, onTestFinished } from "vitest";
import { askToWake } from "../../provisioner/store/usage.ts";
import { startWaker } from "../../provisioner/workspaces/wakes.ts";
import { createWorld, eventually, type World } from "../support/fakes/world.ts";
import { useTestDatabases } from "../support/postgres.ts";
import { openAs } from "../support/roles.ts";

const databases = useTestDatabases();
let world: World;
let asked: (workspace: string) => Promise<void>;

beforeEach(async () => {
  const database = await databases.create();
  world = await createWorld(database);
  const router = openAs(database, "router");
  asked = (workspace) => askToWake(router, workspace, "alice");
  onTestFinished(async () => {
    await router.close();
    await world.close();
  });
});

/** What answers routers' wishes, as the API's process runs it. */
function wake(): void {
  const { database, queue, notifications } = world;
  const errors: unknown[] = [];
  const api = openAs(database, "api");
  const waker = startWaker({
    ...{ database: api, queue, notifications },
    settings: { installation: "test", baseDomain: "workspace.example.com" },
    onError: (error) => errors.push(error),
  });
  onTestFinished(async () => {
    await waker.stop();
    await api.close();
    expect(errors).toEqual([]);
  });
}

const wishes = async () => (await world.database.pool.query("select workspace from wakes")).rows;

/** A workspace that sleeps. */
async function asleep(): Promise<string> {
  const { workspace, operation } = await world.service.create({ owner: "alice", blueprint: "home" });
  await world.settle(operation);
  await world.settle((await world.service.stop(workspace.id, null)).operation);
  return workspace.id;
}

it("a sleeping workspace that somebody stands before is woken, by one of however many look", async () => {
  await world.startReconciler();
  const id = await asleep();
  wake();
  wake();
  await asked(id);
  const running = await world.until(id, ({ phase }) => phase === "running");
  expect(running.generation).toBe(3);
  expect(await wishes()).toEqual([]);
});

it("what was asked while nobody listened is answered at the next start, unless it was long ago", async () => {
  await world.startReconciler();
  const [id, late] = [await asleep(), "ws-aaaaaaaaaaaaaaaa"];
  await asked(id);
  await world.database.pool.query("update wakes set at = now() - interval '3 minutes'");
  await asked(late);
  wake();
  await eventually(wishes, (rows) => rows.length === 0);
  expect(await world.service.get(id, null)).toMatchObject({ desired: "stopped", generation: 2 });
  await asked(id);
  await world.until(id, ({ phase }) => phase === "running");
});

it("what runs, gave up or is on its way out is left alone", async () => {
  await world.startReconciler();
  const id = await asleep();
  wake();
  for (const [desired, phase] of [
    ["running", "running"],
    ["stopped", "needs-attention"],
    ["deleted", "deleting"],
  ]) {
    await world.database.pool.query("update workspaces set desired = $1, phase = $2", [desired, phase]);
    await asked(id);
    await eventually(wishes, (rows) => rows.length === 0);
    expect(await world.service.get(id, null)).toMatchObject({ desired, phase, generation: 2 });
  }
});
