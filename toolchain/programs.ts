import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { messageOf, SetupError } from "./errors.ts";
import { freePort, tryPort } from "./free-port.ts";
import { checkout } from "./paths.ts";

/** A program of the service that runs, as a process of its own. */
export interface Program {
  /** What it is called where people read of it. */
  readonly name: string;
  readonly child: ChildProcess;
  readonly log: string;
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;
}

const readyWithinMs = 60_000;

/** Starts a program; its output goes to `logs/<name>.log` in the state folder. */
export function startProgram(state: string, name: string, entry: string, env: Record<string, string>): Program {
  mkdirSync(join(state, "logs"), { recursive: true });
  const log = join(state, "logs", `${name}.log`);
  const output = openSync(log, "a", 0o600);
  const child = spawn(process.execPath, [join(checkout, ...entry.split("/"))], {
    cwd: checkout,
    env,
    stdio: ["ignore", output, output],
    // Its own group: Ctrl-C reaches only us, and we end it in order.
    detached: true,
  });
  closeSync(output);
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  return { name, child, log, ended };
}

/** Resolves when it says that it is ready. */
export async function untilReady(url: string, program: Program): Promise<void> {
  const { name, ended } = program;
  const deadline = performance.now() + readyWithinMs;
  let gone = false;
  void ended.then(() => {
    gone = true;
  });
  let last = "";
  while (performance.now() < deadline) {
    if (gone) throw new SetupError(`The ${name} did not start.\n${tail(program)}`);
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(2000) });
      if (answer.ok) return;
      last = await answer.text();
    } catch {
      last = "it does not listen yet";
    }
    await delay(50);
  }
  throw new SetupError(`The ${name} is not ready after ${readyWithinMs / 1000} s: ${last}\n${tail(program)}`);
}

/** What its log ends with, and how it ended. */
export function tail({ log, child }: Program): string {
  const { exitCode, signalCode } = child;
  const lines = readFileSync(log, "utf8").trimEnd().split("\n").slice(-12);
  const how = signalCode ? `by ${signalCode}` : `with exit code ${exitCode}`;
  return [
    ...lines.map((line) => `  ${line}`),
    ...(exitCode === null && signalCode === null ? [] : [`  (it ended ${how})`]),
    `  All of it: ${log}`,
  ].join("\n");
}

/** Ends a program: in order, or by force when that takes too long. */
export async function endProgram({ child }: Program): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  const late = setTimeout(() => child.kill("SIGKILL"), 45_000);
  await gone;
  clearTimeout(late);
}

/**
 * The port that is asked for; without a wish the usual one, or a free one when that is taken. `option` is what a user
 * writes to choose another.
 */
export async function choosePort(wanted: number | undefined, usual: number, option: string): Promise<number> {
  if (wanted === undefined) return freePort(undefined, usual);
  try {
    return await tryPort(wanted);
  } catch (error) {
    throw new SetupError(`Port ${wanted} cannot be used: ${messageOf(error)}. Use ${option} with another one.`);
  }
}
