import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkout } from "../../toolchain/paths.ts";

const execute = promisify(execFile);

interface Started {
  readonly child: ChildProcess;
  /** What the terminal shows until it is ready. */
  readonly shown: string;
  readonly url: string;
  readonly exit: Promise<number | null>;
}

/** Runs what `npm start` runs, until it says that it is ready. */
function start(state: string): Promise<Started> {
  const child = spawn(
    process.execPath,
    [join(checkout, "toolchain", "start.ts"), "--port", "0", "--router-port", "0", "--blueprint", "home"],
    {
      env: { PATH: process.env.PATH, HOME: process.env.HOME, BERTH_CACHE: process.env.BERTH_CACHE, BERTH_STATE: state },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const exit = new Promise<number | null>((resolve) => child.once("exit", resolve));
  let shown = "";
  return new Promise((resolve, reject) => {
    void exit.then((code) => reject(new Error(`it ended with ${code}:\n${shown}`)));
    const look = (chunk: Buffer) => {
      shown += chunk.toString();
      const url = /^ +API +(http:\S+)$/m.exec(shown)?.[1];
      if (url !== undefined && shown.includes("Ctrl-C stops everything")) resolve({ child, shown, url, exit });
    };
    child.stdout?.on("data", look);
    child.stderr?.on("data", look);
  });
}

/** The commands that the README shows to a newcomer, for a Berth that listens elsewhere. */
async function readmeCommands({ url }: Started, state: string): Promise<string> {
  const readme = await readFile(join(checkout, "README.md"), "utf8");
  const commands = /<!-- commands:start -->\s*```sh\n([\s\S]*?)```/.exec(readme)?.[1];
  if (commands === undefined) throw new Error("the README shows no commands");
  return commands.replace("http://127.0.0.1:8080", url).replace(".berth/admin-token", join(state, "admin-token"));
}

/** Processes that have this state folder in their command line. */
async function processesOf(state: string): Promise<string[]> {
  const { stdout } = await execute("ps", ["-ww", "-eo", "args"]);
  return stdout.split("\n").filter((line) => line.includes(state) && !line.startsWith("ps "));
}

async function stop({ child, exit }: Started): Promise<number | null> {
  child.kill("SIGINT");
  return exit;
}

describe("npm start", { timeout: 240_000 }, () => {
  let state: string;
  beforeAll(async () => {
    state = await mkdtemp(join(tmpdir(), "berth-start-"));
  });
  afterAll(async () => {
    await rm(state, { recursive: true, force: true });
  });

  test("reaches a Ready workspace, shows what to do next, and that works as it is shown", async () => {
    const started = await start(state);
    expect(started.shown).toMatch(/demo workspace +ws-[a-z2-7]{16} +http:\/\/demo\.workspace\.localhost/);
    const { stdout } = await execute("bash", ["-euc", await readmeCommands(started, state)], { cwd: checkout });
    expect(stdout).toContain('"host":"alice.workspace.localhost"');
    expect(stdout).toContain('"phase":"running"');
    expect(stdout).toContain('"phase":"deleted"');
    expect(await stop(started)).toBe(0);
    expect(await processesOf(state)).toEqual([]);
  });

  test("finds what was there at the next start, and after a kill -9", async () => {
    const second = await start(state);
    expect(second.shown).toContain("was there and runs");
    second.child.kill("SIGKILL");
    await second.exit;
    const third = await start(state);
    expect(third.shown).toContain("was there and runs");
    expect(await stop(third)).toBe(0);
    expect(await processesOf(state)).toEqual([]);
  });
});
