import { lstat, readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import pg from "pg";
import { z } from "zod";
import { installationSelector, labelKeys } from "../components/core/labels.ts";
import { stillRuns } from "../provisioner/engine/processes.ts";
import { standbyPrefix } from "../provisioner/engine/standby.ts";
import { parseWorkFolder } from "../provisioner/engine/work-folders.ts";
import { loadAccess } from "../provisioner/runtimes/kubernetes/access.ts";
import { createClient, type KubernetesClient } from "../provisioner/runtimes/kubernetes/client.ts";

export interface LeftoverOptions {
  /** A kubeconfig that may list namespaces and volumes. */
  readonly kubeconfig: string;
  /** State folder of the provisioner. */
  readonly state: string;
  /** Whose objects count. @default "local" */
  readonly installation?: string;
  /** The provisioner's database. @default the embedded one of the state folder, while it runs */
  readonly databaseUrl?: string;
}

/**
 * What deleted workspaces have left behind, one line each; empty when nothing. To be asked when every workspace was
 * deleted and no operation is under way. Volumes that were kept on purpose are not leftovers.
 */
export async function findLeftovers(options: LeftoverOptions): Promise<string[]> {
  const { ids, found } = await inDatabase(options);
  const { state } = options;
  const folders = await workFolders(state);
  const kept = await keptReady(folders);
  const elsewhere = await Promise.all([
    inCluster(options, ids),
    stacksIn(state),
    folders.filter(({ lease }) => !kept.has(lease)).map(({ path }) => `folder ${path}`),
    inProcesses(state, kept),
  ]);
  return [...found, ...elsewhere.flat()];
}

const metadata = z.object({
  name: z.string(),
  namespace: z.string().optional(),
  labels: z.record(z.string(), z.string()).default({}),
});
const objects = z.object({ items: z.array(z.object({ metadata })) });
const volumes = z.object({
  items: z.array(
    z.object({
      metadata,
      spec: z.object({ claimRef: z.object({ namespace: z.string().default("") }).optional() }),
    }),
  ),
});

/** Kinds of which a workspace has objects, beside its namespace and its volume. */
const kinds = {
  "/api/v1/namespaces": "namespace",
  "/api/v1/pods": "pod",
  "/api/v1/persistentvolumeclaims": "claim",
  "/api/v1/services": "service",
  "/api/v1/secrets": "secret",
  "/api/v1/configmaps": "config map",
  "/apis/apps/v1/deployments": "deployment",
  "/apis/networking.k8s.io/v1/networkpolicies": "network policy",
} as const;

async function inCluster({ kubeconfig, installation = "local" }: LeftoverOptions, ids: Ids): Promise<string[]> {
  const client = createClient(await loadAccess({ kubeconfig }));
  const labelSelector = `${installationSelector(installation)},${labelKeys.workspace}`;
  try {
    const labelled = await Promise.all(
      Object.entries(kinds).map(async ([path, kind]) => {
        const { items } = objects.parse(await client.request({ path, query: { labelSelector } }));
        return items.map(({ metadata: { namespace, name } }) => `${kind} ${namespace ? `${namespace}/` : ""}${name}`);
      }),
    );
    return [...labelled.flat(), ...(await volumesLeft(client, installation, ids))];
  } finally {
    client.close();
  }
}

async function volumesLeft(client: KubernetesClient, installation: string, ids: Ids): Promise<string[]> {
  const { items } = volumes.parse(await client.request({ path: "/api/v1/persistentvolumes" }));
  return items.flatMap(({ metadata: { name, labels }, spec }) => {
    const owner = labels[labelKeys.installation];
    if (owner === installation) return labels["berth.dev/volume"] === "kept" ? [] : [`volume ${name}`];
    // One that was provisioned and never labelled: whose it is says only the name of its claim's namespace.
    const claimant = spec.claimRef?.namespace ?? "";
    const orphan = owner === undefined && (ids?.has(claimant) ?? /^ws-[a-z2-7]{16}$/.test(claimant));
    return orphan ? [`volume ${name} of ${claimant}`] : [];
  });
}

/** The folder of an operation, as its name tells of it. */
interface WorkFolder {
  readonly owner: string;
  readonly lease: string;
  readonly absolute: string;
  /** Within the state folder. */
  readonly path: string;
}

async function workFolders(state: string): Promise<WorkFolder[]> {
  const found = (await entries(join(state, "run"))).filter((path) => /(^|\/)op\.[^/]*$/.test(path));
  return found.map((path) => ({
    ...parseWorkFolder(basename(path)),
    ...{ absolute: join(state, "run", path), path: `run/${path}` },
  }));
}

/** Leases of deploys that living provisioners have begun for nobody yet: one each. A second one is left behind. */
async function keptReady(folders: readonly WorkFolder[]): Promise<ReadonlySet<string>> {
  const byOwner = new Map<string, string>();
  for (const { owner, lease, absolute } of folders) {
    // One that was somebody's leads to their stack.
    const stacks = await lstat(join(absolute, "state", ".pulumi", "stacks")).catch(() => undefined);
    if (stillRuns(owner) && lease.startsWith(standbyPrefix) && stacks?.isDirectory()) byOwner.set(owner, lease);
  }
  return new Set(byOwner.values());
}

/** Files of stacks in Pulumi's state. */
async function stacksIn(state: string): Promise<string[]> {
  const stacks = (await entries(join(state, "pulumi"))).filter((path) => /(^|\/)ws-[^/]*$/.test(path));
  return stacks.map((path) => `file pulumi/${path}`);
}

async function entries(folder: string): Promise<string[]> {
  return readdir(folder, { recursive: true }).catch(() => []);
}

/** What must be empty in the database when every workspace is deleted. */
const questions = {
  "workspace that is not deleted": "select id from workspaces where phase <> 'deleted'",
  "workspace whose last change was not brought about":
    "select id from workspaces where generation <> observed_generation",
  "operation without an outcome": "select id from operations where outcome is null",
  lease: "select lease as id from leases",
  "volume under way": "select id from volumes where state <> 'kept'",
  "host that is taken": "select label as id from hosts where released_at is null",
} as const;

/** Ids of all workspaces that there ever were; undefined when the database could not be asked. */
type Ids = ReadonlySet<string> | undefined;

async function inDatabase({ state, databaseUrl }: LeftoverOptions): Promise<{ ids: Ids; found: string[] }> {
  const connectionString = databaseUrl ?? (await embeddedUrl(state));
  if (connectionString === undefined) return { ids: undefined, found: [] };
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const found: string[] = [];
    for (const [what, question] of Object.entries(questions)) {
      const { rows } = await client.query<{ id: string }>(question);
      found.push(...rows.map(({ id }) => `${what}: ${id}`));
    }
    const { rows } = await client.query<{ id: string }>("select id from workspaces");
    return { ids: new Set(rows.map(({ id }) => id)), found };
  } finally {
    await client.end();
  }
}

/** Address of the state folder's own Postgres; undefined when it does not run. */
export async function embeddedUrl(state: string): Promise<string | undefined> {
  const folder = join(state, "postgres");
  try {
    const password = (await readFile(join(folder, "password"), "utf8")).trim();
    // Postgres' own file: process id, data folder, start, port …
    const port = Number((await readFile(join(folder, "data", "postmaster.pid"), "utf8")).split("\n")[3]);
    return `postgres://berth:${encodeURIComponent(password)}@127.0.0.1:${port}/berth`;
  } catch {
    return undefined;
  }
}

interface ProcessInfo {
  readonly parent: number;
  readonly environment: string;
  readonly command: string;
}

/**
 * Processes that carry a lease and belong to this state folder: by their environment, by their ancestors', or because
 * their parent is gone.
 */
async function inProcesses(state: string, kept: ReadonlySet<string>): Promise<string[]> {
  const all = new Map<number, ProcessInfo>();
  for (const name of await readdir("/proc")) {
    const info = /^\d+$/.test(name) ? await processInfo(name) : undefined;
    if (info) all.set(Number(name), info);
  }
  const belongs = (pid: number): boolean => {
    const info = all.get(pid);
    if (info === undefined || pid <= 1) return false;
    return info.environment.includes(state) || belongs(info.parent);
  };
  return [...all].flatMap(([pid, { environment, command, parent }]) => {
    const lease = /BERTH_LEASE=([\w-]+)/.exec(`${environment}\n${command}`)?.[1];
    return lease !== undefined && !kept.has(lease) && (parent === 1 || belongs(pid))
      ? [`process ${pid} of lease ${lease}: ${command}`]
      : [];
  });
}

async function processInfo(pid: string): Promise<ProcessInfo | undefined> {
  try {
    const [stat, environment, command] = await Promise.all(
      ["stat", "environ", "cmdline"].map((file) => readFile(`/proc/${pid}/${file}`, "latin1")),
    );
    const [status, parent] = (stat ?? "").slice((stat ?? "").lastIndexOf(")") + 2).split(" ");
    if (status === "Z") return undefined;
    return {
      parent: Number(parent),
      environment: environment ?? "",
      command: (command ?? "").replaceAll("\0", " ").trim(),
    };
  } catch {
    // It ended meanwhile, or is not ours to see.
    return undefined;
  }
}
