import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { identify, type ProcessId } from "../processes.ts";
import { type Component, commandLine, files } from "./components.ts";

/** Somebody else took the port between our choice and the API server's start. */
export class PortTaken extends Error {
  override readonly name = "PortTaken";
}

/** A program of the platform that this process started. */
export interface RunningComponent {
  readonly id: ProcessId;
  /** @throws Error (`PortTaken` where that is why) when the program has ended. */
  check(): void;
  /** The end of its log, for messages. */
  logTail(): string;
  /** Lets this process end while the program goes on. */
  release(): void;
}

interface Launch {
  readonly folder: string;
  readonly name: Component;
  readonly program: string;
  readonly port: number;
  readonly throwaway: boolean;
}

/**
 * Starts one program in a session of its own, so that a Ctrl-C at the terminal reaches only us: we end the programs
 * in order, when nothing needs them any more.
 */
export function startComponent({ folder, name, program, port, throwaway }: Launch): RunningComponent {
  const log = join(folder, files.logs, `${name}.log`);
  if (existsSync(log)) renameSync(log, `${log}.previous`);
  const output = openSync(log, "w", 0o600);
  const child = spawn(program, commandLine(name, { port, throwaway }), {
    cwd: folder,
    detached: true,
    stdio: ["ignore", output, output],
    // The user's own settings for other clusters must not reach these programs.
    env: { PATH: process.env.PATH, HOME: folder, TMPDIR: process.env.TMPDIR },
  });
  closeSync(output);
  let failure: Error | undefined;
  child.on("error", (error) => {
    failure = error;
  });

  const logTail = (): string => `--- ${log}\n${readFileSync(log, "utf8").trimEnd().split("\n").slice(-15).join("\n")}`;
  const check = (): void => {
    if (failure) throw new Error(`${name} (${program}) does not start: ${failure.message}`);
    if (child.exitCode === null && child.signalCode === null) return;
    const text = logTail();
    const why = `${name} ended by itself (${child.signalCode ?? `exit code ${child.exitCode}`}).\n${text}`;
    throw /address already in use/.test(text) ? new PortTaken(why) : new Error(why);
  };
  const id = child.pid === undefined ? undefined : identify(child.pid);
  if (!id) {
    check();
    throw new Error(`${name} (${program}) does not start.\n${logTail()}`);
  }
  return { id, check, logTail, release: () => child.unref() };
}
