import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { ensureSystemPrograms } from "../../toolchain/system/programs.ts";

const run = promisify(execFile);

/** The core that what is measured has to itself, and the one for everybody else. */
export const cores = { measured: 0, others: 1 } as const;

/** A program that runs on one core. */
export interface Running {
  readonly pid: number;
  /** The first line that it said. */
  readonly said: string;
  stop(): Promise<void>;
}

/** Has what is measured with found by its name; what is not installed is taken from the distribution's packages. */
export async function findPrograms(): Promise<void> {
  const { environment } = await ensureSystemPrograms([
    { program: "haproxy", package: "haproxy" },
    { program: "wrk", package: "wrk" },
    { program: "taskset", package: "util-linux" },
  ]);
  Object.assign(process.env, environment);
}

/** Starts a program on a core; resolves with the first line that it says, or at once when it says none. */
export async function start(core: number, command: readonly string[], speaks: boolean): Promise<Running> {
  const child = spawn("taskset", ["-c", String(core), ...command], { stdio: ["ignore", "pipe", "inherit"] });
  const said = speaks ? await firstLine(child) : "";
  return {
    // `taskset` becomes the program itself.
    pid: child.pid ?? 0,
    said,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGTERM");
      await once(child, "exit");
    },
  };
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error("its output is not read");
  for await (const line of createInterface({ input: child.stdout })) {
    // Whatever else it says must not fill the pipe.
    child.stdout.resume();
    return line;
  }
  throw new Error(`${child.spawnargs.join(" ")} ended without a word`);
}

/** Runs a program on the other core to its end, and answers what it said. */
export async function runLoad(command: readonly string[]): Promise<string> {
  const { stdout } = await run("taskset", ["-c", String(cores.others), ...command], { maxBuffer: 1 << 26 });
  return stdout;
}

/** Resolves when somebody listens there. */
export async function untilListening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const open = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(1000) }).then(
      () => true,
      () => false,
    );
    if (open) return;
    await delay(25);
  }
  throw new Error(`nobody listens on port ${port}`);
}
