import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { freePort } from "../free-port.ts";
import { withLock } from "../lock.ts";
import { endProcess, identify, isAlive, type ProcessId } from "../processes.ts";
import { beforeFatalSignals } from "../signals.ts";
import { type Progress, silent } from "../terminal.ts";
import { ensureTools, toolVersion } from "../tools.ts";
import { ask } from "./api.ts";
import {
  apiServerAddress,
  type Component,
  componentKubeconfig,
  components,
  componentsWith,
  files,
  kwokConfig,
  type NodeKind,
  schedulerConfig,
} from "./components.ts";
import { adminAccess, ensureCredentials, readToken, serverOf, writeKubeconfig } from "./credentials.ts";
import { PortTaken, type RunningComponent, startComponent } from "./launch.ts";
import { addNodes, untilReady, untilServing } from "./ready.ts";
import { type PlatformRecord, readRecord, removeRecord, writeRecord } from "./record.ts";
import { hostFolderProblem, removeHostFolders } from "./volumes.ts";

export interface PlatformOptions {
  /** The folder that keeps everything of this platform: data, certificates, logs. */
  readonly state: string;
  /** What workspaces run on. A real node joins by itself once the platform is there. @default "simulated" */
  readonly node?: NodeKind;
  /** How many simulated nodes. @default 5, and none beside a real one */
  readonly nodes?: number;
  /** For tests: does not wait for the disk, and leaves nothing behind when it stops. @default false */
  readonly throwaway?: boolean;
}

/** A Kubernetes that is ready to be used. */
export interface Platform {
  /** The path of a kubeconfig with full rights; its current context is the one to use. */
  readonly kubeconfig: string;
  /** The API server's address. */
  readonly server: string;
  /** It was running already: left by an earlier run, shared with another one, or an existing cluster. */
  readonly reused: boolean;
  /** Leaves the platform, and stops it when nobody else uses it. */
  stop(): Promise<void>;
}

/** How long a program may take to end by itself. */
const endWithinMs = 5_000;
const portTries = 5;

/**
 * Starts the local platform: etcd, the API server, the controller manager, the scheduler and simulated nodes, all on
 * the loopback. A healthy platform of the same versions that runs in that folder is reused; what a killed run left
 * otherwise is ended first. Data in the folder is kept, unless the platform is a throw-away.
 *
 * @throws Error when a program is missing and cannot be had, or does not get ready; it shows the end of its log.
 */
export async function startPlatform(options: PlatformOptions, progress: Progress = silent): Promise<Platform> {
  const folder = resolve(options.state);
  const { node = "simulated" } = options;
  const tools = await ensureTools(componentsWith(node), progress);
  const self = identify(process.pid);
  if (!self) throw new Error("This process cannot find itself in the system's process table.");
  mkdirSync(join(folder, files.certificates), { recursive: true, mode: 0o700 });
  mkdirSync(join(folder, files.logs), { recursive: true, mode: 0o700 });

  const locked = <T>(work: () => Promise<T>): Promise<T> =>
    withLock(join(folder, "lock"), work, (holder) =>
      progress.info(`Waiting for process ${holder ?? "?"}, which starts or stops the platform in ${folder}.`),
    );
  const interrupted = new AbortController();
  let left = false;
  const stop = async (): Promise<void> => {
    unguard();
    if (left) return;
    left = true;
    await locked(() => leave(folder, self));
  };
  const start = (): Promise<Platform> =>
    locked(async () => {
      const found = readRecord(folder);
      if (found && (await isHealthy(folder, found))) {
        writeRecord(folder, { ...found, users: [...found.users.filter(isAlive), self] });
        progress.info(`Local Kubernetes: found running at ${serverOf(found)}.`);
        return { kubeconfig: join(folder, files.kubeconfig), server: serverOf(found), reused: true, stop };
      }
      if (found) await progress.step("End what is left of an earlier run", () => endAll(folder, found));
      const problem = node === "simulated" ? hostFolderProblem() : undefined;
      if (problem) progress.warn(problem);

      const port = await progress.step(`Start Kubernetes ${toolVersion("kube-apiserver")}`, async (note) => {
        const programs = Object.fromEntries(tools.map((tool) => [tool.name, tool.path]));
        const chosen = await launch({
          folder,
          programs,
          lastPort: found?.port,
          options,
          self,
          signal: interrupted.signal,
        });
        const nodes = node === "real" ? "for a real node" : `${simulatedNodes(options)} simulated nodes`;
        note(`${serverOf({ node, port: chosen })}, ${nodes}`);
        return chosen;
      });
      return { kubeconfig: join(folder, files.kubeconfig), server: serverOf({ node, port }), reused: false, stop };
    });

  // Its programs do not end with this process: a Ctrl-C before the caller listens to it would leave them.
  let starting: Promise<Platform> | undefined;
  const unguard = beforeFatalSignals(async () => {
    interrupted.abort();
    await starting?.catch(() => {});
    await stop();
  });
  try {
    starting = start();
    return await starting;
  } catch (error) {
    unguard();
    throw error;
  }
}

/**
 * Stops and removes a throw-away platform whose users were all killed; leaves every other folder alone.
 *
 * @throws Error when another process starts or stops it right now.
 */
export async function stopAbandoned(folder: string): Promise<void> {
  const end = async (): Promise<void> => {
    const record = readRecord(folder);
    if (!record?.throwaway || record.users.some(isAlive)) return;
    await endAll(folder, record);
    rmSync(folder, { recursive: true, force: true });
  };
  await withLock(join(folder, "lock"), end, (holder) => {
    throw new Error(`Process ${holder ?? "?"} is busy with ${folder}.`);
  });
}

/** One line on the platform of a state folder. */
export async function describePlatform(folder: string): Promise<string> {
  const record = readRecord(folder);
  if (!record) return "not running";
  if (!(await isHealthy(folder, record))) return "left by a run that was killed; the next start ends it";
  return `running at ${serverOf(record)}, used by ${record.users.filter(isAlive).length} processes`;
}

const versionsOf = (node: NodeKind): string =>
  componentsWith(node)
    .map((name) => `${name} ${toolVersion(name)}`)
    .join(", ");

const simulatedNodes = ({ node, nodes = 5 }: PlatformOptions): number => (node === "real" ? 0 : nodes);

/** Whether every program of that record runs and the API server says that it is ready. */
async function isHealthy(folder: string, record: PlatformRecord): Promise<boolean> {
  const all = componentsWith(record.node).every((name) => {
    const id = record.processes[name];
    return id !== undefined && isAlive(id);
  });
  if (!all || record.versions !== versionsOf(record.node)) return false;
  try {
    return (await ask(adminAccess(folder, record), "GET", "/readyz")).status === 200;
  } catch {
    return false;
  }
}

interface Launch {
  readonly folder: string;
  readonly programs: Readonly<Record<string, string>>;
  /** The port of the platform that ran in this folder before. */
  readonly lastPort: number | undefined;
  readonly options: PlatformOptions;
  readonly self: ProcessId;
  readonly signal: AbortSignal;
}

/** Starts all programs; on another port when somebody was quicker to take the chosen one. */
async function launch({ folder, programs, lastPort, options, self, signal }: Launch): Promise<number> {
  const { node = "simulated", throwaway = false } = options;
  const nodes = simulatedNodes(options);
  ensureCredentials(folder, node);
  writeFileSync(join(folder, files.schedulerConfig), schedulerConfig());
  writeFileSync(join(folder, files.kwokConfig), kwokConfig);
  for (const socket of [files.etcdSocket, files.etcdPeerSocket]) rmSync(join(folder, socket), { force: true });

  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort(apiServerAddress[node], attempt === 1 ? lastPort : undefined);
    const record: PlatformRecord = { versions: versionsOf(node), node, port, throwaway, processes: {}, users: [self] };
    const running: RunningComponent[] = [];
    const start = (name: Component): void => {
      const component = startComponent({
        folder,
        name,
        program: programs[name] ?? name,
        arguments: { node, port, throwaway },
      });
      running.push(component);
      record.processes[name] = component.id;
      // Written at once: should this process be killed now, the next one finds what it started.
      writeRecord(folder, record);
    };
    try {
      start("etcd");
      start("kube-apiserver");
      const access = await untilServing(folder, record, running, signal);
      writeKubeconfig(join(folder, files.kubeconfig), access);
      writeFileSync(join(folder, files.authority), access.authority);
      for (const name of componentsWith(node)) {
        if (name === "etcd" || name === "kube-apiserver") continue;
        writeKubeconfig(join(folder, componentKubeconfig(name)), { ...access, token: readToken(folder, name) });
        start(name);
      }
      if (node === "simulated") await addNodes(access, nodes);
      await untilReady(access, nodes, running, signal);
      for (const component of running) component.release();
      return port;
    } catch (error) {
      await endAll(folder, record);
      if (!(error instanceof PortTaken) || attempt === portTries) throw error;
    }
  }
}

/** Takes one user off the record; ends everything when no living one remains. */
async function leave(folder: string, self: ProcessId): Promise<void> {
  const record = readRecord(folder);
  if (!record) return;
  const index = record.users.findIndex((user) => user.pid === self.pid && user.started === self.started);
  const users = record.users.filter((user, position) => position !== index && isAlive(user));
  if (users.length > 0) {
    writeRecord(folder, { ...record, users });
    return;
  }
  await endAll(folder, record);
  if (record.throwaway) rmSync(folder, { recursive: true, force: true });
}

/** Ends the programs of a record in the order that lets each say goodbye to the others. */
async function endAll(folder: string, record: PlatformRecord): Promise<void> {
  if (record.throwaway) await removeHostFolders(() => adminAccess(folder, record));
  for (const name of components.toReversed()) {
    const id = record.processes[name];
    if (id) await endProcess(id, endWithinMs);
  }
  removeRecord(folder);
}
