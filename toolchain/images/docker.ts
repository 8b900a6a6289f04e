import { execFile, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { messageOf, SetupError } from "../errors.ts";
import { withLock } from "../lock.ts";
import { cacheFolder } from "../paths.ts";
import { untilAnswering } from "../platform/ready.ts";
import { endProcess } from "../processes.ts";
import { beforeFatalSignals } from "../signals.ts";
import { removeCgroup } from "../system/cgroups.ts";
import { ensureSystemPrograms, type SystemProgram } from "../system/programs.ts";
import { startUnshared } from "../system/unshared.ts";
import type { Progress } from "../terminal.ts";

const run = promisify(execFile);

/** A Docker engine that builds. */
export interface Docker {
  /** Whether it is this machine's own, or one that set-up has started for itself. */
  readonly own: boolean;
  /** Runs `docker` to its end; gives what it prints. Each line of its progress is noted. */
  run(args: readonly string[], options?: DockerRun): Promise<string>;
  /** Whether it has an image of that name. */
  has(image: string): Promise<boolean>;
  /** Calls back with one archive of images, as `docker save` writes it. */
  save<T>(images: readonly string[], use: (archive: string) => Promise<T>): Promise<T>;
}

export interface DockerRun {
  /** Its standard input: a command whose output that is. */
  readonly input?: { readonly command: string; readonly args: readonly string[]; readonly environment: Environment };
  readonly note?: (line: string) => void;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The control group of what builds run. */
const buildCgroup = "berth-build";

/** What a Docker engine of our own is made of. */
const programs: readonly SystemProgram[] = [
  ...["docker", "dockerd"].map((program) => ({ program, package: "docker.io", folders: ["/usr/bin", "/usr/sbin"] })),
  { program: "containerd", package: "containerd" },
  { program: "runc", package: "runc" },
  { program: "unshare", package: "util-linux" },
];

/**
 * Calls back with a Docker engine: this machine's where one answers, else one of Debian's packages, which runs as long as
 * it is used, with processes and mounts of its own. What it built stays in the cache.
 *
 * @throws SetupError where there is neither.
 */
export async function withDocker<T>(progress: Progress, use: (docker: Docker) => Promise<T>): Promise<T> {
  if (await answers(process.env)) return use({ ...clientOf("docker", [], process.env), own: true });
  if (process.getuid?.() !== 0) {
    throw new SetupError(
      "No Docker engine answers, and starting one needs root. What to do: start Docker, or run this as root.",
    );
  }
  const folder = join(cacheFolder(), "docker");
  const work = async (): Promise<T> => {
    const { docker, close } = await startEngine(folder, progress);
    const unguard = beforeFatalSignals(close);
    try {
      return await use(docker);
    } finally {
      unguard();
      await close();
    }
  };
  return withLock(join(folder, "lock"), work, (holder) =>
    progress.info(`Waiting for process ${holder ?? "?"}, which builds images.`),
  );
}

/** Starts an engine on a folder that nobody else's uses. */
async function startEngine(folder: string, progress: Progress) {
  const system = await ensureSystemPrograms(programs, progress);
  const socket = join(folder, "docker.sock");
  const pidFile = join(folder, "dockerd.pid");
  for (const name of ["data", "logs"]) mkdirSync(join(folder, name), { recursive: true, mode: 0o700 });
  // Of a run that was killed.
  for (const file of [socket, pidFile]) rmSync(file, { force: true });
  const environment = { ...system.environment, HOME: folder };
  const engine = await startUnshared(
    {
      name: "dockerd",
      command: system.path("dockerd"),
      args: [
        `--host=unix://${socket}`,
        `--data-root=${join(folder, "data")}`,
        `--exec-root=${join(folder, "run")}`,
        `--pidfile=${pidFile}`,
        // Builds use the host's network: they only fetch packages.
        ...["--bridge=none", "--iptables=false", "--ip-forward=false", "--ip-masq=false"],
        `--cgroup-parent=/${buildCgroup}`,
        "--log-level=warn",
      ],
      folder,
      log: join(folder, "logs", "dockerd.log"),
      environment,
    },
    ["mount"],
  );
  const client = clientOf(system.path("docker"), [`--host=unix://${socket}`], environment);
  const close = async (): Promise<void> => {
    await endProcess(engine.first, 10_000);
    removeCgroup(buildCgroup);
  };
  try {
    await untilAnswering(engine, () => client.run(["version", "--format={{.Server.Version}}"]), 60_000);
  } catch (error) {
    await close();
    throw new SetupError(`Docker does not start: ${messageOf(error)}\n${engine.logTail()}`);
  }
  engine.release();
  return { docker: { ...client, own: false }, close };
}

type Client = Pick<Docker, "run" | "has" | "save">;

function clientOf(command: string, first: readonly string[], environment: Environment): Client {
  const options = { ...environment, DOCKER_BUILDKIT: "1" };
  const runClient: Docker["run"] = (args, { input, note } = {}) =>
    runPiped({ command, args: [...first, ...args], environment: options }, input, note);
  return {
    run: runClient,
    async save(images, use) {
      const folder = mkdtempSync(join(tmpdir(), "berth-saved-image-"));
      try {
        const archive = join(folder, "image.tar");
        await runClient(["save", "--output", archive, ...images]);
        return await use(archive);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
    has: (image) =>
      run(command, [...first, "image", "inspect", "--format={{.Id}}", image], { env: options }).then(
        () => true,
        () => false,
      ),
  };
}

interface Spawned {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: Environment;
}

/** Runs a command to its end, with what another one prints as its input. */
function runPiped(last: Spawned, first?: Spawned, note?: (line: string) => void): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const source =
    first && spawn(first.command, first.args, { env: { ...first.environment }, stdio: ["ignore", "pipe", "pipe"] });
  const child = spawn(last.command, last.args, { env: { ...last.environment }, stdio: ["pipe", "pipe", "pipe"] });
  let output = "";
  let told = "";
  child.stdin.on("error", () => {});
  if (source) source.stdout.pipe(child.stdin);
  else child.stdin.end();
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  for (const stream of [child.stderr, ...(source ? [source.stderr] : [])]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      told = `${told}${text}`.slice(-20_000);
      const line = text.trim().split("\n").at(-1);
      if (line) note?.(line);
    });
  }
  const fail = (error: Error) => reject(new SetupError(`${last.command} cannot be run: ${error.message}`));
  child.on("error", fail);
  source?.on("error", fail);
  let failed: string | undefined;
  source?.on("close", (code) => {
    if (code !== 0) failed = `${first?.command} ended with ${code}`;
  });
  child.on("close", (code) => {
    if (code === 0 && failed === undefined) resolve(output);
    else {
      const why =
        failed ?? `docker ${last.args.filter((arg) => !arg.startsWith("--host")).join(" ")} ended with ${code}`;
      reject(new SetupError(`${why}:\n${told.trim().split("\n").slice(-30).join("\n")}`));
    }
  });
  return promise;
}

/** Whether this machine's own engine does. */
async function answers(environment: Environment): Promise<boolean> {
  try {
    await run("docker", ["info", "--format={{.ServerVersion}}"], { env: { ...environment }, timeout: 5_000 });
    return true;
  } catch {
    return false;
  }
}
