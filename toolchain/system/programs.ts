import { accessSync, constants, existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { SetupError } from "../errors.ts";
import { type Progress, silent } from "../terminal.ts";
import { canTakeFromDebian, fontsFile, takeFromDebian } from "./debian.ts";

/** A program of the operating system's distribution. */
export interface SystemProgram {
  readonly program: string;
  /** The package of Debian, and of what descends from it, that has it. */
  readonly package: string;
  /** Further packages without which it is of no use, such as a browser's fonts. */
  readonly with?: readonly string[];
  /** Where it lies, when that is no folder of the PATH. */
  readonly folders?: readonly string[];
}

/** Programs that are there to be run. */
export interface SystemPrograms {
  /** The path of one of them. */
  path(program: string): string;
  /** Variables with which they find each other and their libraries. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Finds programs of the distribution. Those that are not installed are unpacked into the cache, from the distribution's
 * own packages: nothing of this machine changes by it.
 *
 * @throws SetupError when some can neither be found nor be had; it names each with its package.
 */
export async function ensureSystemPrograms(
  wanted: readonly SystemProgram[],
  progress: Progress = silent,
): Promise<SystemPrograms> {
  const missing = wanted.filter((one) => find(one, systemRoot) === undefined);
  if (missing.length === 0) return programsIn([systemRoot], wanted);
  const packages = packagesOf(missing);
  if (!canTakeFromDebian()) throw new SetupError(explain(missing, "This is no Debian, nor a descendant of it"));
  const root = await takeFromDebian(packages, progress);
  const still = missing.filter((one) => find(one, root) === undefined);
  if (still.length > 0) throw new SetupError(explain(still, `The packages ${packages.join(", ")} do not have them`));
  return programsIn([root, systemRoot], wanted);
}

function packagesOf(programs: readonly SystemProgram[]): readonly string[] {
  return [...new Set(programs.flatMap((one) => [one.package, ...(one.with ?? [])]))].sort();
}

const systemRoot = "/";
const pathFolders = ["usr/sbin", "usr/bin", "sbin", "bin"];
/** What only root runs is on no other user's PATH. */
const rootsOwn = ["/usr/sbin", "/sbin"];

function find(wanted: SystemProgram, root: string): string | undefined {
  return foldersOf(wanted, root)
    .map((folder) => join(folder, wanted.program))
    .find(isExecutable);
}

function foldersOf({ folders }: SystemProgram, root: string): readonly string[] {
  if (folders !== undefined) return folders.map((folder) => join(root, folder));
  if (root !== systemRoot) return pathFolders.map((folder) => join(root, folder));
  return (process.env.PATH ?? "").split(delimiter).concat(rootsOwn);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function programsIn(roots: readonly string[], wanted: readonly SystemProgram[]): SystemPrograms {
  const unpacked = roots.filter((root) => root !== systemRoot);
  const folders = unpacked.flatMap((root) => pathFolders.map((folder) => join(root, folder)));
  const libraries = unpacked.flatMap(libraryFolders);
  const extensions = libraries.map((folder) => join(folder, "xtables")).find((folder) => existsSync(folder));
  const fonts = unpacked.map((root) => join(root, fontsFile)).find((file) => existsSync(file));
  const known = new Map(wanted.map((one) => [one.program, one]));
  return {
    path(program) {
      const one = known.get(program);
      const found = one && roots.map((root) => find(one, root)).find((path) => path !== undefined);
      if (found === undefined) throw new Error(`${program} was not asked for.`);
      return found;
    },
    environment: {
      PATH: [...folders, process.env.PATH ?? "", ...rootsOwn].filter((part) => part !== "").join(delimiter),
      ...(libraries.length === 0 ? {} : { LD_LIBRARY_PATH: libraries.join(delimiter) }),
      ...(extensions === undefined ? {} : { XTABLES_LIBDIR: extensions }),
      ...(fonts === undefined ? {} : { FONTCONFIG_FILE: fonts }),
    },
  };
}

/** Folders with libraries, by where Debian puts them for this kind of machine; some have folders of their own within. */
function libraryFolders(root: string): readonly string[] {
  const triplet = process.arch === "arm64" ? "aarch64-linux-gnu" : "x86_64-linux-gnu";
  return [`usr/lib/${triplet}`, `lib/${triplet}`]
    .map((folder) => join(root, folder))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => [folder, ...foldersIn(folder).filter(holdsLibraries)]);
}

function foldersIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(folder, name));
}

function holdsLibraries(folder: string): boolean {
  return readdirSync(folder).some((name) => /^lib.*\.so(\.|$)/.test(name));
}

function explain(missing: readonly SystemProgram[], why: string): string {
  return [
    `${why}: ${missing.map(({ program }) => program).join(", ")}.`,
    "What to do: install them, so that they are on the PATH. In Debian they are in the packages",
    `${packagesOf(missing).join(", ")}.`,
  ].join("\n");
}
