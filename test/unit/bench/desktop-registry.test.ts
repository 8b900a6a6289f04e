import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { packImage, startRegistry } from "../../../bench/desktop/registry.ts";

const folder = mkdtempSync(join(tmpdir(), "berth-registry-"));
afterAll(() => rmSync(folder, { recursive: true }));

const sha256 = (bytes: Uint8Array | string) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/** An image of one layer, as `ctr images export` writes it. */
function exported(layer: string): string {
  const blobs = join(folder, "exported", "blobs", "sha256");
  mkdirSync(blobs, { recursive: true });
  const keep = (text: string) => {
    writeFileSync(join(blobs, sha256(text).slice(7)), text);
    return { digest: sha256(text), size: text.length };
  };
  const kept = keep(layer);
  const config = keep(JSON.stringify({ os: "linux", rootfs: { type: "layers", diff_ids: [kept.digest] } }));
  const manifest = keep(JSON.stringify({ schemaVersion: 2, config, layers: [kept] }));
  writeFileSync(join(folder, "exported", "index.json"), JSON.stringify({ manifests: [manifest] }));
  const archive = join(folder, "image.tar");
  execFileSync("tar", ["-cf", archive, "-C", join(folder, "exported"), "."]);
  return archive;
}

test("a registry serves an image whose layers are the given ones, compressed, on one that nobody else has", async () => {
  const layer = "the layer's bytes ".repeat(1000);
  const digest = await packImage(exported(layer), folder);
  const registry = await startRegistry(folder, digest, "127.0.0.1");
  try {
    const get = (path: string) => fetch(new URL(path, registry.url));
    const named = await get("/v2/desktop/manifests/latest");
    expect(named.headers.get("docker-content-digest")).toBe(digest);
    const text = await named.text();
    expect(sha256(text)).toBe(digest);
    const { layers, config } = JSON.parse(text);
    const read = async (path: string) => Buffer.from(await (await get(path)).arrayBuffer());
    const contents = await Promise.all(
      layers.map(async (one: { digest: string }) => gunzipSync(await read(`/v2/desktop/blobs/${one.digest}`))),
    );
    expect(String(contents[1])).toBe(layer);
    const { rootfs } = JSON.parse(String(await read(`/v2/desktop/blobs/${config.digest}`)));
    expect(rootfs.diff_ids).toEqual(contents.map(sha256));
    expect((await get(`/v2/desktop/blobs/${sha256("nobody")}`)).status).toBe(404);
    expect((await get("/v2/")).status).toBe(200);
  } finally {
    await registry.close();
  }
});
