import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { packImage, startRegistry } from "../../../bench/desktop/registry.ts";

const folder = mkdtempSync(join(tmpdir(), "berth-registry-"));
afterAll(() => rmSync(folder, { recursive: true }));

const sha256 = (bytes: Uint8Array | string) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/** An image of two layers, one of them compressed, as `ctr images export` writes it. */
function exported(layer: string, packed: string): string {
  const blobs = join(folder, "exported", "blobs", "sha256");
  mkdirSync(blobs, { recursive: true });
  const keep = (bytes: string | Buffer, mediaType = "") => {
    writeFileSync(join(blobs, sha256(bytes).slice(7)), bytes);
    return { mediaType, digest: sha256(bytes), size: bytes.length };
  };
  const layers = [
    keep(layer, "application/vnd.docker.image.rootfs.diff.tar"),
    keep(gzipSync(packed), "application/vnd.docker.image.rootfs.diff.tar.gzip"),
  ];
  const rootfs = { type: "layers", diff_ids: [layer, packed].map(sha256) };
  const config = keep(JSON.stringify({ os: "linux", rootfs }));
  const manifest = keep(JSON.stringify({ schemaVersion: 2, config, layers }));
  writeFileSync(join(folder, "exported", "index.json"), JSON.stringify({ manifests: [manifest] }));
  const archive = join(folder, "image.tar");
  execFileSync("tar", ["-cf", archive, "-C", join(folder, "exported"), "."]);
  return archive;
}

test("a registry serves an image whose layers are the given ones, compressed, on one that nobody else has", async () => {
  const layer = "the layer's bytes ".repeat(1000);
  const packed = "the other's ".repeat(1000);
  const digest = await packImage(exported(layer, packed), folder);
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
    expect(contents.slice(1).map(String)).toEqual([layer, packed]);
    const { rootfs } = JSON.parse(String(await read(`/v2/desktop/blobs/${config.digest}`)));
    expect(rootfs.diff_ids).toEqual(contents.map(sha256));
    expect((await get(`/v2/desktop/blobs/${sha256("nobody")}`)).status).toBe(404);
    expect((await get("/v2/")).status).toBe(200);
  } finally {
    await registry.close();
  }
});
