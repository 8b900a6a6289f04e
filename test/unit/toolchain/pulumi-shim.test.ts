import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkout } from "../../../toolchain/paths.ts";

// A checkout in which the search for the CLI gives a script that we can watch.
const folder = mkdtempSync(join(tmpdir(), "berth-shim-"));
const shim = join(folder, "toolchain", "pulumi", "bin.mjs");

function executable(path: string, text: string): void {
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
}

beforeAll(() => {
  mkdirSync(join(folder, "toolchain", "pulumi"), { recursive: true });
  mkdirSync(join(folder, "node_modules", ".bin"), { recursive: true });
  cpSync(join(checkout, "toolchain", "pulumi", "bin.mjs"), shim);
  const answer = { command: join(folder, "cli"), environment: { PATH: "/usr/bin:/bin", GIVEN: "yes" } };
  // Stands for the search: it is told the arguments, and gives those that the CLI gets.
  const search = `console.error("getting it"); const given = process.argv.slice(3);
console.log(JSON.stringify({ ...${JSON.stringify(answer)}, arguments: given }));`;
  writeFileSync(join(folder, "node_modules", ".bin", "node"), `#!${process.execPath}\n${search}\n`, { mode: 0o755 });
  executable(
    join(folder, "cli"),
    `case "$1" in
      echo) cat; echo "$GIVEN $2"; exit 7;;
      wait) trap 'echo asked; exit 9' TERM; echo ready; while :; do sleep 0.05; done;;
      die) kill -KILL $$;;
    esac`,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(...args: string[]): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [shim, ...args]);
}

test("input, arguments, environment, output and exit code pass through; progress stays off stdout", async () => {
  const child = run("echo", "two words");
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stdin.end("typed\n");
  expect(await once(child, "close")).toEqual([7, null]);
  expect(output).toBe("typed\nyes two words\n");
});

test("a signal reaches the CLI, whose own end decides", async () => {
  const child = run("wait");
  await once(child.stdout, "data");
  child.kill("SIGTERM");
  expect(await once(child, "close")).toEqual([9, null]);
});

test("a killed CLI ends in the exit code that shells use", async () => {
  expect(await once(run("die"), "close")).toEqual([137, null]);
});

test("without packages it says what to do", async () => {
  const empty = join(folder, "empty", "toolchain", "pulumi");
  mkdirSync(empty, { recursive: true });
  cpSync(shim, join(empty, "bin.mjs"));
  const child = spawn(process.execPath, [join(empty, "bin.mjs")]);
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  expect(await once(child, "close")).toEqual([1, null]);
  expect(errors).toContain("npm ci");
});
