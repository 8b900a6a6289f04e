import { execFile, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { messageOf, SetupError } from "../errors.ts";
import { cacheFolder } from "../paths.ts";
import { type RunningComponent, startProgram } from "../platform/launch.ts";
import { endProcess } from "../processes.ts";
import { beforeFatalSignals } from "../signals.ts";
import { ensureSystemPrograms, type SystemProgram } from "../system/programs.ts";
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
  /** Calls back with an archive of an image, as `docker save` writes it. */
  save<T>(image: string, use: (archive: string) => Promise<T>): Promise<T>;
  /** Ends it, when set-up has started it. */
  close(): Promise<void>;
}

export interface DockerRun {
  /** Its standard input: a command whose output that is. */
  readonly input?: { readonly command: string; readonly args: readonly string[]; readonly environment: Environment };
  readonly note?: (line: string) => void;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** What a Docker engine of our own is made of. */
const programs: readonly SystemProgram[] = [
  ...["docker", "dockerd"].map((program) => ({ program, package: "docker.io", folders: ["/usr/bin", "/usr/sbin"] })),
  { program: "containerd", package: "containerd" },
  { program: "runc", package: "runc" },
  { program: "unshare", package: "util-linux" },
];

/**
 * A Docker engine: this machine's where one answers, else one of Debian's packages that is started for as long as it is
 * needed, in a file system view and with processes of its own; what it built stays in the cache.
 *
 * @throws SetupError where there is neither.
 */
export async function openDocker(progress: Progress): Promise<Docker> {
  if (await answers({ command: "docker", args: [] }, process.env)) {
    return { ...clientOf("docker", [], process.env), own: true, close: async () => {} };
  }
  if (process.getuid?.() !== 0) {
    throw new SetupError(
      "No Docker engine answers, and starting one needs root. What to do: start Docker, or run this as root.",
    );
  }
  const system = await ensureSystemPrograms(programs, progress);
  const folder = join(cacheFolder(), "docker");
  const socket = join(folder, "docker.sock");
  for (const name of ["data", "logs"]) mkdirSync(join(folder, name), { recursive: true, mode: 0o700 });
  rmSync(socket, { force: true });
  const engine = startProgram({
    name: "dockerd",
    command: "unshare",
    args: [
      ...["--fork", "--kill-child=SIGKILL", "--pid", "--mount", "--mount-proc", "--propagation=private", "--"],
      system.path("dockerd"),
      `--host=unix://${socket}`,
      `--data-root=${join(folder, "data")}`,
      `--exec-root=${join(folder, "run")}`,
      `--pidfile=${join(folder, "dockerd.pid")}`,
      // Builds use the host's network: they only fetch packages.
      ...["--bridge=none", "--iptables=false", "--ip-forward=false", "--ip-masq=false"],
      "--cgroup-parent=/berth-build",
      "--log-level=warn",
    ],
    folder,
    log: join(folder, "logs", "dockerd.log"),
    environment: { ...system.environment, HOME: folder },
  });
  const client = clientOf(system.path("docker"), [`--host=unix://${socket}`], { ...system.environment, HOME: folder });
  const close = async (): Promise<void> => {
    unguard();
    await endProcess(engine.id, 10_000);
  };
  const unguard = beforeFatalSignals(close);
  try {
    await untilAnswering(client, engine);
  } catch (error) {
    await close();
    throw error;
  }
  engine.release();
  return { ...client, own: false, close };
}

type Client = Pick<Docker, "run" | "has" | "save">;

function clientOf(command: string, first: readonly string[], environment: Environment): Client {
  const options = { ...environment, DOCKER_BUILDKIT: "1" };
  const runClient: Docker["run"] = (args, { input, note } = {}) =>
    runPiped({ command, args: [...first, ...args], environment: options }, input, note);
  return {
    run: runClient,
    async save(image, use) {
      const folder = mkdtempSync(join(tmpdir(), "berth-saved-image-"));
      try {
        const archive = join(folder, "image.tar");
        await runClient(["save", "--output", archive, image]);
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

async function answers(
  { command, args }: { command: string; args: string[] },
  environment: Environment,
): Promise<boolean> {
  try {
    await run(command, [...args, "info", "--format={{.ServerVersion}}"], { env: { ...environment }, timeout: 5_000 });
    return true;
  } catch {
    return false;
  }
}

async function untilAnswering(client: Client, engine: RunningComponent): Promise<void> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    engine.check();
    try {
      await client.run(["version", "--format={{.Server.Version}}"]);
      return;
    } catch (error) {
      if (performance.now() > deadline)
        throw new SetupError(`Docker does not start: ${messageOf(error)}\n${engine.logTail()}`);
      await delay(100);
    }
  }
}
