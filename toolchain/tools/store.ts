import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { cacheFolder } from "../paths.ts";
import { moduleFolder } from "./build.ts";
import { type Recipe, recipes, type ToolName, toolNames } from "./catalog.ts";

/** How a program that lies in the cache came there. */
const originSchema = z.object({ origin: z.enum(["downloaded", "built"]), from: z.string(), at: z.string() });

export type Origin = z.infer<typeof originSchema>;

/** A program that lies in the cache. */
export interface Stored {
  readonly path: string;
  readonly version: string;
  readonly origin: Origin;
  /** Bytes of all files beside it. */
  readonly size: () => number;
}

const originFile = "origin.json";

/** The folder of all programs. */
export function toolsFolder(): string {
  return join(cacheFolder(), "tools");
}

/**
 * The version under which a program is cached. One built here that stands in for the official one has its own, by its
 * sources: `4.34.2-stand-in-1f2e3d4c5b6a`.
 */
export function cachedVersion(recipe: Recipe, origin: Origin["origin"]): string {
  const { version, build, standIn, ownSources } = recipe;
  if (origin === "downloaded" || !("packages" in build)) return version;
  if (standIn) return `${version}-stand-in-${hashSources(moduleFolder(build))}`;
  return ownSources ? `${version}-${hashSources(moduleFolder(build))}` : version;
}

/** Finds a program in the cache; where there are both, the official one. */
export function findStored(name: ToolName): Stored | undefined {
  const recipe = recipes()[name];
  for (const kind of ["downloaded", "built"] as const) {
    const version = cachedVersion(recipe, kind);
    const folder = join(toolsFolder(), name, version);
    const path = join(folder, name);
    const origin = readOrigin(folder);
    if (origin && existsSync(path)) return { path, version, origin, size: () => sizeOf(folder) };
  }
  return undefined;
}

/** Moves a folder with a finished program to its place: it is there whole, or not at all. */
export async function store(name: ToolName, origin: Omit<Origin, "at">, folder: string): Promise<void> {
  writeFileSync(join(folder, originFile), JSON.stringify({ ...origin, at: new Date().toISOString() }));
  const target = join(toolsFolder(), name, cachedVersion(recipes()[name], origin.origin));
  await mkdir(dirname(target), { recursive: true });
  await rm(target, { recursive: true, force: true });
  await rename(folder, target);
}

/** A version of a program in the cache, used or not. */
export interface CacheEntry {
  readonly folder: string;
  /** The program. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
}

/** Everything that the cache holds. */
export function listStored(): readonly CacheEntry[] {
  return toolNames.flatMap((name) => {
    const versions = join(toolsFolder(), name);
    if (!existsSync(versions)) return [];
    return readdirSync(versions).map((version) => {
      const folder = join(versions, version);
      return { folder, path: join(folder, name), size: sizeOf(folder) };
    });
  });
}

function readOrigin(folder: string): Origin | undefined {
  try {
    return originSchema.parse(JSON.parse(readFileSync(join(folder, originFile), "utf8")));
  } catch {
    return undefined;
  }
}

/** A short hash of a Go module's files: what is built from it is the same while they are. */
function hashSources(folder: string): string {
  const hash = createHash("sha256");
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(isSource).sort();
  for (const name of names)
    hash
      .update(`${name}\0`)
      .update(readFileSync(join(folder, name)))
      .update("\0");
  return hash.digest("hex").slice(0, 12);
}

const isSource = (name: string): boolean =>
  !/_test\.go$|(^|\/)testdata(\/|$)/.test(name) && /\.go$|(^|\/)go\.(mod|sum)$|\.json$/.test(name);

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((total, entry) => total + statSync(join(entry.parentPath, entry.name)).size, 0);
}
