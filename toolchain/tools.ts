import { randomBytes } from "node:crypto";
import { mkdir, readdir, rm } from "node:fs/promises";
import { totalmem } from "node:os";
import { join } from "node:path";
import { SetupError } from "./errors.ts";
import { withLock } from "./lock.ts";
import { type Progress, silent } from "./terminal.ts";
import { BuildFailed, goBuild, takeDefinitions, takeFromNpm } from "./tools/build.ts";
import { type GoFiles, type NpmFile, type Recipe, recipes, type ToolName } from "./tools/catalog.ts";
import { createDownloader, DownloadFailed } from "./tools/download.ts";
import { findStored, store, toolsFolder } from "./tools/store.ts";

export type { ToolName } from "./tools/catalog.ts";

/** A program that is there to be run. */
export interface Tool {
  readonly name: ToolName;
  /** The program; what came with it lies in the same folder. */
  readonly path: string;
  readonly version: string;
  /** Whether this call got it, and how; `cached` when it was there already. */
  readonly source: "downloaded" | "built" | "cached";
  /** How it once came into the cache. */
  readonly origin: "downloaded" | "built";
}

/** The version that this checkout wants. */
export function toolVersion(name: ToolName): string {
  return recipes()[name].version;
}

/** The unreachable hosts are remembered for as long as this process runs. */
const downloader = createDownloader();
/** Why there were no downloads, as said to the person already. */
const told = new Set<string>();

/**
 * Gets the programs that are named: from the cache, else by the official download where it can be reached, else by
 * building them from Go modules. Safe to call by several processes at once: the second waits for the first.
 *
 * `BERTH_OFFLINE=1` skips the downloads.
 *
 * @throws SetupError when a program can neither be downloaded nor built; it says what was tried and what to do.
 */
export async function ensureTools(names: readonly ToolName[], progress: Progress = silent): Promise<Tool[]> {
  const fresh = new Set<ToolName>();
  const missing = names.filter((name) => !findStored(name));
  const getGroup = (group: Group): Promise<void> =>
    withLock(
      join(toolsFolder(), ".locks", `${group.build.module}.lock`),
      async () => {
        const still = group.names.filter((name) => !findStored(name));
        for (const name of still) fresh.add(name);
        if (still.length > 0) await getAll(group.build, still, progress);
      },
      (holder) => progress.info(`Waiting for process ${holder ?? "?"}, which gets ${group.names.join(", ")}.`),
    );
  const outcomes = await Promise.allSettled(byModule(missing).map((group) => atMost(() => getGroup(group))));
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  return names.map((name) => {
    const found = findStored(name);
    if (!found) throw new SetupError(`${name} was just put into ${toolsFolder()}, and is not there any more.`);
    const { path, version, origin } = found;
    return { name, path, version, origin: origin.origin, source: fresh.has(name) ? origin.origin : "cached" };
  });
}

interface Group {
  readonly build: Recipe["build"];
  readonly names: ToolName[];
}

/** What one `go build` gives is got together. */
function byModule(names: readonly ToolName[]): Group[] {
  const groups = new Map<string, Group>();
  for (const name of names) {
    const { build } = recipes()[name];
    const group = groups.get(build.module) ?? { build, names: [] };
    group.names.push(name);
    groups.set(build.module, group);
  }
  // The longest first, so that no single one is left over at the end.
  return [...groups.values()].sort((one, other) => other.build.minutes - one.build.minutes);
}

/**
 * A build that links or waits for its modules uses one processor at most: a second one uses the other meanwhile. Each
 * wants up to 3 GB, so a small machine takes one after the other.
 */
const builds = totalmem() >= 7.5e9 ? 2 : 1;
let busy = 0;
const queue: (() => void)[] = [];

/** Runs `work` when fewer than `builds` others do, of all calls of this process. */
async function atMost<T>(work: () => Promise<T>): Promise<T> {
  if (busy >= builds) await new Promise<void>((resolve) => queue.push(resolve));
  else busy += 1;
  try {
    return await work();
  } finally {
    const next = queue.shift();
    if (next) next();
    else busy -= 1;
  }
}

/** Gets programs of one module; only one process at a time is here for a module. */
async function getAll(build: Recipe["build"], names: readonly ToolName[], progress: Progress): Promise<void> {
  const staging = join(toolsFolder(), ".staging");
  await mkdir(staging, { recursive: true });
  // Nobody else gets this module's programs now: what lies there was left by a run that was killed.
  const left = (await readdir(staging)).filter((name) => name.startsWith(`${build.module}.`));
  for (const name of left) await rm(join(staging, name), { recursive: true, force: true });

  const folder = join(staging, `${build.module}.${randomBytes(4).toString("hex")}`);
  try {
    const refused = await downloadAll(names, folder, progress);
    if (refused.size > 0) await buildAll(build, refused, folder, progress);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Why a program that is made of this checkout is not downloaded. */
const nobodyOffers = "there is none: it is made of this checkout's sources";

/** Tries the official downloads; gives those that were not to be had, with the reason. */
async function downloadAll(
  names: readonly ToolName[],
  folder: string,
  progress: Progress,
): Promise<Map<ToolName, string>> {
  const refused = new Map<ToolName, string>();
  for (const name of names) {
    const { download, version }: Recipe = recipes()[name];
    if (download === undefined) {
      refused.set(name, nobodyOffers);
      continue;
    }
    if (process.env.BERTH_OFFLINE === "1") {
      refused.set(name, "not tried, as BERTH_OFFLINE=1");
      continue;
    }
    const target = join(folder, name);
    try {
      const fetchProgram = await downloader.find(download);
      await progress.step(`Download ${name} ${version}`, (note) => fetchProgram(name, target, note));
    } catch (error) {
      if (!(error instanceof DownloadFailed)) throw error;
      refused.set(name, error.message);
      continue;
    }
    await store(name, { origin: "downloaded", from: download.url }, target);
  }
  for (const reason of refused.values()) {
    if (!told.has(reason) && reason !== nobodyOffers) progress.info(`No official download: ${reason}.`);
    told.add(reason);
  }
  return refused;
}

async function buildAll(
  build: Recipe["build"],
  refused: ReadonlyMap<ToolName, string>,
  folder: string,
  progress: Progress,
): Promise<void> {
  const names = [...refused.keys()];
  try {
    if ("from" in build) await takeAll(build, names, folder, progress);
    else if ("npm" in build) await takePackage(build, names, folder, progress);
    else {
      const what = `Build ${names.join(", ")} ${toolVersion(names[0] ?? "pulumi")} from Go modules`;
      await progress.step(`${what} (the first time, about ${build.minutes} min)`, (note) =>
        goBuild(build, names, folder, note),
      );
    }
  } catch (error) {
    if (!(error instanceof BuildFailed)) throw error;
    throw new SetupError(explain(refused, build, error.message));
  }
  const from = "from" in build ? build.from : "npm" in build ? `npm ${build.npm}` : `toolchain/go/${build.module}`;
  for (const name of names) await store(name, { origin: "built", from }, join(folder, name));
}

async function takeAll(build: GoFiles, names: readonly ToolName[], folder: string, progress: Progress): Promise<void> {
  for (const name of names) {
    const { version, download }: Recipe = recipes()[name];
    const format = download?.format;
    if (format?.kind !== "definitions") throw new Error(`${name} is no set of definitions.`);
    await progress.step(`Take ${name} ${version} from its Go module`, () =>
      takeDefinitions(build, format, name, folder),
    );
  }
}

async function takePackage(
  build: NpmFile,
  names: readonly ToolName[],
  folder: string,
  progress: Progress,
): Promise<void> {
  for (const name of names) {
    await progress.step(`Take ${name} ${toolVersion(name)} from npm`, () => takeFromNpm(build, name, folder));
  }
}

function explain(refused: ReadonlyMap<ToolName, string>, build: Recipe["build"], buildFailure: string): string {
  const names = [...refused.keys()];
  if ("npm" in build) {
    return [
      `${names.join(", ")} cannot be had.`,
      ...names.map((name) => `  The download of ${name} failed: ${refused.get(name)}`),
      `  Nor can it be taken from npm: ${buildFailure}`,
      "What to do: connect this machine to the internet or to an npm registry, then run the command again.",
    ].join("\n");
  }
  return [
    `${names.join(", ")} cannot be had.`,
    ...names.map((name) => `  The download of ${name} failed: ${refused.get(name)}`),
    `  The build from Go modules failed: ${buildFailure}`,
    "What to do: connect this machine to the internet, or install Go (https://go.dev/dl) and let it reach a Go module",
    "proxy (GOPROXY), then run the command again. `npm run doctor` shows what is there.",
  ].join("\n");
}
