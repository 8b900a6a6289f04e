import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ask, NoAnswer } from "../../toolchain/platform/api.ts";
import { components } from "../../toolchain/platform/components.ts";
import { type Access, readAuthority, readToken } from "../../toolchain/platform/credentials.ts";
import { type Platform, startPlatform, stopAbandoned } from "../../toolchain/platform/platform.ts";
import { readRecord } from "../../toolchain/platform/record.ts";
import { writeServiceAccountKubeconfig } from "../../toolchain/platform/service-accounts.ts";
import { isAlive, type ProcessId, signal } from "../../toolchain/processes.ts";

let state = "";
const opened: Platform[] = [];
const children: ChildProcessByStdio<null, Readable, null>[] = [];

beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), "berth-platform-"));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  for (const platform of opened.splice(0)) await platform.stop();
  await stopAbandoned(state);
  rmSync(state, { recursive: true, force: true });
});

async function open(): Promise<Platform> {
  const platform = await startPlatform({ state, nodes: 2, throwaway: true });
  opened.push(platform);
  return platform;
}

/** A process of its own that opens the platform, says so, and stays. */
function spawnStarter(): ChildProcessByStdio<null, Readable, null> {
  const module = new URL("../../toolchain/platform/platform.ts", import.meta.url).href;
  const script = `
    import { startPlatform } from ${JSON.stringify(module)};
    const { reused } = await startPlatform(${JSON.stringify({ state, nodes: 2, throwaway: true })});
    process.stdout.write(JSON.stringify({ reused }));
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module-typescript", "--eval", script], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  children.push(child);
  return child;
}

/** Opens the platform in a process of its own, to be killed; gives what it said of it. */
async function openElsewhere(): Promise<{ readonly kill: () => Promise<void>; readonly reused: boolean }> {
  const child = spawnStarter();
  const [said] = await once(child.stdout, "data");
  return {
    reused: JSON.parse(String(said)).reused,
    kill: async () => {
      const exit = once(child, "exit");
      child.kill("SIGKILL");
      await exit;
    },
  };
}

function access(platform: Platform): Access {
  return { server: platform.server, authority: readAuthority(state), token: readToken(state, "admin") };
}

function processes(): readonly ProcessId[] {
  const record = readRecord(state);
  return components.flatMap((name) => record?.processes[name] ?? []);
}

describe("a platform that this process started", () => {
  test("is a real Kubernetes: verified, authorised, with ready nodes and admission policies", async () => {
    const platform = await open();
    const admin = access(platform);
    expect(platform.reused).toBe(false);
    const nodes = JSON.parse((await ask(admin, "GET", "/api/v1/nodes")).text);
    expect(nodes.items.map((node: { metadata: { name: string } }) => node.metadata.name)).toEqual([
      "simulated-1",
      "simulated-2",
    ]);
    const policies = await ask(admin, "GET", "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies");
    expect(policies.status).toBe(200);
    expect((await ask({ ...admin, token: "guessed" }, "GET", "/api/v1/nodes")).status).toBe(401);
    expect((await ask({ ...admin, token: readToken(state, "kwok") }, "GET", "/api/v1/secrets")).status).toBe(403);
    await expect(ask({ ...admin, authority: "" }, "GET", "/readyz")).rejects.toThrow(NoAnswer);

    const file = join(state, "default.kubeconfig");
    const account = { namespace: "default", serviceAccount: "default" };
    const { expires } = await writeServiceAccountKubeconfig({ kubeconfig: platform.kubeconfig, ...account, file });
    expect(expires.getTime()).toBeGreaterThan(Date.now());
  });

  test("ends when its last user leaves, and a throw-away leaves nothing", async () => {
    const first = await open();
    const second = await open();
    expect(second.reused).toBe(true);
    const running = processes();
    expect(running).toHaveLength(components.length);

    await first.stop();
    expect(running.every(isAlive)).toBe(true);
    expect((await ask(access(second), "GET", "/readyz")).status).toBe(200);

    await second.stop();
    expect(running.some(isAlive)).toBe(false);
    expect(existsSync(state)).toBe(false);
  });

  test("takes the folders of its volumes with it", async () => {
    const platform = await open();
    const admin = access(platform);
    const claim = {
      metadata: { name: "home" },
      spec: { accessModes: ["ReadWriteOnce"], storageClassName: "local", resources: { requests: { storage: "1Gi" } } },
    };
    await ask(admin, "POST", "/apis/storage.k8s.io/v1/storageclasses", {
      metadata: { name: "local" },
      provisioner: "kubernetes.io/host-path",
      reclaimPolicy: "Retain",
    });
    await ask(admin, "POST", "/api/v1/namespaces/default/persistentvolumeclaims", claim);
    await expect.poll(() => volumePath(admin), { timeout: 20_000 }).toBeTruthy();
    const path = (await volumePath(admin)) ?? "";
    expect(existsSync(path)).toBe(true);
    await platform.stop();
    expect(existsSync(path)).toBe(false);
  });
});

describe("a platform whose starter is told to end", () => {
  test("ends with it while it starts, and leaves nothing", async () => {
    const child = spawnStarter();
    await expect.poll(() => processes().length, { timeout: 60_000 }).toBeGreaterThan(0);
    const running = processes();
    const exit = once(child, "exit");
    child.kill("SIGTERM");
    await exit;
    expect(running.some(isAlive)).toBe(false);
    expect(processes()).toEqual([]);
  });

  test("ends with it when it was ready, unless the starter sees to that itself", async () => {
    await openElsewhere();
    const running = processes();
    const [child] = children;
    if (!child) throw new Error("nobody started it");
    const exit = once(child, "exit");
    child.kill("SIGINT");
    expect(await exit).toEqual([null, "SIGINT"]);
    expect(running.some(isAlive)).toBe(false);
    expect(existsSync(state)).toBe(false);
  });
});

describe("a platform whose starter was killed", () => {
  test("is found and used again, with all that was in it", async () => {
    const before = await openElsewhere();
    expect(before.reused).toBe(false);
    await before.kill();
    const running = processes();
    const platform = await open();
    expect(platform.reused).toBe(true);
    expect(processes()).toEqual(running);
  });

  test("is ended and started anew where a part of it is gone, and keeps its data", async () => {
    const before = await openElsewhere();
    const namespace = { metadata: { name: "kept" } };
    const admin = {
      server: `https://127.0.0.1:${readRecord(state)?.port}`,
      authority: readAuthority(state),
      token: readToken(state, "admin"),
    };
    expect((await ask(admin, "POST", "/api/v1/namespaces", namespace)).status).toBe(201);
    const old = processes();
    await before.kill();
    const scheduler = readRecord(state)?.processes["kube-scheduler"];
    if (scheduler === undefined) throw new Error("the platform's record names no scheduler");
    signal(scheduler, "SIGKILL");
    await expect.poll(() => isAlive(scheduler)).toBe(false);

    const platform = await open();
    expect(platform.reused).toBe(false);
    expect(old.some(isAlive)).toBe(false);
    expect((await ask(access(platform), "GET", "/api/v1/namespaces/kept")).status).toBe(200);
  });

  test("is stopped by the next run of tests, but not while somebody uses it", async () => {
    const user = await openElsewhere();
    const running = processes();
    await stopAbandoned(state);
    expect(running.every(isAlive)).toBe(true);
    await user.kill();
    await stopAbandoned(state);
    expect(running.some(isAlive)).toBe(false);
    expect(existsSync(state)).toBe(false);
  });
});

async function volumePath(admin: Access): Promise<string | undefined> {
  const { items } = JSON.parse((await ask(admin, "GET", "/api/v1/persistentvolumes")).text);
  return items[0]?.spec.hostPath.path;
}
