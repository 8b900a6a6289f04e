import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { processesOfLease } from "../../provisioner/engine/processes.ts";
import { standbyPrefix } from "../../provisioner/engine/standby.ts";
import { parseWorkFolder } from "../../provisioner/engine/work-folders.ts";
import { freePort } from "../../toolchain/free-port.ts";
import { type ApiClient, createApiClient } from "../support/api.ts";
import { isAlive, partsOf, until } from "../support/engine-processes.ts";
import { usePlatform } from "../support/platform.ts";
import { startTestProvisioner, type TestProvisioner } from "../support/provisioner.ts";
import { createKiller } from "../support/victims.ts";

let berth: TestProvisioner;
let api: ApiClient;
let metrics: string;
beforeAll(async () => {
  const port = await freePort();
  metrics = `http://127.0.0.1:${port}/metrics`;
  berth = await startTestProvisioner({ ...usePlatform(), environment: { BERTH_METRICS_PORT: String(port) } });
  api = createApiClient(berth);
});
afterAll(() => berth?.dispose());

/** What is begun for nobody yet, when it is ready. */
async function begun() {
  await until("two workers and a deploy wait ready", async () =>
    /^berth_engine_idle_workers 3$/m.test(await (await fetch(metrics)).text()),
  );
  const folders = await readdir(join(berth.state, "run", "engine"));
  const leases = folders.map((name) => parseWorkFolder(name).lease);
  const lease = leases.find((name) => name.startsWith(standbyPrefix)) ?? "";
  return { workspace: lease.slice(standbyPrefix.length), lease };
}

async function removed(workspace: string): Promise<void> {
  const { operation } = await api.remove(workspace, "delete");
  expect(await api.settled(operation?.id ?? "")).toMatchObject({ outcome: "succeeded" });
  if ((await api.workspaces()).length === 0) expect(await berth.leftovers()).toEqual([]);
}

test("whoever signs up at rest gets the workspace whose deploy is begun, and nothing of it is left behind", async () => {
  const { workspace, lease } = await begun();
  const [cli] = partsOf(lease).cli;
  // It is nobody's yet, and not in anybody's way.
  expect(await api.workspaces()).toEqual([]);
  expect(await berth.leftovers()).toEqual([]);

  const made = await api.create({ owner: "early", blueprint: "home" });
  expect(made.workspace.id).toBe(workspace);
  expect(await api.settled(made.operation?.id ?? "")).toMatchObject({ outcome: "succeeded", attempts: 1 });
  expect(isAlive(cli ?? 0)).toBe(false);
  expect(processesOfLease(lease)).toEqual([]);
  await removed(workspace);
});

test("a create that is refused leaves it to the next one", async () => {
  const { workspace } = await begun();
  const handle = { owner: "first", handle: "taken", blueprint: "home" };
  const first = await api.create(handle);
  expect(first.workspace.id).toBe(workspace);
  expect(await api.settled(first.operation?.id ?? "")).toMatchObject({ outcome: "succeeded" });
  const next = await begun();
  for (let times = 0; times < 3; times += 1) {
    expect(await api.call("POST", "/v1/workspaces", { ...handle, owner: "second" })).toMatchObject({ status: 409 });
  }
  const second = await api.create({ owner: "second", blueprint: "home" });
  expect(second.workspace.id).toBe(next.workspace);
  await api.settled(second.operation?.id ?? "");
  await removed(workspace);
  await removed(next.workspace);
});

test("killed in the middle of it, the next provisioner finds its processes by its lease, and goes on", async () => {
  const { workspace, lease } = await begun();
  const killer = await createKiller(berth);
  const made = await api.create({ owner: "unlucky", blueprint: "home" });
  expect(await killer.kill("provisioner", workspace)).toBe(lease);
  await berth.start();
  expect(await api.settled(made.operation?.id ?? "")).toMatchObject({ outcome: "succeeded" });
  expect(processesOfLease(lease)).toEqual([]);
  await killer.close();
  await removed(workspace);
});
