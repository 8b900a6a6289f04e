import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { commandLine, componentsWith, files } from "../../../toolchain/platform/components.ts";
import { ensureCredentials, readToken, writeKubeconfig } from "../../../toolchain/platform/credentials.ts";
import { readRecord, removeRecord, writeRecord } from "../../../toolchain/platform/record.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "berth-platform-parts-"));
  mkdirSync(join(folder, files.certificates));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("the command lines", () => {
  test.each((["simulated", "real"] as const).flatMap((node) => componentsWith(node).map((name) => ({ name, node }))))(
    "of $name opens no port but the API server's, on its own address ($node node)",
    ({ name, node }) => {
      const line = commandLine(name, { node, port: 6443, throwaway: false });
      const addresses = line.join(" ").match(/\b\d+\.\d+\.\d+\.\d+\b/g) ?? [];
      const own = node === "real" ? ["10.89.0.1", "10.96.0.0"] : ["127.0.0.1", "10.96.0.0", "10.64.0.0"];
      expect(own).toEqual(expect.arrayContaining(addresses));
      expect(line.includes("--secure-port=6443")).toBe(name === "kube-apiserver");
    },
  );

  test("the disk is waited for, but by a throw-away", () => {
    expect(commandLine("etcd", { node: "simulated", port: 1, throwaway: false })).not.toContain("--unsafe-no-fsync");
    expect(commandLine("etcd", { node: "simulated", port: 1, throwaway: true })).toContain("--unsafe-no-fsync");
  });

  test("access is by RBAC, and nobody is anonymous", () => {
    expect(commandLine("kube-apiserver", { node: "simulated", port: 1, throwaway: false })).toEqual(
      expect.arrayContaining(["--authorization-mode=RBAC", "--anonymous-auth=false"]),
    );
  });

  test("a kubelet may touch its own node alone", () => {
    expect(commandLine("kube-apiserver", { node: "real", port: 1, throwaway: false })).toEqual(
      expect.arrayContaining([
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        "--anonymous-auth=false",
      ]),
    );
  });
});

describe("the credentials", () => {
  test("are secret, different for each user, and kept", () => {
    ensureCredentials(folder, "simulated");
    const users = ["admin", "kube-controller-manager", "kube-scheduler", "kwok"] as const;
    const tokens = users.map((user) => readToken(folder, user));
    expect(new Set(tokens).size).toBe(4);
    expect(tokens.every((token) => /^[0-9a-f]{64}$/.test(token))).toBe(true);
    for (const file of [files.tokens, files.serviceAccountKey]) {
      expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
    }
    ensureCredentials(folder, "simulated");
    expect(users.map((user) => readToken(folder, user))).toEqual(tokens);
  });

  test("only the administrator has a group", () => {
    ensureCredentials(folder, "simulated");
    const lines = readFileSync(join(folder, files.tokens), "utf8").trim().split("\n");
    expect(lines.map((line) => line.replace(/^[0-9a-f]+,/, ""))).toEqual([
      'admin,admin,"system:masters"',
      'system:kube-controller-manager,system:kube-controller-manager,""',
      'system:kube-scheduler,system:kube-scheduler,""',
      'berth:simulated-nodes,berth:simulated-nodes,""',
    ]);
  });

  test("a kubeconfig trusts the given authority only, and is its owner's", () => {
    const file = join(folder, "kubeconfig");
    writeKubeconfig(file, { server: "https://127.0.0.1:1", authority: "PEM", token: "t" }, "berth-system");
    const config = JSON.parse(readFileSync(file, "utf8"));
    expect(config.clusters[0].cluster).toEqual({
      server: "https://127.0.0.1:1",
      "certificate-authority-data": Buffer.from("PEM").toString("base64"),
    });
    expect(config.users[0].user).toEqual({ token: "t" });
    expect(config.contexts[0].context.namespace).toBe("berth-system");
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});

describe("the record", () => {
  const record = {
    versions: "etcd 3.6.8",
    node: "real" as const,
    port: 6443,
    throwaway: true,
    processes: { etcd: { pid: 7, started: "boot/1" } },
    users: [{ pid: 8, started: "boot/2" }],
  };

  test("is read as it was written, and forgotten", () => {
    writeRecord(folder, record);
    expect(readRecord(folder)).toEqual(record);
    removeRecord(folder);
    expect(readRecord(folder)).toBeUndefined();
  });

  test.each(["", "{", '{"port": "6443"}'])("%j is as good as none", (text) => {
    writeFileSync(join(folder, files.record), text);
    expect(readRecord(folder)).toBeUndefined();
  });
});
