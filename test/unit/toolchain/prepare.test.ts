import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isPrepared } from "../../../toolchain/prepare.mjs";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "berth-prepare-test-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const wanted = {
  "": { name: "berth" },
  "node_modules/zod": { version: "4.6.7", integrity: "sha512-a" },
  "node_modules/fsevents": { version: "2.3.3", integrity: "sha512-b", optional: true },
  "node_modules/@esbuild/aix-ppc64": { version: "0.28.2", integrity: "sha512-c", os: ["aix"], cpu: ["ppc64"] },
};

function lock(packages: object): void {
  writeFileSync(join(folder, "package-lock.json"), JSON.stringify({ packages }));
}

function install(packages: object): void {
  mkdirSync(join(folder, "node_modules"), { recursive: true });
  writeFileSync(join(folder, "node_modules", ".package-lock.json"), JSON.stringify({ packages }));
}

test("without packages there is something to do", () => {
  lock(wanted);
  expect(isPrepared(folder)).toBe(false);
});

test("packages that somebody installed by hand are accepted, without those for other machines", () => {
  lock(wanted);
  install({ "node_modules/zod": { version: "4.6.7", integrity: "sha512-a" } });
  expect(isPrepared(folder)).toBe(true);
});

test.each([
  ["an older version", { "node_modules/zod": { version: "4.6.6", integrity: "sha512-a" } }],
  ["other content", { "node_modules/zod": { version: "4.6.7", integrity: "sha512-z" } }],
  ["a missing package", {}],
])("%s is noticed", (_name, installed) => {
  lock(wanted);
  install(installed);
  expect(isPrepared(folder)).toBe(false);
});

test("a lock file that changed after the installation is noticed", () => {
  lock(wanted);
  install({ "node_modules/zod": { version: "4.6.7", integrity: "sha512-a" } });
  expect(isPrepared(folder)).toBe(true);
  lock({ ...wanted, "node_modules/zod": { version: "4.7.0", integrity: "sha512-d" } });
  expect(isPrepared(folder)).toBe(false);
});

test("a linked package must be there", () => {
  lock({ "node_modules/pulumi": { resolved: "toolchain/pulumi", link: true } });
  install({});
  expect(isPrepared(folder)).toBe(false);
  mkdirSync(join(folder, "node_modules", "pulumi"));
  expect(isPrepared(folder)).toBe(true);
});
