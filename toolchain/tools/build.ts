import { spawn } from "node:child_process";
import { mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { checkout } from "../paths.ts";
import type { GoBuild, ToolName } from "./catalog.ts";

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
