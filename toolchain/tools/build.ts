import { execFile, spawn } from "node:child_process";
import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { messageOf } from "../errors.ts";
import { checkout } from "../paths.ts";
import type { GoBuild, GoFiles, NpmFile, ToolName } from "./catalog.ts";
import { assembleDefinitions, type DefinitionFiles, WrongDefinitions } from "./definitions.ts";

/** Why a build from Go modules did not succeed; the reason is meant for the person at the terminal. */
export class BuildFailed extends Error {
  override readonly name = "BuildFailed";
}

/** The folder of the Go module that a build starts from. */
export function moduleFolder(build: GoBuild): string {
  return join(checkout, "toolchain", "go", build.module);
}

/**
 * Builds programs from one Go module, each into `<folder>/<name>/<name>`.
 *
 * The module's files name every version and checksum and are only read. Without cgo no C compiler is needed, and the
 * same programs come out everywhere.
 *
 * @throws BuildFailed when there is no Go, or it fails.
 */
export async function goBuild(
  build: GoBuild,
  names: readonly ToolName[],
  folder: string,
  note: (text: string) => void,
): Promise<void> {
  const output = join(folder, "output");
  await mkdir(output, { recursive: true });
  const packages = names.map((name) => build.packages[name] ?? name);
  const compile = ["-trimpath", "-buildvcs=false", `-ldflags=${build.ldflags}`];
  await runGo(["build", "-v", "-mod=readonly", ...compile, "-o", `${output}/`, ...packages], moduleFolder(build), note);
  for (const name of names) {
    await mkdir(join(folder, name), { recursive: true });
    await rename(join(output, name), join(folder, name, name));
  }
}

/** What Go says of a module that it has downloaded, or could not. */
const moduleSchema = z.union([z.object({ Dir: z.string() }), z.object({ Error: z.string() })]);

/**
 * Takes definitions of custom kinds out of a Go module, into `<folder>/<name>/<name>`.
 *
 * Go's own checksum database is not asked: what the files must be is pinned here.
 *
 * @throws BuildFailed when there is no Go, or no such module, or the files are not those that are pinned.
 */
export async function takeDefinitions(
  { from, folder: inside }: GoFiles,
  wanted: DefinitionFiles,
  name: ToolName,
  folder: string,
): Promise<void> {
  const module = await downloadModule(from);
  try {
    const texts = await Promise.all(wanted.files.map((file) => readFile(join(module, inside, file), "utf8")));
    const document = assembleDefinitions(wanted, texts);
    await mkdir(join(folder, name), { recursive: true });
    await writeFile(join(folder, name, name), document);
  } catch (error) {
    if (!(error instanceof WrongDefinitions)) throw error;
    throw new BuildFailed(`${from}: ${error.message}`);
  }
}

/** What `npm pack --json` says of the archive that it got. */
const packedSchema = z.tuple([z.object({ filename: z.string() })]);

/**
 * Takes a program out of an npm package, into `<folder>/<name>/<name>`. npm asks the registry that the user has set, and
 * checks the archive.
 *
 * @throws BuildFailed when there is no npm, or no such package.
 */
export async function takeFromNpm({ npm, file }: NpmFile, name: ToolName, folder: string): Promise<void> {
  const target = join(folder, name);
  await mkdir(target, { recursive: true });
  const unpacked = await unpackFromNpm(npm, folder, file);
  await rename(join(unpacked, file), join(target, name));
  await chmod(join(target, name), 0o755);
}

/**
 * Unpacks an npm package, or one file of it, below a folder; gives the folder of its files.
 *
 * @throws BuildFailed when there is no npm, or no such package.
 */
export async function unpackFromNpm(npm: string, folder: string, file?: string): Promise<string> {
  const run = promisify(execFile);
  try {
    const pack = ["pack", npm, "--json", "--loglevel=error", "--pack-destination", folder];
    const [{ filename }] = packedSchema.parse(JSON.parse((await run("npm", pack, { cwd: folder })).stdout));
    const member = file === undefined ? [] : [`package/${file}`];
    await run("tar", ["-xzf", join(folder, filename), "-C", folder, ...member]);
    return join(folder, "package");
  } catch (error) {
    throw new BuildFailed(`${npm}: ${messageOf(error)}`);
  }
}

async function downloadModule(from: string): Promise<string> {
  const environment = { ...process.env, GOWORK: "off", GONOSUMDB: from.replace(/@.*$/, "") };
  // Where it fails Go writes the reason to its output, too.
  const run = promisify(execFile)("go", ["mod", "download", "-json", from], { cwd: tmpdir(), env: environment });
  const output = await run.then(
    ({ stdout }) => stdout,
    (error: Error & { code?: unknown; stdout?: string }) => {
      if (error.code === "ENOENT") throw new BuildFailed("there is no `go` on the PATH");
      if (error.stdout) return error.stdout;
      throw new BuildFailed(`go mod download: ${messageOf(error)}`);
    },
  );
  const answer = moduleSchema.parse(JSON.parse(output));
  if ("Error" in answer) throw new BuildFailed(`go mod download: ${answer.Error}`);
  return answer.Dir;
}

function runGo(args: readonly string[], cwd: string, note: (text: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn("go", args, {
      cwd,
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, CGO_ENABLED: "0", GOWORK: "off" },
    });
    let errors: string[] = [];
    let downloaded = 0;
    let compiled = 0;
    let rest = "";
    child.stderr.setEncoding("utf8");
    child.stderr.on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (/^go: downloading /.test(line)) downloaded += 1;
        else if (/^[\w.~/-]+$/.test(line)) compiled += 1;
        else errors = [...errors, line].slice(-20);
      }
      note(compiled > 0 ? `${compiled} packages compiled` : `${downloaded} modules downloaded`);
    });
    child.on("error", (error: NodeJS.ErrnoException) => {
      const missing = error.code === "ENOENT";
      reject(new BuildFailed(missing ? "there is no `go` on the PATH" : `go cannot be run: ${error.message}`));
    });
    child.on("close", (code, signal) => {
      if (code === 0) resolve();
      else reject(new BuildFailed(`go build ended with ${signal ?? code}:\n${[...errors, rest].join("\n").trim()}`));
    });
  });
}
