import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { machine } from "../tools/catalog.ts";

const run = promisify(execFile);
/** The same files give the same archive. */
const alike = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner"];

/**
 * Calls back with the archive of an image that holds one program and nothing else, in the form of `docker save`.
 * The program must need no library.
 */
export async function withImageOf<T>(name: string, program: string, use: (archive: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "berth-image-"));
  try {
    const content = join(folder, "content");
    mkdirSync(content);
    copyFileSync(program, join(content, "program"));
    chmodSync(join(content, "program"), 0o755);
    await run("tar", [...alike, "-cf", join(folder, "layer.tar"), "-C", content, "program"]);
    const layer = createHash("sha256")
      .update(readFileSync(join(folder, "layer.tar")))
      .digest("hex");
    const config = {
      architecture: machine.arch,
      os: "linux",
      config: { Entrypoint: ["/program"] },
      rootfs: { type: "layers", diff_ids: [`sha256:${layer}`] },
    };
    writeFileSync(join(folder, "config.json"), JSON.stringify(config));
    const manifest = [{ Config: "config.json", RepoTags: [name], Layers: ["layer.tar"] }];
    writeFileSync(join(folder, "manifest.json"), JSON.stringify(manifest));
    const archive = join(folder, "image.tar");
    await run("tar", [...alike, "-cf", archive, "-C", folder, "manifest.json", "config.json", "layer.tar"]);
    return await use(archive);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
