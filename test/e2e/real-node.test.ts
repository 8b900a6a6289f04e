import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createRealNode, type RealNode } from "../../toolchain/real-node/node.ts";
import { ensureSystemPrograms } from "../../toolchain/system/programs.ts";

const system = await ensureSystemPrograms([{ program: "nft", package: "nftables" }]);

/** What of this machine a real node must leave as it was. */
function machine() {
  const env = { ...process.env, ...system.environment };
  const tell = (command: string, ...args: readonly string[]) => execFileSync(command, args, { encoding: "utf8", env });
  const groups = (folder: string) => readdirSync(folder).filter((name) => name.startsWith("berth-node"));
  return {
    links: tell("ip", "-brief", "link")
      .split("\n")
      .map((line) => line.split(/[\s@]/)[0]),
    routes: tell("ip", "route"),
    tables: tell(system.path("nft"), "list", "tables"),
    mounts: readFileSync("/proc/self/mounts", "utf8"),
    forwarding: readFileSync("/proc/sys/net/ipv4/ip_forward", "utf8"),
    groups: ["/sys/fs/cgroup", "/sys/fs/cgroup/memory"].flatMap((folder) => {
      try {
        return groups(folder);
      } catch {
        return [];
      }
    }),
    processes: tell("ps", "-eo", "args")
      .split("\n")
      .filter((line) => line.includes("real-node") && /pause|containerd|kubelet/.test(line)),
  };
}

describe("A real node", () => {
  let folder = "";
  let before: ReturnType<typeof machine>;
  const options = () => ({ platform: join(folder, "platform"), node: join(folder, "node") });

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "berth-test-real-node-"));
    before = machine();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("is a machine of its own, and leaves this one as it was", async () => {
    const node = await createRealNode(options());
    expect(await node.run("cat", "/proc/1/comm")).toBe("pause\n");
    expect(await node.run("ip", "-brief", "link")).not.toContain("berth0");
    expect(machine()).not.toEqual(before);
    await node.end();
    expect(machine()).toEqual(before);
  });

  test("is one at a time: the second is refused, and the first goes on", async () => {
    const node = await createRealNode(options());
    await expect(createRealNode(options())).rejects.toThrow(/A real node runs on this machine already.*process \d+/);
    expect(await node.run("echo", "fine")).toBe("fine\n");
    await node.end();
  });

  test("of a killed run is taken away by the next one", async () => {
    const script = fileURLToPath(new URL("../support/real/abandon-node.ts", import.meta.url));
    const child = spawn(process.execPath, [script, JSON.stringify(options())], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const exit = new Promise((resolve) => child.once("exit", resolve));
    await new Promise((resolve) => createInterface({ input: child.stdout }).once("line", resolve));
    child.kill("SIGKILL");
    await exit;
    expect(machine().links).toContain("berth0");

    const next: RealNode = await createRealNode(options());
    await next.end();
    expect(machine()).toEqual(before);
  });
});
