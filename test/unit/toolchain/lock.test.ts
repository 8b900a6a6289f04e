import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { withLock } from "../../../toolchain/lock.ts";

const folder = mkdtempSync(join(tmpdir(), "berth-lock-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Another process that takes the lock and keeps it. */
function holdElsewhere(file: string): Promise<ReturnType<typeof spawn>> {
  const module = new URL("../../../toolchain/lock.ts", import.meta.url).href;
  const script = `
    import { withLock } from ${JSON.stringify(module)};
    await withLock(${JSON.stringify(file)}, () => new Promise(() => { process.stdout.write("held"); setInterval(() => {}, 1000); }));`;
  const child = spawn(process.execPath, ["--input-type=module-typescript", "--eval", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  return new Promise((resolve) => child.stdout.once("data", () => resolve(child)));
}

test("two callers never hold the lock at the same time", async () => {
  const file = join(folder, "two");
  let inside = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    inside += 1;
    most = Math.max(most, inside);
    await new Promise((resolve) => setImmediate(resolve));
    inside -= 1;
  };
  await Promise.all([withLock(file, work), withLock(file, work), withLock(file, work)]);
  expect(most).toBe(1);
});

test("the lock ends with an error of the work, and the error is passed on", async () => {
  const file = join(folder, "error");
  await expect(withLock(file, () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
  expect(await withLock(file, async () => "free")).toBe("free");
});

test("who waits is told the holder, and a killed holder leaves nothing behind", async () => {
  const file = join(folder, "killed");
  const holder = await holdElsewhere(file);
  const told: (string | undefined)[] = [];
  const { promise: waiting, resolve } = Promise.withResolvers<void>();
  const taken = withLock(
    file,
    async () => "taken",
    (who) => {
      told.push(who);
      resolve();
    },
  );
  await waiting;
  holder.kill("SIGKILL");
  expect(await taken).toBe("taken");
  expect(told).toEqual([String(holder.pid)]);
});
