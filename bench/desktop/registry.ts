import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { createGzip } from "node:zlib";
import { z } from "zod";

const run = promisify(execFile);

/** https://github.com/opencontainers/image-spec/blob/main/manifest.md and its neighbours, as far as they matter here. */
const descriptor = z.object({ mediaType: z.string().default(""), digest: z.string().regex(/^sha256:[0-9a-f]{64}$/) });
const layout = z.object({ manifests: z.array(descriptor).min(1) });
const manifest = z.object({ config: descriptor, layers: z.array(descriptor) });
const config = z.looseObject({ rootfs: z.object({ type: z.literal("layers"), diff_ids: z.array(z.string()) }) });

const types = {
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar+gzip",
} as const;

/** A registry of one image. */
export interface Registry {
  readonly url: string;
  close(): Promise<void>;
}

interface Blob {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/**
 * Packs an image as registries have it: its layers compressed. Below them lies one that no other image has, so that a node
 * that knows the image by another name has to get and unpack all of it all the same.
 *
 * @param archive what `ctr images export` wrote
 * @returns the digest of its manifest; blobs lie in the folder by their digest
 */
export async function packImage(archive: string, folder: string): Promise<string> {
  const unpacked = join(folder, "unpacked");
  await mkdir(unpacked, { recursive: true });
  await run("tar", ["-xf", archive, "-C", unpacked]);
  const fileOf = ({ digest }: z.infer<typeof descriptor>) => join(unpacked, "blobs", "sha256", digest.slice(7));
  const read = async <T>(schema: z.ZodType<T>, file: string) => schema.parse(JSON.parse(await readFile(file, "utf8")));
  const [only] = (await read(layout, join(unpacked, "index.json"))).manifests;
  if (only === undefined) throw new Error(`${archive} holds no image`);
  const image = await read(manifest, fileOf(only));
  const settings = await read(config, fileOf(image.config));

  const own = join(folder, "own.tar");
  await writeFile(join(folder, "berth-bench"), randomBytes(32));
  await run("tar", ["-cf", own, "-C", folder, "berth-bench"]);
  const ownId = `sha256:${createHash("sha256")
    .update(await readFile(own))
    .digest("hex")}`;

  const layers = await Promise.all([
    compress(own, folder),
    ...image.layers.map((layer) =>
      /[+.]gzip$/.test(layer.mediaType)
        ? keepFile(fileOf(layer), layer.digest, folder)
        : compress(fileOf(layer), folder),
    ),
  ]);
  const rootfs = { ...settings.rootfs, diff_ids: [ownId, ...settings.rootfs.diff_ids] };
  const { history: _, ...others } = settings;
  const described = await keepJson({ ...others, rootfs }, types.config, folder);
  const all = { schemaVersion: 2, mediaType: types.manifest, config: described, layers };
  return (await keepJson(all, types.manifest, folder)).digest;
}

async function compress(file: string, folder: string): Promise<Blob> {
  const packed = `${join(folder, randomBytes(8).toString("hex"))}.gz`;
  const hash = createHash("sha256");
  const gzip = createGzip({ level: 1 });
  gzip.on("data", (bytes: Buffer) => hash.update(bytes));
  await pipeline(createReadStream(file), gzip, createWriteStream(packed));
  return keepFile(packed, `sha256:${hash.digest("hex")}`, folder);
}

/** Keeps a compressed layer by its digest. */
async function keepFile(file: string, digest: string, folder: string): Promise<Blob> {
  const kept = join(folder, digest.slice(7));
  await rename(file, kept);
  return { mediaType: types.layer, digest, size: (await stat(kept)).size };
}

async function keepJson(value: object, mediaType: string, folder: string): Promise<Blob> {
  const text = JSON.stringify(value);
  const digest = createHash("sha256").update(text).digest("hex");
  await writeFile(join(folder, digest), text);
  return { mediaType, digest: `sha256:${digest}`, size: Buffer.byteLength(text) };
}

/**
 * Serves the blobs of a folder, as far as a node asks for them: every name and tag is that one image.
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md
 */
export async function startRegistry(folder: string, image: string, host: string): Promise<Registry> {
  const server = createServer(async (request, response) => {
    const [, kind, reference = ""] = /^\/v2\/.+\/(manifests|blobs)\/([^/?]+)/.exec(request.url ?? "") ?? [];
    if (kind === undefined) return void response.writeHead(request.url === "/v2/" ? 200 : 404).end();
    const digest = kind === "manifests" && !reference.startsWith("sha256:") ? image : reference;
    const file = join(folder, digest.replace(/^sha256:/, ""));
    const found = /^sha256:[0-9a-f]{64}$/.test(digest) ? await stat(file).catch(() => undefined) : undefined;
    if (found === undefined) return void response.writeHead(404).end();
    response.writeHead(200, {
      "content-type": kind === "manifests" ? types.manifest : "application/octet-stream",
      "content-length": found.size,
      "docker-content-digest": digest,
    });
    if (request.method === "HEAD") return void response.end();
    await pipeline(createReadStream(file), response).catch(() => undefined);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, host, resolve);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://${host}:${port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
