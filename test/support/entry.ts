import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { checkout } from "../../toolchain/paths.ts";

/** A program of the service as it is deployed: a process of its own, with the environment as its configuration. */
export interface Entry {
  readonly child: ChildProcess;
  /** How it ended, and all that it said. */
  readonly ended: Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>;
  /** What it says when it is ready, as JSON; rejects with its errors when it ends before. */
  ready(): Promise<string>;
  /** What it has logged so far. */
  output(): string;
  /** Tells it to end; gives its exit code. */
  stop(): Promise<number | null>;
}

/** Starts a program of `provisioner/`, with this environment and nothing else. It is gone when the test is. */
export function startEntry(entry: string, environment: Readonly<Record<string, string>>): Entry {
  const child = spawn(process.execPath, [join(checkout, "provisioner", entry)], {
    env: { PATH: process.env.PATH ?? "", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk) => {
    out += String(chunk);
  });
  child.stderr.on("data", (chunk) => {
    err += String(chunk);
  });
  const ended = once(child, "close").then(() => ({ code: child.exitCode, out, err }));
  onTestFinished(() => void child.kill("SIGKILL"));
  return {
    child,
    ended,
    output: () => out,
    async ready() {
      for (;;) {
        const line = out.split("\n").find((text) => text.includes('"msg":"Ready"'));
        if (line !== undefined) return line;
        if (child.exitCode !== null) throw new Error((await ended).err);
        await Promise.race([once(child.stdout, "data"), ended]);
      }
    },
    async stop() {
      child.kill("SIGTERM");
      return (await ended).code;
    },
  };
}
