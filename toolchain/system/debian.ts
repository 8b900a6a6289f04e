import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { messageOf, SetupError } from "../errors.ts";
import { withLock } from "../lock.ts";
import { cacheFolder } from "../paths.ts";
import type { Progress } from "../terminal.ts";

const run = promisify(execFile);

/** Whether this machine's packages are Debian's, so that `apt-get` and `dpkg-deb` are there. */
export function canTakeFromDebian(): boolean {
  return existsSync("/usr/bin/apt-get") && existsSync("/usr/bin/dpkg-deb");
}

/**
 * Unpacks packages, and those that they need and that are not installed, into a folder of the cache. Packages come from
 * where this machine takes its own, signatures checked by apt; nothing is installed, and no list of the machine changes.
 *
 * @returns the folder, which looks like a root file system's.
 * @throws SetupError when apt cannot get them.
 */
export async function takeFromDebian(packages: readonly string[], progress: Progress): Promise<string> {
  const folder = join(cacheFolder(), "debian");
  const key = createHash("sha256")
    .update(`${release()}\0${packages.join("\0")}`)
    .digest("hex")
    .slice(0, 12);
  const root = join(folder, key);
  const finished = join(root, ".packages");
  if (existsSync(finished)) return root;
  const get = async (): Promise<void> => {
    if (existsSync(finished)) return;
    await progress.step(`Get ${packages.join(", ")} from Debian's packages`, async (note) => {
      const unfinished = `${root}.new`;
      rmSync(unfinished, { recursive: true, force: true });
      const archives = await download(packages, join(folder, "apt"), note);
      mkdirSync(unfinished, { recursive: true });
      for (const archive of archives) await run("dpkg-deb", ["--extract", archive, unfinished]);
      for (const archive of archives) rmSync(archive);
      chooseAlternatives(unfinished);
      nameFonts(unfinished, root);
      writeFileSync(join(unfinished, ".packages"), `${packages.join("\n")}\n`);
      rmSync(root, { recursive: true, force: true });
      renameSync(unfinished, root);
      note(`${archives.length} packages`);
    });
  };
  await withLock(join(folder, ".lock"), get, (holder) =>
    progress.info(`Waiting for process ${holder ?? "?"}, which gets packages of Debian.`),
  );
  return root;
}

function release(): string {
  try {
    return readFileSync("/etc/os-release", "utf8");
  } catch {
    return "";
  }
}

/** Downloads what is not installed; gives the archives. */
async function download(
  packages: readonly string[],
  folder: string,
  note: (text: string) => void,
): Promise<readonly string[]> {
  for (const name of ["lists/partial", "archives/partial"]) mkdirSync(join(folder, name), { recursive: true });
  const own = [
    `Dir::State::lists=${join(folder, "lists")}`,
    `Dir::Cache::archives=${join(folder, "archives")}`,
    "Dir::Cache::pkgcache=",
    "Dir::Cache::srcpkgcache=",
    "Debug::NoLocking=true",
    "APT::Sandbox::User=root",
  ].flatMap((option) => ["-o", option]);
  try {
    note("lists of packages");
    await run("apt-get", [...own, "--quiet", "update"], { maxBuffer: 16e6 });
    note("packages");
    const options = ["--quiet", "--yes", "--no-install-recommends", "--download-only"];
    await run("apt-get", [...own, ...options, "install", ...packages], { maxBuffer: 16e6 });
  } catch (error) {
    throw new SetupError(
      `${packages.join(", ")} cannot be had from Debian's packages: ${messageOf(error)}\n` +
        "What to do: connect this machine to where its packages come from (`apt-get update` must work), or install them.",
    );
  }
  const archives = join(folder, "archives");
  return readdirSync(archives)
    .filter((name) => name.endsWith(".deb"))
    .map((name) => join(archives, name));
}

/** What an installation would choose among programs of the same name. */
function chooseAlternatives(root: string): void {
  const folder = join(root, "usr/sbin");
  if (!existsSync(join(folder, "xtables-nft-multi"))) return;
  for (const name of ["iptables", "iptables-save", "iptables-restore"]) {
    if (!existsSync(join(folder, name))) symlinkSync("xtables-nft-multi", join(folder, name));
  }
}

/** Where unpacked fonts are named, for those who look for fonts. */
export const fontsFile = ".fonts.conf";

/** Lets programs find unpacked fonts, beside those of the machine. */
function nameFonts(unfinished: string, root: string): void {
  if (!existsSync(join(unfinished, "usr/share/fonts"))) return;
  const folders = [join(root, "usr/share/fonts"), "/usr/share/fonts"];
  const lines = folders.map((folder) => `<dir>${folder}</dir>`);
  const cache = `<cachedir>${join(root, ".fonts-cache")}</cachedir>`;
  writeFileSync(
    join(unfinished, fontsFile),
    `<?xml version="1.0"?>\n<fontconfig>${lines.join("")}${cache}</fontconfig>\n`,
  );
}
