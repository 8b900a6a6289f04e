import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { withImageOf } from "../../../toolchain/real-node/archive.ts";
import { assertFit } from "../../../toolchain/real-node/machine.ts";
import { link, podRange } from "../../../toolchain/real-node/network.ts";
import { nodeObject, nodeObjects } from "../../../toolchain/real-node/objects.ts";
import { kubeletConfig, nodeCommandLine, nodePrograms } from "../../../toolchain/real-node/settings.ts";

const folders = { platform: "/state/platform", node: "/state/node", images: "/cache/images", plugins: "/usr/lib/cni" };

describe("a machine for a real node", () => {
  test("is fit with Linux, root and control groups", () => {
    expect(() => assertFit({ platform: "linux", root: true, cgroups: undefined })).not.toThrow();
  });

  test("that is not fit is told all that is missing, and what to do", () => {
    expect(() => assertFit({ platform: "darwin", root: false, cgroups: "no groups" })).toThrow(
      [
        "A real node cannot run here:",
        "  - this is darwin: containers need Linux",
        "  - it needs root: a container runtime and a kubelet make namespaces, mounts and limits",
        "  - no groups",
        "What to do: leave `--node real` out to use simulated nodes, or name a cluster of yours by `--context`.",
      ].join("\n"),
    );
  });
});

describe("a real node's programs", () => {
  test("enforce policies before the first pod can run", () => {
    expect(nodePrograms.indexOf("network-policies")).toBeLessThan(nodePrograms.indexOf("kubelet"));
    expect(nodeObject.object).toMatchObject({ status: { addresses: [{ type: "InternalIP", address: link.node }] } });
  });

  test("listen on the node's own address, and on none of the host", () => {
    const lines = nodePrograms.flatMap((name) => nodeCommandLine(name, folders)).join(" ");
    const addresses = lines.match(/\b\d+\.\d+\.\d+\.\d+\b/g) ?? [];
    expect(new Set(addresses)).toEqual(new Set([link.node, "10.96.0.0", podRange.split("/")[0]]));
  });

  test("answer nobody who has not shown who they are, and limit processes", () => {
    expect(JSON.parse(kubeletConfig(folders))).toMatchObject({
      address: link.node,
      authentication: { anonymous: { enabled: false }, webhook: { enabled: true } },
      authorization: { mode: "Webhook" },
      podPidsLimit: 512,
    });
  });

  test("have rights to what they do and no more", () => {
    const roles = nodeObjects.flatMap(({ object }) => (object.kind === "ClusterRole" ? [object] : []));
    expect(roles.map(({ metadata }) => metadata.name)).toEqual([
      "berth-network-policies",
      "berth-local-volumes",
      "berth-coredns",
    ]);
    expect(JSON.stringify(roles)).not.toMatch(/"\*"|secrets|bind|escalate|impersonate/);
  });
});

describe("the image of one program", () => {
  test("is the same archive whenever it is made, and holds nothing else", async () => {
    const folder = mkdtempSync(join(tmpdir(), "berth-archive-"));
    try {
      const program = join(folder, "tool");
      writeFileSync(program, "#!/bin/true\n");
      const list = (archive: string) => execFileSync("tar", ["-tf", archive], { encoding: "utf8" });
      const sum = (archive: string) => execFileSync("sha256sum", [archive], { encoding: "utf8" }).slice(0, 64);
      const made = () =>
        withImageOf("berth.local/tool:1", program, async (archive) => ({ sum: sum(archive), list: list(archive) }));
      const first = await made();
      expect(first.list.trim().split("\n")).toEqual(["manifest.json", "config.json", "layer.tar"]);
      expect(await made()).toEqual(first);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
