import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { recipes } from "../../../toolchain/tools/catalog.ts";
import { createDownloader, DownloadFailed, findDigest, findHash } from "../../../toolchain/tools/download.ts";

const folder = mkdtempSync(join(tmpdir(), "berth-download-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sha256 = (data: Buffer | string): string => createHash("sha256").update(data).digest("hex");

/** A world that answers these addresses; all others are unreachable. */
function world(answers: Readonly<Record<string, string | Buffer>>): { fetcher: typeof fetch; asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    fetcher: async (input) => {
      const url = String(input);
      asked.push(url);
      const answer = answers[url];
      if (answer !== undefined) return new Response(new Uint8Array(Buffer.from(answer)));
      if (Object.keys(answers).some((known) => new URL(known).host === new URL(url).host)) {
        return new Response("not here", { status: 404, statusText: "Not Found" });
      }
      throw new TypeError("fetch failed", { cause: new Error("getaddrinfo ENOTFOUND") });
    },
  };
}

const machine = { os: "linux", arch: "amd64" };
const { etcd, kwok, "kube-scheduler": scheduler } = recipes(machine);

describe("a download", () => {
  test("of a bare program is checked against the hash beside it", async () => {
    const { url } = scheduler.download;
    const { fetcher } = world({ [url]: "program", [`${url}.sha256`]: sha256("program") });
    const target = join(folder, "bare");
    await (await createDownloader(fetcher).find(scheduler.download))("kube-scheduler", target, () => {});
    expect(readFileSync(join(target, "kube-scheduler"), "utf8")).toBe("program");
    expect(statSync(join(target, "kube-scheduler")).mode & 0o111).toBe(0o111);
  });

  test("of an archive takes only the program", async () => {
    const { url, checksums } = etcd.download;
    const name = url.slice(url.lastIndexOf("/") + 1);
    const inner = name.replace(".tar.gz", "");
    mkdirSync(join(folder, inner));
    writeFileSync(join(folder, inner, "etcd"), "program");
    writeFileSync(join(folder, inner, "README.md"), "words");
    execFileSync("tar", ["-czf", name, inner], { cwd: folder });
    const archive = readFileSync(join(folder, name));
    const list = checksums[0]?.kind === "file" ? checksums[0].url : "";
    const { fetcher } = world({ [url]: archive, [list]: `${sha256("x")}  other\n${sha256(archive)}  ${name}\n` });
    const target = join(folder, "archive");
    await (await createDownloader(fetcher).find(etcd.download))("etcd", target, () => {});
    expect(execFileSync("ls", [target], { encoding: "utf8" })).toBe("etcd\n");
  });

  test("that does not match its checksum is refused", async () => {
    const { url } = scheduler.download;
    const { fetcher } = world({ [url]: "tampered", [`${url}.sha256`]: sha256("program") });
    const get = await createDownloader(fetcher).find(scheduler.download);
    await expect(get("kube-scheduler", join(folder, "wrong"), () => {})).rejects.toThrow(/SHA-256 .* is published/);
  });

  test("without a published checksum is not used", async () => {
    const { url } = kwok.download;
    const release = "https://api.github.com/repos/kubernetes-sigs/kwok/releases/tags/v0.7.0";
    const { fetcher } = world({ [url]: "program", [release]: JSON.stringify({ assets: [] }) });
    await expect(createDownloader(fetcher).find(kwok.download)).rejects.toThrow("no checksum of kwok-linux-amd64");
  });

  test("falls back to the digest that GitHub records", async () => {
    const { url } = kwok.download;
    const release = "https://api.github.com/repos/kubernetes-sigs/kwok/releases/tags/v0.7.0";
    const assets = [{ name: "kwok-linux-amd64", digest: `sha256:${sha256("program")}` }];
    const { fetcher } = world({ [url]: "program", [release]: JSON.stringify({ assets }) });
    const target = join(folder, "digest");
    await (await createDownloader(fetcher).find(kwok.download))("kwok", target, () => {});
    expect(readFileSync(join(target, "kwok"), "utf8")).toBe("program");
  });

  test("asks a host that cannot be reached once, and not for every program", async () => {
    const { fetcher, asked } = world({});
    const { find } = createDownloader(fetcher);
    await expect(find(scheduler.download)).rejects.toThrow(DownloadFailed);
    await expect(find(recipes(machine)["kube-apiserver"].download)).rejects.toThrow(
      "dl.k8s.io cannot be reached: fetch failed (getaddrinfo ENOTFOUND)",
    );
    expect(asked).toHaveLength(1);
  });
});

const hash = "a".repeat(64);

test.each([
  [`${hash}  etcd.tar.gz\n`, "etcd.tar.gz", hash],
  [`${hash} *etcd.tar.gz\n`, "etcd.tar.gz", hash],
  [hash, "etcd.tar.gz", hash],
  [`${hash}\n`, "etcd.tar.gz", hash],
  [`${hash}  other.tar.gz\n`, "etcd.tar.gz", undefined],
  ["<html>sign in</html>", "etcd.tar.gz", undefined],
  ["abc  etcd.tar.gz", "etcd.tar.gz", undefined],
])("in the list %j the hash of %s is %s", (list, file, expected) => {
  expect(findHash(list, file)).toBe(expected);
});

test("only a SHA-256 digest counts", () => {
  const release = { assets: [{ name: "a", digest: "md5:1" }, { name: "b" }, { name: "c", digest: `sha256:${hash}` }] };
  const text = JSON.stringify(release);
  expect(["a", "b", "c", "d"].map((name) => findDigest(text, name))).toEqual([undefined, undefined, hash, undefined]);
});
