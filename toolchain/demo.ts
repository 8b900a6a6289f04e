/**
 * Does the main job once, on a state of its own that is thrown away: set-up, platform, a workspace, a look at what is
 * there, delete, a look that nothing is left. With `--json` the last line of stdout is one JSON object:
 * `{"ok", "phases": {"setup", "platform", "ready", "deleted"}, "leftovers"}`, in seconds and counts.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { KubeConfig, KubernetesObjectApi } from "@kubernetes/client-node";
import { type Berth, startBerth } from "./berth.ts";
import { createClient } from "./client.ts";
import { findLeftovers } from "./leftovers.ts";
import { createTerminal, formatDuration } from "./terminal.ts";

/** What a workspace is in Kubernetes. */
const expected = [
  ["v1", "ServiceAccount", "workspace"],
  ["v1", "ResourceQuota", "workspace"],
  ["v1", "LimitRange", "workspace"],
  ["v1", "PersistentVolumeClaim", "home"],
  ["v1", "Secret", "identity"],
  ["v1", "ConfigMap", "settings"],
  ["v1", "Service", "workspace"],
  ["apps/v1", "Deployment", "workspace"],
  ["networking.k8s.io/v1", "NetworkPolicy", "default-deny"],
  ["networking.k8s.io/v1", "NetworkPolicy", "from-router"],
  ["networking.k8s.io/v1", "NetworkPolicy", "to-internet"],
] as const;

const terminal = createTerminal();
const { values } = parseArgs({ options: { json: { type: "boolean", default: false } } });

/** Counts the objects of a workspace that are there; throws naming the first that is not. */
async function verifyObjects(kubeconfig: string, namespace: string): Promise<number> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const api = KubernetesObjectApi.makeApiClient(config);
  await api.read({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  for (const [apiVersion, kind, name] of expected)
    await api.read({ apiVersion, kind, metadata: { name, namespace } }).catch(() => {
      throw new Error(`The workspace has no ${kind} ${name}.`);
    });
  return expected.length + 1;
}

async function mainJob(berth: Berth, state: string) {
  const client = createClient(berth.url, berth.token);
  const finish = async (operation: { id: string } | null): Promise<void> => {
    if (!operation) return;
    const { outcome, error } = await client.operation(operation.id);
    if (outcome !== "succeeded") throw new Error(`It did not succeed: ${error?.message ?? "no outcome in time"}`);
  };
  const begun = performance.now();
  const id = await terminal.step("Provision a workspace until it is Ready", async () => {
    const { workspace, operation } = await client.create({ owner: "demo", handle: "demo", blueprint: "desktop" }, 120);
    await finish(operation);
    return workspace.id;
  });
  const ready = performance.now();
  await terminal.step("Verify its objects", async (note) =>
    note(`${await verifyObjects(berth.kubeconfig, id)} objects`),
  );
  const verified = performance.now();
  await terminal.step("Delete it, with its volume", async () => {
    const { operation } = await client.remove(id, "delete", 120);
    await finish(operation);
  });
  const deleted = performance.now();
  const leftovers = await terminal.step("Verify that nothing is left", async (note) => {
    const found = await findLeftovers({ kubeconfig: berth.kubeconfig, state });
    note(found.length === 0 ? "nothing" : found.join(", "));
    return found.length;
  });
  return { ready: ready - begun, deleted: deleted - verified, leftovers };
}

const state = await mkdtemp(join(tmpdir(), "berth-demo-"));
const seconds = (ms: number): number => Math.round(ms) / 1000;
let answer: object = { ok: false };
try {
  terminal.heading("Berth: the main job, once");
  const berth = await startBerth({ state, throwaway: true, port: 0, routerPort: 0 }, terminal);
  try {
    const { ready, deleted, leftovers } = await mainJob(berth, state);
    const { setup, platform } = berth.timings;
    const phases = { setup, platform, ready, deleted };
    terminal.line();
    terminal.table([
      ["phase", "time"],
      ...Object.entries(phases).map(([phase, ms]) => [phase, formatDuration(ms)]),
      ["leftovers", String(leftovers)],
    ]);
    answer = {
      ok: leftovers === 0,
      phases: Object.fromEntries(Object.entries(phases).map(([phase, ms]) => [phase, seconds(ms)])),
      leftovers,
    };
    process.exitCode = leftovers === 0 ? 0 : 1;
  } finally {
    await terminal.step("Stop everything", () => berth.stop());
  }
} catch (error) {
  terminal.line(terminal.colors.red(error instanceof Error ? error.message : String(error)));
  answer = { ok: false, error: error instanceof Error ? error.message : String(error) };
  process.exitCode = 1;
} finally {
  await rm(state, { recursive: true, force: true });
}
if (values.json) process.stdout.write(`${JSON.stringify(answer)}\n`);
