import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { inParallel } from "../../bench/statistics.ts";
import type { KubernetesClient } from "../../provisioner/runtimes/kubernetes/client.ts";
import { volumeObject } from "../../provisioner/runtimes/kubernetes/objects.ts";
import { type ApiClient, createApiClient } from "../support/api.ts";
import { adminClient, exists } from "../support/kubernetes.ts";
import { usePlatform } from "../support/platform.ts";
import { startTestProvisioner, type TestProvisioner } from "../support/provisioner.ts";

const users = Array.from({ length: 50 }, (_, index) => `user-${index}`);
const atATime = 8;
/** These users' volumes outlive their workspaces. */
const keepers = users.slice(0, 5);

let berth: TestProvisioner;
let api: ApiClient;
let cluster: KubernetesClient;
/** Id of each user's workspace. */
const ids = new Map<string, string>();

beforeAll(async () => {
  const { kubeconfig } = usePlatform();
  cluster = await adminClient(kubeconfig);
  berth = await startTestProvisioner({ kubeconfig });
  api = createApiClient(berth);
});
afterAll(async () => {
  cluster?.close();
  await berth?.dispose();
});

const idOf = (user: string): string => ids.get(user) ?? "";

test("fifty users, eight at a time, each get a workspace that is Ready", async () => {
  const answers = await inParallel(users, atATime, async (owner) => ({
    owner,
    answer: await api.call("POST", "/v1/workspaces?wait=300", { owner, handle: owner, blueprint: "home" }),
  }));
  for (const { owner, answer } of answers) {
    expect(answer).toMatchObject({
      status: 201,
      body: {
        workspace: { owner, phase: "running" },
        operation: { kind: "create", outcome: "succeeded", attempts: 1 },
      },
    });
  }
  for (const { id, owner } of await api.workspaces()) ids.set(owner, id);
  expect(ids.size).toBe(50);
});

test("each has a namespace, a volume and a stack of its own", async () => {
  const volumes = await inParallel(users, atATime, async (user) => {
    const found = await cluster.request({ path: `/api/v1/namespaces/${idOf(user)}/persistentvolumeclaims/home` });
    expect(found).toMatchObject({ status: { phase: "Bound" } });
    const name = typeof found === "object" && found !== null && "spec" in found ? found.spec : undefined;
    return JSON.stringify(name);
  });
  expect(new Set(volumes).size).toBe(50);
  const stacks = await readdir(join(berth.state, "pulumi"), { recursive: true });
  const files = stacks.filter((path) => /stacks\/.*\/ws-[a-z2-7]{16}\.json$/.test(path));
  expect(files.map((path) => path.replace(/^.*\/(ws-.*)\.json$/, "$1")).toSorted()).toEqual(
    [...ids.values()].toSorted(),
  );
});

test("all are deleted again, eight at a time, and nothing is left but what was to be kept", async () => {
  await inParallel(users, atATime, async (user) => {
    const volumes = keepers.includes(user) ? "keep" : "delete";
    const answer = await api.call("DELETE", `/v1/workspaces/${idOf(user)}?volumes=${volumes}&wait=300`);
    expect(answer).toMatchObject({ status: 200, body: { operation: { kind: "delete", outcome: "succeeded" } } });
  });
  expect(await api.workspaces()).toEqual([]);
  expect(await berth.leftovers()).toEqual([]);
  const kept = await api.keptVolumes();
  expect(kept.map(({ owner }) => owner).toSorted()).toEqual(keepers.toSorted());
});

test("what was kept is there until it is deleted, too", async () => {
  const kept = await cluster.request({
    path: "/api/v1/persistentvolumes",
    query: { labelSelector: `berth.dev/installation=${berth.installation}` },
  });
  const items =
    typeof kept === "object" && kept !== null && "items" in kept && Array.isArray(kept.items) ? kept.items : [];
  const names = items.map((item) => volumeObject.parse(item).metadata.name);
  expect(names).toHaveLength(keepers.length);
  for (const { id } of await api.keptVolumes()) {
    expect((await api.call("DELETE", `/v1/volumes/${id}`)).status).toBeLessThan(300);
  }
  for (const name of names) {
    await api.until(`volume ${name} is gone`, async () =>
      (await exists(cluster, `/api/v1/persistentvolumes/${name}`)) ? undefined : true,
    );
  }
  expect(await berth.leftovers()).toEqual([]);
});
