import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { chmod, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { setGlobalProxyFromEnv } from "node:http";
import { basename, join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { z } from "zod";
import { messageOf } from "../errors.ts";
import { formatSize } from "../terminal.ts";
import type { Checksum, Download } from "./catalog.ts";
import { assembleDefinitions, type DefinitionFiles, WrongDefinitions } from "./definitions.ts";

/** Why an official download is not used; the reason is meant for the person at the terminal. */
export class DownloadFailed extends Error {
  override readonly name = "DownloadFailed";
}

/** How long a host may take to answer before it counts as unreachable for this run. */
const answerWithinMs = 3_000;
/** How long a download may bring nothing before it is given up. */
const stalledAfterMs = 30_000;

/** Downloads a program into a folder and checks it. @throws DownloadFailed when it breaks off or does not match. */
export type Fetch = (program: string, folder: string, note: (text: string) => void) => Promise<void>;

export interface Downloader {
  /**
   * Looks for the published checksum; gives what then downloads the program.
   *
   * @throws DownloadFailed when it cannot be reached, or no checksum is published.
   */
  find(download: Download): Promise<Fetch>;
}

/**
 * A downloader that remembers the hosts it could not reach, so that a machine without the internet waits once and not
 * for every program.
 */
export function createDownloader(fetcher: typeof fetch = proxied): Downloader {
  const unreachable = new Map<string, string>();

  const request = async (url: string): Promise<Response> => {
    const { host } = new URL(url);
    const known = unreachable.get(host);
    if (known) throw new DownloadFailed(known);
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), answerWithinMs);
    let response: Response;
    try {
      response = await fetcher(url, { signal: controller.signal });
    } catch (error) {
      const why = controller.signal.aborted ? `no answer within ${answerWithinMs / 1000} s` : messageOf(error);
      unreachable.set(host, `${host} cannot be reached: ${why}`);
      throw new DownloadFailed(`${host} cannot be reached: ${why}`);
    } finally {
      clearTimeout(timer);
    }
    if (!response.ok) throw new DownloadFailed(`${url} answers ${response.status} ${response.statusText}`);
    return response;
  };

  const text = async (url: string): Promise<string> => {
    const response = await request(url);
    return response.text().catch((error: unknown) => {
      throw new DownloadFailed(`${url}: ${messageOf(error)}`);
    });
  };

  const published = async (checksums: readonly Checksum[], file: string): Promise<string> => {
    const reasons: string[] = [];
    for (const checksum of checksums) {
      try {
        const hash =
          checksum.kind === "file"
            ? findHash(await text(checksum.url), file)
            : findDigest(
                await text(`https://api.github.com/repos/${checksum.repository}/releases/tags/${checksum.tag}`),
                file,
              );
        if (hash) return hash;
        reasons.push(`no checksum of ${file} is published`);
      } catch (error) {
        if (!(error instanceof DownloadFailed)) throw error;
        reasons.push(error.message);
      }
    }
    throw new DownloadFailed([...new Set(reasons)].join("; "));
  };

  /** The first file is fetched at once: so one knows whether the host is there. */
  const findDefinitions = async (url: string, wanted: DefinitionFiles): Promise<Fetch> => {
    const [first = "", ...others] = wanted.files;
    const texts = [await text(`${url}/${first}`)];
    return async (name, folder) => {
      for (const file of others) texts.push(await text(`${url}/${file}`));
      await mkdir(folder, { recursive: true });
      try {
        await writeFile(join(folder, name), assembleDefinitions(wanted, texts));
      } catch (error) {
        throw error instanceof WrongDefinitions ? new DownloadFailed(`${url}: ${error.message}`) : error;
      }
    };
  };

  return {
    find: async ({ url, checksums, format }) => {
      if (format.kind === "definitions") return findDefinitions(url, format);
      const file = basename(new URL(url).pathname);
      const wanted = await published(checksums, file);
      return async (program, folder, note) => {
        await mkdir(folder, { recursive: true });
        const target = join(folder, format.kind === "program" ? program : file);
        const actual = await save(await request(url), target, note);
        if (actual !== wanted) {
          throw new DownloadFailed(`${url} has the SHA-256 ${actual}, but ${wanted} is published`);
        }
        if (format.kind === "tar.gz") {
          const strip = `--strip-components=${format.strip}`;
          await promisify(execFile)("tar", ["-xzf", target, "-C", folder, strip, format.member]).catch(
            (error: unknown) => {
              throw new DownloadFailed(`${file} cannot be unpacked: ${messageOf(error)}`);
            },
          );
          await rm(target);
          const unpacked = basename(format.member);
          if (unpacked !== program) await rename(join(folder, unpacked), join(folder, program));
        }
        await chmod(join(folder, program), 0o755);
      };
    },
  };
}

/** `fetch` by way of the proxy that the environment names, if any. */
const proxied: typeof fetch = (input, init) => {
  useProxy();
  return fetch(input, init);
};

let proxySet = false;
function useProxy(): void {
  if (!proxySet) setGlobalProxyFromEnv();
  proxySet = true;
}

/** Writes an answer's body to a file; gives its SHA-256. */
async function save(response: Response, file: string, note: (text: string) => void): Promise<string> {
  if (!response.body) throw new DownloadFailed(`${response.url} is empty`);
  const total = Number(response.headers.get("content-length"));
  const hash = createHash("sha256");
  const stalled = new AbortController();
  let timer = setTimeout(() => stalled.abort(), stalledAfterMs);
  let size = 0;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      clearTimeout(timer);
      timer = setTimeout(() => stalled.abort(), stalledAfterMs);
      hash.update(chunk);
      size += chunk.length;
      note(total > 0 ? `${formatSize(size)} of ${formatSize(total)}` : formatSize(size));
      done(null, chunk);
    },
  });
  try {
    await pipeline(Readable.fromWeb(response.body), count, createWriteStream(file), { signal: stalled.signal });
  } catch (error) {
    const why = stalled.signal.aborted ? `nothing came for ${stalledAfterMs / 1000} s` : messageOf(error);
    throw new DownloadFailed(`${response.url} broke off: ${why}`);
  } finally {
    clearTimeout(timer);
  }
  return hash.digest("hex");
}

/** Finds a file's hash in a list as `sha256sum` writes it, or takes the only hash that is there. */
export function findHash(list: string, file: string): string | undefined {
  const lines = list.split("\n").map((line) => line.trim().split(/\s+/));
  const line = lines.find(([, name]) => name?.replace(/^\*/, "") === file);
  const bare = lines.length <= 2 && lines[0]?.length === 1 ? lines[0] : undefined;
  const hash = (line ?? bare)?.[0]?.toLowerCase();
  return hash && /^[0-9a-f]{64}$/.test(hash) ? hash : undefined;
}

const releaseSchema = z.object({ assets: z.array(z.object({ name: z.string(), digest: z.string().nullish() })) });

/** Finds a file's hash in GitHub's description of a release. */
export function findDigest(release: string, file: string): string | undefined {
  const parsed = releaseSchema.safeParse(JSON.parse(release));
  const digest = parsed.data?.assets.find(({ name }) => name === file)?.digest;
  return /^sha256:([0-9a-f]{64})$/.exec(digest ?? "")?.[1];
}
