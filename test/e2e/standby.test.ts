import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { processesOfLease } from "../../provisioner/engine/processes.ts";
import { standbyPrefix } from "../../provisioner/engine/standby.ts";
import { parseWorkFolder } from "../../provisioner/engine/work-folders.ts";
import { type ApiClient, createApiClient } from "../support/api.ts";
import { isAlive, partsOf, until } from "../support/engine-processes.ts";
import { usePlatform } from "../support/platform.ts";
import { startTestProvisioner, type TestProvisioner } from "../support/provisioner.ts";

let berth: TestProvisioner;
let api: ApiClient;
beforeAll(async () => {
  berth = await startTestProvisioner(usePlatform());
  api = createApiClient(berth);
});
afterAll(() => berth?.dispose());

/** What is begun for nobody yet, when it has come as far as it can. */
async function begun() {
  const root = join(berth.state, "run", "engine");
  let found: { readonly workspace: string; readonly lease: string } | undefined;
  await until("a deploy is begun", async () => {
    for (const folder of await readdir(root)) {
      const { lease } = parseWorkFolder(folder);
      if (!lease.startsWith(standbyPrefix)) continue;
      const stacks = join(root, folder, "state", ".pulumi", "stacks", "berth");
      for (const file of await readdir(stacks).catch(() => [])) {
        const checkpoint = file.endsWith(".json") ? await readFile(join(stacks, file), "utf8").catch(() => "") : "";
        if (checkpoint.includes("pulumi:pulumi:Stack")) found = { workspace: basename(file, ".json"), lease };
      }
    }
    return found !== undefined;
  });
  return found ?? { workspace: "", lease: "" };
}

test("whoever signs up at rest gets the workspace whose deploy is begun, and nothing of it is left behind", async () => {
  const { workspace, lease } = await begun();
  const [cli] = partsOf(lease).cli;
  // It is nobody's yet, and not in anybody's way.
  expect(await api.workspaces()).toEqual([]);
  expect(await berth.leftovers()).toEqual([]);

  const made = await api.create({ owner: "early", blueprint: "home" });
  expect(made.workspace.id).toBe(workspace);
  const operation = await api.settled(made.operation?.id ?? "");
  expect(operation).toMatchObject({ outcome: "succeeded", attempts: 1 });
  expect(isAlive(cli ?? 0)).toBe(false);
  expect(processesOfLease(lease)).toEqual([]);

  const { operation: removal } = await api.remove(workspace, "delete");
  expect(await api.settled(removal?.id ?? "")).toMatchObject({ outcome: "succeeded" });
  expect(await berth.leftovers()).toEqual([]);
});

test("the next one is begun when all is at rest again; killed with its provisioner, it leaves nothing", async () => {
  const { workspace, lease } = await begun();
  await berth.kill();
  await until("its processes are gone", () => processesOfLease(lease).length === 0);
  await berth.start();
  expect(await api.workspaces(`owner=${workspace}`)).toEqual([]);
  expect(await berth.leftovers()).toEqual([]);
  expect((await begun()).lease).not.toBe(lease);
});
