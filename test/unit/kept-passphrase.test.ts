import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { keptPassphrase } from "../../provisioner/startup.ts";

let state: string;
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), "berth-passphrase-"));
});
afterEach(() => rm(state, { recursive: true, force: true }));

test("is made once, by however many starts, and is readable by its owner only", async () => {
  const all = await Promise.all(Array.from({ length: 8 }, () => keptPassphrase(state)));
  expect(new Set(all).size).toBe(1);
  expect(all[0]).toMatch(/^[\w-]{43}$/);
  expect(await keptPassphrase(state)).toBe(all[0]);
  expect((await stat(join(state, "pulumi-passphrase"))).mode & 0o777).toBe(0o600);
  expect(await readdir(state)).toEqual(["pulumi-passphrase"]);
});

test("is never empty, though a start died while it was written", async () => {
  await writeFile(join(state, "pulumi-passphrase"), "");
  expect(await keptPassphrase(state)).toMatch(/^[\w-]{43}$/);
});
