import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import type { KubernetesClient } from "../../../provisioner/runtimes/kubernetes/client.ts";
import { createKubernetesRuntime } from "../../../provisioner/runtimes/kubernetes/runtime.ts";
import type { Runtime } from "../../../provisioner/runtimes/runtime.ts";
import {
  adminClient,
  applyWorkspace,
  ensureStorageClass,
  newWorkspaceId,
  testWorkspace,
} from "../../support/kubernetes.ts";
import { usePlatform } from "../../support/platform.ts";

const installation = `rt-${newWorkspaceId().slice(3, 9)}`;
const patience = { deadline: 60_000 };
let admin: KubernetesClient;
let kubeconfig: string;
let folder: string;

beforeAll(async () => {
  kubeconfig = usePlatform().kubeconfig;
  admin = await adminClient(kubeconfig);
  await ensureStorageClass(admin);
  folder = await mkdtemp(join(tmpdir(), "berth-test-runtime-"));
});
afterAll(async () => {
  const runtime = await start(kubeconfig);
  await Promise.all((await runtime.list()).map((id) => takeAway(runtime, id)));
  await runtime.close();
  admin.close();
  await rm(folder, { recursive: true });
});

async function start(path: string): Promise<Runtime> {
  const runtime = await createKubernetesRuntime({ kubeconfig: path, installation });
  await runtime.start();
  return runtime;
}

async function takeAway(runtime: Runtime, id: string): Promise<void> {
  await runtime.disposeVolume(id, "delete");
  await runtime.remove(id, patience);
}

/** A runtime that lives as long as the test. */
async function testRuntime(path = kubeconfig): Promise<Runtime> {
  const runtime = await start(path);
  onTestFinished(() => runtime.close());
  return runtime;
}

/** Something between the runtime and the API server that can cut every connection. */
async function proxy(): Promise<{ kubeconfig: string; cut(): void; refuse(): Promise<void>; accept(): Promise<void> }> {
  const text = await readFile(kubeconfig, "utf8");
  const port = Number(/https:\/\/127\.0\.0\.1:(\d+)/.exec(text)?.[1]);
  const open = new Set<Socket>();
  const serve = (): Server =>
    createServer((incoming) => {
      const outgoing = connect(port, "127.0.0.1");
      for (const [one, other] of [
        [incoming, outgoing],
        [outgoing, incoming],
      ] as const) {
        open.add(one);
        one.on("error", () => other.destroy());
        one.on("close", () => {
          open.delete(one);
          other.destroy();
        });
        one.pipe(other);
      }
    });
  let server = serve();
  const listen = (wanted: number): Promise<number> =>
    new Promise((resolve) => {
      server.listen(wanted, "127.0.0.1", () => {
        const address = server.address();
        resolve(typeof address === "object" ? (address?.port ?? 0) : 0);
      });
    });
  const own = await listen(0);
  const cut = (): void => {
    for (const socket of open) socket.destroy();
  };
  const refuse = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      cut();
    });
  onTestFinished(refuse);
  const path = join(folder, `proxy-${own}`);
  await writeFile(path, text.replace(`127.0.0.1:${port}`, `127.0.0.1:${own}`));
  return {
    kubeconfig: path,
    cut,
    refuse,
    async accept() {
      server = serve();
      await listen(own);
    },
  };
}

test("a cluster that does not answer is unreachable at the start, named by its address and nothing more", async () => {
  const path = join(folder, "unreachable");
  const user = { token: "token-that-nobody-may-see" };
  await writeFile(
    path,
    JSON.stringify({
      "current-context": "x",
      clusters: [{ name: "x", cluster: { server: "https://127.0.0.1:9" } }],
      users: [{ name: "x", user }],
      contexts: [{ name: "x", context: { cluster: "x", user: "x" } }],
    }),
  );
  const runtime = await createKubernetesRuntime({ kubeconfig: path, installation });
  const error: unknown = await runtime.start().catch((failure) => failure);
  await runtime.close();
  expect(error).toMatchObject({ name: "RuntimeError", kind: "unreachable" });
  expect(String(error)).toContain("https://127.0.0.1:9");
  expect(String(error)).not.toContain(user.token);
});

test("who waits does not notice that all connections were cut", async () => {
  const between = await proxy();
  const runtime = await testRuntime(between.kubeconfig);
  const id = newWorkspaceId();
  const waiting = runtime.waitReady(id, patience);
  between.cut();
  await applyWorkspace(admin, testWorkspace({ id, installation }));
  expect(await waiting).toMatchObject({ ready: true });
});

test("a wait that ends while the cluster is away says so, and later ones work again", async () => {
  const between = await proxy();
  const runtime = await testRuntime(between.kubeconfig);
  const id = newWorkspaceId();
  const waiting = runtime.waitReady(id, { deadline: 1500 });
  await between.refuse();
  await expect(waiting).rejects.toThrow(/cluster at https:\/\/127\.0\.0\.1:\d+ (has not answered|does not answer)/);
  await expect(runtime.observe(id)).rejects.toMatchObject({ kind: "unreachable" });
  await between.accept();
  await applyWorkspace(admin, testWorkspace({ id, installation }));
  expect(await runtime.waitReady(id, patience)).toMatchObject({ ready: true });
});

test("twenty workspaces become ready over five watches, told by events alone", async () => {
  const runtime = await testRuntime();
  const ids = Array.from({ length: 20 }, newWorkspaceId);
  const waiting = ids.map((id) => runtime.waitReady(id, patience));
  await Promise.all(ids.map((id) => applyWorkspace(admin, testWorkspace({ id, installation }))));
  expect((await Promise.all(waiting)).every(({ ready }) => ready)).toBe(true);
});

test("an update is ready only at the new revision", async () => {
  const runtime = await testRuntime();
  const id = newWorkspaceId();
  const spec = testWorkspace({ id, installation });
  await applyWorkspace(admin, spec);
  await runtime.waitReady(id, patience);
  await applyWorkspace(admin, { ...spec, shape: { ...spec.shape, env: { CHANGED: "yes" } } });
  await runtime.waitReady(id, patience);
  const pods = await admin.request({ path: `/api/v1/namespaces/${id}/pods` });
  expect(JSON.stringify(pods)).toContain('"CHANGED"');
});

test("an update of a sleeping workspace does not wake it: the stack's writer never owns the scale", async () => {
  const runtime = await testRuntime();
  const id = newWorkspaceId();
  const spec = testWorkspace({ id, installation });
  await applyWorkspace(admin, spec);
  await runtime.waitReady(id, patience);
  await runtime.scale(id, 0);
  await runtime.waitStopped(id, patience);
  await applyWorkspace(admin, { ...spec, shape: { ...spec.shape, env: { CHANGED: "yes" } } });
  expect(await runtime.observe(id)).toMatchObject({ replicas: 0, ready: false, reason: "it is asleep" });
});

test("a pod for which no node has room is told of by the scheduler's own words", async () => {
  const runtime = await testRuntime();
  const id = newWorkspaceId();
  const spec = testWorkspace({ id, installation });
  const nodeSelector = { "example.com/nowhere": "true" };
  await applyWorkspace(admin, { ...spec, placement: { ...spec.placement, nodeSelector } });
  await expect(runtime.waitReady(id, { deadline: 5000 })).rejects.toMatchObject({
    kind: "timeout",
    message: expect.stringMatching(/no node has room for it: .*node selector|node affinity/),
  });
});

test("a workspace whose namespace was deleted by hand keeps its volume until somebody says what becomes of it", async () => {
  const runtime = await testRuntime();
  const id = newWorkspaceId();
  await applyWorkspace(admin, testWorkspace({ id, installation }));
  await runtime.waitReady(id, patience);
  await admin.request({ method: "DELETE", path: `/api/v1/namespaces/${id}` });
  await expect(runtime.remove(id, patience)).rejects.toMatchObject({ kind: "refused" });
  const kept = await runtime.disposeVolume(id, "keep");
  expect(kept).not.toBeNull();
  await runtime.remove(id, patience);
  await runtime.deleteVolume(kept?.volume ?? "", patience);
});
