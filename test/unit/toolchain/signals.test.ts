import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";

const module = new URL("../../../toolchain/signals.ts", import.meta.url).href;

/** Sends SIGTERM to a process that runs this script; gives how it ended and what it said. */
async function terminate(script: string): Promise<{ readonly end: unknown[]; readonly said: string }> {
  const text = `import { beforeFatalSignals } from ${JSON.stringify(module)};
    const say = (word) => process.stdout.write(word + " ");
    ${script}
    setInterval(() => {}, 1000);
    say("ready");`;
  const child = spawn(process.execPath, ["--input-type=module-typescript", "--eval", text], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => {
    if (said === "") child.kill("SIGTERM");
    said += chunk.toString();
  });
  return { end: await once(child, "close"), said: said.trim() };
}

test("what would outlive the process is ended first, the latest first, and the signal still counts", async () => {
  const { end, said } = await terminate(`
    beforeFatalSignals(async () => say("first"));
    beforeFatalSignals(async () => { say("second"); throw new Error("broken"); });`);
  expect(said).toBe("ready second first");
  expect(end).toEqual([null, "SIGTERM"]);
});

test("nothing happens where somebody else listens to the signal", async () => {
  const { end, said } = await terminate(`
    beforeFatalSignals(async () => say("ours"));
    process.on("SIGTERM", () => process.exit(5));`);
  expect(said).toBe("ready");
  expect(end).toEqual([5, null]);
});

test("what was taken off is not ended", async () => {
  const { end, said } = await terminate(`beforeFatalSignals(async () => say("ours"))();`);
  expect(said).toBe("ready");
  expect(end).toEqual([null, "SIGTERM"]);
});
