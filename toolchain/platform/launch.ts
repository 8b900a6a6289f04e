import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { identify, type ProcessId } from "../processes.ts";
import { type Arguments, type Component, commandLine, files } from "./components.ts";

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

/** What is started, and as what. */
export interface Program {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Folder that it runs in. */
  readonly folder: string;
  /** File of what it prints; that of the run before is kept beside it. */
  readonly log: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Starts one program in a session of its own, so that a Ctrl-C at the terminal reaches only us: we end the programs
 * in order, when nothing needs them any more.
 */
export function startProgram({ name, command, args, folder, log, environment }: Program): RunningComponent {
  if (existsSync(log)) renameSync(log, `${log}.previous`);
  const output = openSync(log, "w", 0o600);
  const child = spawn(command, args, {
    cwd: folder,
    detached: true,
    stdio: ["ignore", output, output],
    env: { ...environment },
  });
  closeSync(output);
  let failure: Error | undefined;
  child.on("error", (error) => {
    failure = error;
  });

  const logTail = (): string => `--- ${log}\n${readFileSync(log, "utf8").trimEnd().split("\n").slice(-15).join("\n")}`;
  const check = (): void => {
    if (failure) throw new Error(`${name} (${command}) does not start: ${failure.message}`);
    if (child.exitCode === null && child.signalCode === null) return;
    const text = logTail();
    const why = `${name} ended by itself (${child.signalCode ?? `exit code ${child.exitCode}`}).\n${text}`;
    throw /address already in use/.test(text) ? new PortTaken(why) : new Error(why);
  };
  const id = child.pid === undefined ? undefined : identify(child.pid);
  if (!id) {
    check();
    throw new Error(`${name} (${command}) does not start.\n${logTail()}`);
  }
  return { id, check, logTail, release: () => child.unref() };
}

interface Launch {
  readonly folder: string;
  readonly name: Component;
  readonly program: string;
  readonly arguments: Arguments;
}

/** Starts one of the platform's programs in its folder. */
export function startComponent({ folder, name, program, arguments: given }: Launch): RunningComponent {
  return startProgram({
    name,
    command: program,
    args: commandLine(name, given),
    folder,
    log: join(folder, files.logs, `${name}.log`),
    // The user's own settings for other clusters must not reach these programs.
    environment: { PATH: process.env.PATH, HOME: folder, TMPDIR: process.env.TMPDIR },
  });
}
