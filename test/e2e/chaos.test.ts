import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import type { KubernetesClient } from "../../provisioner/runtimes/kubernetes/client.ts";
import { type ApiClient, createApiClient } from "../support/api.ts";
import { partsOf } from "../support/engine-processes.ts";
import { adminClient } from "../support/kubernetes.ts";
import { usePlatform } from "../support/platform.ts";
import { startTestProvisioner, type TestProvisioner } from "../support/provisioner.ts";
import { createKiller, type Killer, type Victim } from "../support/victims.ts";

let berth: TestProvisioner;
let api: ApiClient;
let cluster: KubernetesClient;
let killer: Killer;

beforeAll(async () => {
  const { kubeconfig } = usePlatform();
  cluster = await adminClient(kubeconfig);
  berth = await startTestProvisioner({ kubeconfig });
  api = createApiClient(berth);
  killer = await createKiller(berth);
});
afterAll(async () => {
  await killer?.close();
  cluster?.close();
  await berth?.dispose();
});

let count = 0;
const newOwner = (): string => `victim-${++count}`;

const claims = z.object({ items: z.array(z.object({ spec: z.object({ volumeName: z.string() }) })) });

/** What must be there once, and only once. */
async function assertOneOfEach(id: string): Promise<void> {
  const deployment = await cluster.request({ path: `/apis/apps/v1/namespaces/${id}/deployments/workspace` });
  expect(deployment).toMatchObject({ status: { readyReplicas: 1, replicas: 1 } });
  const { items } = claims.parse(await cluster.request({ path: `/api/v1/namespaces/${id}/persistentvolumeclaims` }));
  expect(items).toHaveLength(1);
}

async function restartAfter(victim: Victim): Promise<void> {
  if (victim === "provisioner") await berth.start();
}

/** Everything that ran under a lease is gone, whoever was its parent. */
async function assertNobodyLeft(lease: string): Promise<void> {
  await api.until(`no process carries the lease ${lease}`, async () =>
    Object.values(partsOf(lease)).flat().length === 0 ? true : undefined,
  );
}

describe.each<Victim>(["provisioner", "worker", "cli"])("kill -9 of the %s", (victim) => {
  test("during create: the workspace becomes ready by itself, once", async () => {
    const { workspace, operation } = await api.create({ owner: newOwner(), blueprint: "home" });
    const lease = await killer.kill(victim, workspace.id);
    await restartAfter(victim);
    expect(await api.settled(operation?.id ?? "")).toMatchObject({ kind: "create", outcome: "succeeded", error: null });
    await assertNobodyLeft(lease);
    expect(await api.workspace(workspace.id)).toMatchObject({ phase: "running", generation: 1, observedGeneration: 1 });
    expect(await api.operations(workspace.id)).toHaveLength(1);
    await assertOneOfEach(workspace.id);

    const { operation: deletion } = await api.remove(workspace.id, "delete");
    expect(await api.settled(deletion?.id ?? "")).toMatchObject({ outcome: "succeeded" });
    expect(await berth.leftovers()).toEqual([]);
  });

  test("during delete: the workspace goes by itself, and nothing is left", async () => {
    const { workspace, operation } = await api.create({ owner: newOwner(), blueprint: "home" });
    expect(await api.settled(operation?.id ?? "")).toMatchObject({ outcome: "succeeded" });
    const { operation: deletion } = await api.remove(workspace.id, "delete");
    const lease = await killer.kill(victim, workspace.id);
    await restartAfter(victim);
    expect(await api.settled(deletion?.id ?? "")).toMatchObject({ kind: "delete", outcome: "succeeded", error: null });
    await assertNobodyLeft(lease);
    expect(await api.operations(workspace.id)).toHaveLength(2);
    expect(await berth.leftovers()).toEqual([]);
  });
});

test("kill -9 of the provisioner under load: everything that was accepted comes about, once", async () => {
  const owners = Array.from({ length: 8 }, newOwner);
  const first = await Promise.all(owners.slice(0, 4).map((owner) => api.create({ owner, blueprint: "home" })));
  for (const { operation } of first) await api.settled(operation?.id ?? "");
  // Four are on their way out while four are on their way in.
  const deletions = await Promise.all(first.map(({ workspace }) => api.remove(workspace.id, "delete")));
  const second = await Promise.all(owners.slice(4).map((owner) => api.create({ owner, blueprint: "home" })));
  await killer.kill("provisioner", second[0]?.workspace.id ?? "");
  await berth.start();
  for (const { operation } of [...deletions, ...second]) {
    expect(await api.settled(operation?.id ?? "", 180_000)).toMatchObject({ outcome: "succeeded" });
  }
  for (const { workspace } of second) await assertOneOfEach(workspace.id);
  const last = await Promise.all(second.map(({ workspace }) => api.remove(workspace.id, "delete")));
  for (const { operation } of last)
    expect(await api.settled(operation?.id ?? "")).toMatchObject({ outcome: "succeeded" });
  expect(await berth.leftovers()).toEqual([]);
});

test("told to stop in the middle, it hands over, and the next one goes on", async () => {
  const { workspace, operation } = await api.create({ owner: newOwner(), blueprint: "home" });
  await berth.stop();
  await berth.start();
  expect(await api.settled(operation?.id ?? "")).toMatchObject({ outcome: "succeeded" });
  const { operation: deletion } = await api.remove(workspace.id, "delete");
  await berth.stop();
  await berth.start();
  expect(await api.settled(deletion?.id ?? "")).toMatchObject({ outcome: "succeeded" });
  expect(await berth.leftovers()).toEqual([]);
});
