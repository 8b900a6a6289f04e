import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkout } from "../../toolchain/paths.ts";
import { adminClient, exists } from "../support/kubernetes.ts";

let state: string;
beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), "berth-bare-"));
});
afterAll(async () => {
  await rm(state, { recursive: true, force: true });
});

test("npm start -- --bare gives a Kubernetes with nothing of ours in it, and says how a program uses it", async () => {
  const child = spawn(process.execPath, [join(checkout, "toolchain", "start.ts"), "--bare", "--nodes", "1"], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, BERTH_CACHE: process.env.BERTH_CACHE, BERTH_STATE: state },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  let shown = "";
  await new Promise<void>((resolve, reject) => {
    void ended.then((code) => reject(new Error(`it ended with ${code}:\n${shown}`)));
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        shown += chunk.toString();
        if (shown.includes("Ctrl-C stops it")) resolve();
      });
    }
  });
  const kubeconfig = join(state, "platform", "kubeconfig");
  expect(shown).toContain(`export BERTH_STAND_IN_KUBECONFIG=${kubeconfig}`);
  const admin = await adminClient(kubeconfig);
  try {
    expect(await exists(admin, "/api/v1/namespaces/default")).toBe(true);
    expect(await exists(admin, "/api/v1/namespaces/berth-system")).toBe(false);
    expect(await exists(admin, "/apis/storage.k8s.io/v1/storageclasses/berth-workspace")).toBe(false);
  } finally {
    admin.close();
  }
  child.kill("SIGINT");
  expect(await ended).toBe(0);
});
