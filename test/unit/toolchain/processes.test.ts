import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, expect, test } from "vitest";
import { endProcess, identify, isAlive, type ProcessId, signal } from "../../../toolchain/processes.ts";

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
});

/** A process that says when it is ready and then waits. */
async function start(script: string): Promise<{ readonly child: ChildProcess; readonly id: ProcessId }> {
  const child = spawn(process.execPath, ["--eval", `${script}; console.log("ready"); setInterval(() => {}, 1000)`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  started.push(child);
  await once(child.stdout, "data");
  const id = identify(child.pid ?? 0);
  if (!id) throw new Error("the process is not there");
  return { child, id };
}

test("a process is known by its number and its start", async () => {
  const { id } = await start("");
  expect(isAlive(id)).toBe(true);
  expect(identify(id.pid)).toEqual(id);
});

test("another process that took over the number is not taken for it, nor killed", async () => {
  const { child, id } = await start("");
  const earlier: ProcessId = { pid: id.pid, started: `${id.started}0` };
  expect(isAlive(earlier)).toBe(false);
  expect(signal(earlier, "SIGKILL")).toBe(false);
  await endProcess(earlier, 1000);
  expect(child.exitCode ?? child.signalCode).toBeNull();
  expect(isAlive(id)).toBe(true);
});

test("a process that has ended is not alive, even while its parent has not looked", async () => {
  const { child, id } = await start("");
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(isAlive(id)).toBe(false);
});

test("a process is asked to end first", async () => {
  const { child, id } = await start('process.on("SIGTERM", () => process.exit(7))');
  const [code] = await Promise.all([once(child, "exit").then(([exit]) => exit), endProcess(id, 10_000)]);
  expect(code).toBe(7);
});

test("one that does not listen is killed at the deadline", async () => {
  const { child, id } = await start('process.on("SIGTERM", () => {})');
  const exit = once(child, "exit");
  await endProcess(id, 50);
  expect(isAlive(id)).toBe(false);
  expect((await exit)[1]).toBe("SIGKILL");
});
