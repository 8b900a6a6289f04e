import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { SetupError } from "../errors.ts";
import { withLock } from "../lock.ts";
import { cacheFolder } from "../paths.ts";
import { applyObject, ask, ensureObject } from "../platform/api.ts";
import { type Access, adminAccess, readToken, realNodeName, writeKubeconfig } from "../platform/credentials.ts";
import { type RunningComponent, startProgram } from "../platform/launch.ts";
import { until, untilAnswering } from "../platform/ready.ts";
import { readRecord } from "../platform/record.ts";
import { endProcess, identify, isAlive } from "../processes.ts";
import { beforeFatalSignals } from "../signals.ts";
import { makeCgroup, removeCgroup } from "../system/cgroups.ts";
import { ensureSystemPrograms, type SystemPrograms } from "../system/programs.ts";
import { type Progress, silent } from "../terminal.ts";
import { ensureTools, type Tool } from "../tools.ts";
import { withImageOf } from "./archive.ts";
import { assertFit, nodeSystemPrograms } from "./machine.ts";
import { type Namespaces, openNamespaces } from "./namespaces.ts";
import { hostRules, link, routes } from "./network.ts";
import { nodeObject, nodeObjects } from "./objects.ts";
import { type Occupant, occupantLock, readOccupant, removeOccupant, writeOccupant } from "./occupant.ts";
import {
  containerdConfig,
  containerdSocket,
  kubeletConfig,
  type NodeFolders,
  type NodeProgram,
  networkConfig,
  nodeCgroup,
  nodeCommandLine,
  nodePrograms,
  ownImages,
  registriesFolder,
  registryHosts,
} from "./settings.ts";

/** Programs of the toolchain that a real node runs. */
const tools = ["kubelet", "kube-proxy", "network-policies", "local-volumes", "coredns", "pause"] as const;

export interface RealNodeOptions {
  /** The platform's folder, and the node's own. */
  readonly platform: string;
  readonly node: string;
}

/** A machine of its own within this one: containerd, kubelet and what they need. */
export interface RealNode {
  /** Joins the platform of its folder, which runs by now; resolves when pods can run. */
  join(progress: Progress): Promise<void>;
  /** Names of the images that it has. */
  images(): Promise<readonly string[]>;
  /** Takes images in from an archive as `docker save` writes it. */
  importImages(archive: string): Promise<void>;
  /** Runs one of the node's programs inside; gives what it prints. */
  run(command: string, ...args: readonly string[]): Promise<string>;
  /** Runs containerd's own client among the kubelet's images and containers; gives what it prints. */
  ctr(...args: readonly string[]): Promise<string>;
  /** Lets it pull images of that registry from a URL, such as one that stands on this machine. */
  useRegistry(name: string, url: string): void;
  /** Lets what runs on it end in order; it joins no more. */
  leave(): Promise<void>;
  /** Ends it with all that is left, and leaves the machine as it was. */
  end(): Promise<void>;
}

/** How long pods get to end when the node is stopped. */
const farewellMs = 10_000;

/**
 * Makes the one real node of this machine: processes, mounts and a network of its own, linked to the host. What a
 * killed run left of an earlier one is taken away first.
 *
 * @throws SetupError when the machine is not fit for it, a program cannot be had, or somebody else runs one.
 */
export async function createRealNode(options: RealNodeOptions, progress: Progress = silent): Promise<RealNode> {
  assertFit();
  const system = await ensureSystemPrograms(nodeSystemPrograms, progress);
  const got = await ensureTools(tools, progress);
  const folders: NodeFolders = {
    ...options,
    images: join(cacheFolder(), "real-node", "containerd"),
    plugins: dirname(system.path("ptp")),
  };
  for (const folder of [folders.images, ...["logs", "cni", "volumes"].map((name) => join(options.node, name))]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
  const namespaces = await withLock(occupantLock(), () => occupy(folders, system, toolPath(got, "pause"), progress));
  return nodeOf({ folders, system, tools: got, namespaces });
}

/** Opens the namespaces and links them, under the machine's lock. */
async function occupy(
  { node }: NodeFolders,
  { environment }: SystemPrograms,
  init: string,
  progress: Progress,
): Promise<Namespaces> {
  const found = readOccupant();
  if (found && isAlive(found.starter)) {
    throw new SetupError(
      `A real node runs on this machine already, started by process ${found.starter.pid}: there can be one. Stop that first.`,
    );
  }
  if (found) await progress.step("Take away the real node of a killed run", () => takeAway(found, environment));
  const starter = identify(process.pid);
  if (!starter) throw new Error("This process cannot find itself in the system's process table.");
  const forwarding = readFileSync(forwardingSwitch, "utf8").trim();
  const occupant: Occupant = { starter, forwarding };
  writeOccupant(occupant);
  try {
    const namespaces = await openNamespaces({ init, folder: node, environment });
    writeOccupant({ ...occupant, init: namespaces.init });
    makeCgroup(nodeCgroup);
    await connect(namespaces, environment);
    return namespaces;
  } catch (error) {
    await takeAway({ ...occupant, ...readOccupant() }, environment);
    throw error;
  }
}

const forwardingSwitch = "/proc/sys/net/ipv4/ip_forward";

/** Lays the cable between host and node, and lets packets pass. */
async function connect({ init, run }: Namespaces, environment: Readonly<Record<string, string>>): Promise<void> {
  const host = (command: string, args: readonly string[], input?: string) =>
    execFileSync(command, args, { env: { ...environment }, input, stdio: ["pipe", "ignore", "pipe"] });
  host("ip", ["link", "add", link.name, "type", "veth", "peer", "name", "eth0", "netns", String(init.pid)]);
  host("ip", ["address", "add", `${link.host}/${link.prefix}`, "dev", link.name]);
  host("ip", ["link", "set", link.name, "up"]);
  const inside = [
    "mount -t tmpfs tmpfs /run",
    "ip link set lo up",
    `ip address add ${link.node}/${link.prefix} dev eth0`,
    "ip link set eth0 up",
    `ip route add default via ${link.host}`,
    `echo 1 >${forwardingSwitch}`,
  ];
  await run("sh", "-ec", inside.join("\n"));
  for (const route of routes) host("ip", ["route", "add", route, "via", link.node]);
  host("nft", ["-f", "-"], hostRules);
  writeFileSync(forwardingSwitch, "1");
}

/** Ends a node's processes, and takes away what is on the host; what is gone already is fine. */
async function takeAway(occupant: Occupant, environment: Readonly<Record<string, string>>): Promise<void> {
  const { init, forwarding } = occupant;
  if (init) await endProcess(init, 2_000);
  const quietly = (command: string, ...args: readonly string[]): void => {
    try {
      execFileSync(command, args, { env: { ...environment }, stdio: "ignore" });
    } catch {
      // It was not there.
    }
  };
  // The host's end of the cable goes with the node's; not at once.
  quietly("ip", "link", "delete", link.name);
  quietly("nft", "delete", "table", "ip", "berth_node");
  writeFileSync(forwardingSwitch, forwarding);
  removeCgroup(nodeCgroup);
  removeOccupant();
}

interface Parts {
  readonly folders: NodeFolders;
  readonly system: SystemPrograms;
  readonly tools: readonly Tool[];
  readonly namespaces: Namespaces;
}

function nodeOf(parts: Parts): RealNode {
  const { folders, system, namespaces } = parts;
  let ended = false;
  const ctr = (...args: readonly string[]) =>
    namespaces.run("ctr", `--address=${containerdSocket}`, "--namespace=k8s.io", ...args);
  const importImages = async (archive: string): Promise<void> => {
    await ctr("images", "import", archive);
  };
  const images = async (): Promise<readonly string[]> => lines(await ctr("images", "list", "--quiet"));

  const end = async (): Promise<void> => {
    unguard();
    if (ended) return;
    ended = true;
    await withLock(occupantLock(), async () => {
      const occupant = readOccupant();
      if (occupant?.init?.pid === namespaces.init.pid) await takeAway(occupant, system.environment);
    });
  };
  // What is on the host would outlive this process.
  const unguard = beforeFatalSignals(end);

  return {
    images,
    importImages,
    run: namespaces.run,
    ctr,
    useRegistry(name, url) {
      const folder = join(registriesFolder(folders.node), name);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, "hosts.toml"), registryHosts(url));
    },
    end,
    async join(progress) {
      await progress.step("Start a real node", async (note) => {
        // Heartbeats are told by the second.
        const since = new Date(Math.floor(Date.now() / 1000) * 1000);
        const access = accessOf(folders.platform);
        await ensureObject(access, nodeObject.collection, nodeObject.object);
        for (const { collection, object } of nodeObjects) await applyObject(access, collection, object);
        const running = await startPrograms(parts, { images, importImages });
        await untilReady(access, running, since);
        for (const program of running) program.release();
        note(`containerd and kubelet, ${cpusAndMemory(await nodeStatus(access))}`);
      });
    },
    async leave() {
      // Without its kubelet nothing begins anew what ends now.
      await namespaces.run("pkill", "-TERM", "-x", "kubelet").catch(() => {});
      await endContainers(ctr);
    },
  };
}

/** How long a program of the node may take until it answers. */
const answersWithinMs = 30_000;

/** Starts what runs on a node, in order; images that it needs are there before the kubelet is. */
async function startPrograms(
  { folders, system, tools: got, namespaces }: Parts,
  { images, importImages }: Pick<RealNode, "images" | "importImages">,
): Promise<readonly RunningComponent[]> {
  const { platform, node } = folders;
  const access = accessOf(platform);
  writeFileSync(join(node, "containerd.toml"), containerdConfig(folders));
  writeFileSync(join(node, "cni", "10-berth.conflist"), networkConfig(folders));
  writeFileSync(join(node, "kubelet.json"), kubeletConfig(folders));
  // Addresses of pods that are no more.
  rmSync(join(node, "addresses"), { recursive: true, force: true });

  const running: RunningComponent[] = [];
  const start = (name: NodeProgram): RunningComponent => {
    if (name !== "containerd") {
      const kubeconfig = join(platform, "certificates", `${name}.kubeconfig`);
      writeKubeconfig(kubeconfig, { ...access, token: readToken(platform, name) });
    }
    const program = name === "containerd" ? name : toolPath(got, name);
    const started = startProgram({
      name,
      ...namespaces.inside(program, ...nodeCommandLine(name, folders)),
      folder: node,
      log: join(node, "logs", `${name}.log`),
      environment: { ...system.environment, HOME: node },
    });
    running.push(started);
    return started;
  };
  const [first, ...others] = nodePrograms;
  const containerd = start(first);
  const present = await untilAnswering(containerd, images, answersWithinMs);
  for (const [tool, image] of Object.entries(ownImages)) {
    if (!present.includes(image)) await withImageOf(image, toolPath(got, tool), importImages);
  }
  for (const name of others) {
    const started = start(name);
    if (name === "network-policies")
      await untilAnswering(started, () => namespaces.run(...policyChain), answersWithinMs);
  }
  return running;
}

/** Succeeds once policies are enforced: what passes the node passes this chain. */
const policyChain = ["iptables", "--wait", "--list", "KUBE-ROUTER-FORWARD"] as const;

function accessOf(platform: string): Access {
  const record = readRecord(platform);
  if (!record) throw new Error(`No platform runs in ${platform}: it must be started before its node joins.`);
  return adminAccess(platform, record);
}

const nodeSchema = z.object({
  status: z.object({
    capacity: z.record(z.string(), z.string()).default({}),
    conditions: z
      .array(z.object({ type: z.string(), status: z.string(), lastHeartbeatTime: z.coerce.date().nullish() }))
      .default([]),
  }),
});

async function nodeStatus(access: Access): Promise<z.infer<typeof nodeSchema>["status"] | undefined> {
  const { status, text } = await ask(access, "GET", `/api/v1/nodes/${realNodeName}`);
  return status === 200 ? nodeSchema.parse(JSON.parse(text)).status : undefined;
}

const deploymentSchema = z.object({ status: z.object({ availableReplicas: z.number().default(0) }) });

/** Ready: the node says so of itself, and the cluster's DNS answers. */
async function untilReady(access: Access, running: readonly RunningComponent[], since: Date): Promise<void> {
  const never = new AbortController().signal;
  await until("A ready node", running, never, async () => {
    const status = await nodeStatus(access);
    const ready = status?.conditions.find(({ type, status: is }) => type === "Ready" && is === "True");
    // What its kubelet said in an earlier life counts for nothing.
    return ready?.lastHeartbeatTime && ready.lastHeartbeatTime >= since ? true : undefined;
  });
  await until("The cluster's DNS", running, never, async () => {
    const { text } = await ask(access, "GET", "/apis/apps/v1/namespaces/kube-system/deployments/coredns");
    return deploymentSchema.parse(JSON.parse(text)).status.availableReplicas > 0 ? true : undefined;
  });
}

function cpusAndMemory(status: z.infer<typeof nodeSchema>["status"] | undefined): string {
  const { cpu = "?", memory = "" } = status?.capacity ?? {};
  return `${cpu} CPUs, ${Math.round(Number.parseInt(memory, 10) / 1024 / 1024)} GiB`;
}

/** Tells every container to end, waits, and removes them, so that the next node knows nothing of them. */
async function endContainers(ctr: (...args: readonly string[]) => Promise<string>): Promise<void> {
  const list = async (what: "tasks" | "containers") => lines(await ctr(what, "list", "--quiet"));
  const quietly = async (...args: readonly string[]) => void (await ctr(...args).catch(() => {}));
  const tasks = await list("tasks").catch(() => []);
  await Promise.all(tasks.map((task) => quietly("tasks", "kill", "--signal=SIGTERM", task)));
  const deadline = performance.now() + farewellMs;
  while (performance.now() < deadline && (await runningTasks(ctr)) > 0) await delay(100);
  for (const task of tasks) await quietly("tasks", "delete", "--force", task);
  for (const container of await list("containers").catch(() => [])) await quietly("containers", "delete", container);
}

async function runningTasks(ctr: (...args: readonly string[]) => Promise<string>): Promise<number> {
  const text = await ctr("tasks", "list").catch(() => "");
  return lines(text).filter((line) => /\bRUNNING$/.test(line)).length;
}

function lines(text: string): readonly string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

function toolPath(got: readonly Tool[], name: string): string {
  const found = got.find((tool) => tool.name === name);
  if (!found) throw new Error(`${name} was not got.`);
  return found.path;
}
