import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { delimiter, dirname, resolve } from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";
import { z } from "zod";
import { UserError } from "../../../components/core/errors.ts";

/** How to reach one cluster, and as whom. */
export interface ClusterAccess {
  /** `https://host:port`, without a path's trailing slash. Names the cluster in messages: holds no credentials. */
  readonly server: string;
  /** The authority to trust, in PEM; the system's when absent. */
  readonly authority?: string;
  /** Name that the server's certificate must have, where it differs from the address. */
  readonly serverName?: string;
  readonly insecure: boolean;
  /** Client certificate and key in PEM. */
  readonly certificate?: string;
  readonly key?: string;
  /**
   * The present bearer token, if any. Tokens on disk rotate (a ServiceAccount's is renewed every hour) and those of
   * plugins end, so it is asked for each request and caches by itself.
   */
  token(): Promise<string | undefined>;
}

export interface AccessOptions {
  /** Path of a kubeconfig, or several joined like in `$KUBECONFIG`. Without one: the cluster that this runs in. */
  readonly kubeconfig?: string | undefined;
  /** Context in it. @default its current context */
  readonly context?: string | undefined;
}

const cluster = z.looseObject({
  server: z.url(),
  "certificate-authority": z.string().optional(),
  "certificate-authority-data": z.string().optional(),
  "insecure-skip-tls-verify": z.boolean().optional(),
  "tls-server-name": z.string().optional(),
});
const exec = z.looseObject({
  apiVersion: z.string(),
  command: z.string(),
  args: z.array(z.string()).nullish(),
  env: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
});
const user = z.looseObject({
  token: z.string().optional(),
  tokenFile: z.string().optional(),
  "client-certificate": z.string().optional(),
  "client-certificate-data": z.string().optional(),
  "client-key": z.string().optional(),
  "client-key-data": z.string().optional(),
  exec: exec.optional(),
});
const context = z.looseObject({ cluster: z.string(), user: z.string().optional() });

const kubeconfigFile = z.looseObject({
  "current-context": z.string().optional(),
  clusters: z.array(z.object({ name: z.string(), cluster })).nullish(),
  users: z.array(z.object({ name: z.string(), user: user.nullish() })).nullish(),
  contexts: z.array(z.object({ name: z.string(), context })).nullish(),
});

const execCredential = z.looseObject({
  status: z.looseObject({ token: z.string().optional(), expirationTimestamp: z.string().optional() }),
});

/** Where Kubernetes puts a pod's own credentials. */
const serviceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";
/** A token on disk is read again after this time; the kubelet renews it long before it ends. */
const rereadTokenMs = 60_000;
/** A plugin's token is replaced this long before it ends. */
const renewAheadMs = 60_000;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Finds out how to reach the cluster.
 *
 * @throws UserError when the kubeconfig cannot be read or does not say enough.
 */
export async function loadAccess(
  { kubeconfig, context: wanted }: AccessOptions,
  environment: Environment = process.env,
): Promise<ClusterAccess> {
  return kubeconfig ? fromKubeconfig(kubeconfig, wanted) : fromServiceAccount(environment);
}

async function fromServiceAccount(environment: Environment): Promise<ClusterAccess> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = environment;
  if (!host) {
    throw new UserError({
      option: "KUBECONFIG",
      value: undefined,
      fix: "Name a kubeconfig: this does not run in a cluster whose own credentials could be used.",
    });
  }
  const address = host.includes(":") ? `[${host}]` : host;
  return {
    server: `https://${address}:${port ?? "443"}`,
    authority: await readFile(`${serviceAccountFolder}/ca.crt`, "utf8"),
    insecure: false,
    token: tokenFile(`${serviceAccountFolder}/token`),
  };
}

async function fromKubeconfig(paths: string, wanted: string | undefined): Promise<ClusterAccess> {
  const files = await Promise.all(paths.split(delimiter).filter(Boolean).map(readKubeconfig));
  const contextName = wanted ?? files.map(({ config }) => config["current-context"]).find(Boolean);
  if (!contextName) throw mistake(paths, "Set a current context in it, or name one by BERTH_KUBE_CONTEXT.");
  // As kubectl does: of things with the same name, the first file's counts; paths are relative to their file.
  const found = files.flatMap(({ config }) => config.contexts ?? []).find(({ name }) => name === contextName)?.context;
  if (!found) {
    const names = files.flatMap(({ config }) => (config.contexts ?? []).map(({ name }) => name));
    throw mistake(paths, `It has no context "${contextName}"; it has: ${names.join(", ") || "none"}.`);
  }
  const clusters = files.flatMap(({ config, folder }) =>
    (config.clusters ?? []).map((entry) => ({ ...entry, folder })),
  );
  const users = files.flatMap(({ config, folder }) => (config.users ?? []).map((entry) => ({ ...entry, folder })));
  const place = clusters.find(({ name }) => name === found.cluster);
  if (!place)
    throw mistake(paths, `Its context "${contextName}" names a cluster that is not in it: "${found.cluster}".`);
  const who = users.find(({ name }) => name === found.user);
  if (found.user && !who) throw mistake(paths, `Its context "${contextName}" names a user that is not in it.`);

  const authority = await pem(place.cluster, "certificate-authority", place.folder);
  const certificate = who?.user ? await pem(who.user, "client-certificate", who.folder) : undefined;
  const key = who?.user ? await pem(who.user, "client-key", who.folder) : undefined;
  const serverName = place.cluster["tls-server-name"];
  return {
    server: addressOf(place.cluster.server),
    insecure: place.cluster["insecure-skip-tls-verify"] ?? false,
    ...(authority ? { authority } : {}),
    ...(serverName ? { serverName } : {}),
    ...(certificate ? { certificate } : {}),
    ...(key ? { key } : {}),
    token: tokenOf(who?.user ?? {}, who?.folder ?? "."),
  };
}

async function readKubeconfig(path: string) {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw mistake(path, `It cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
  let value: unknown;
  try {
    value = parse(text);
  } catch {
    // The parser's message quotes the line, which may hold a token.
    throw mistake(path, "It is not YAML.");
  }
  const config = kubeconfigFile.safeParse(value);
  if (!config.success) {
    const issue = config.error.issues[0];
    throw mistake(path, `It is not a kubeconfig: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}.`);
  }
  return { config: config.data, folder: dirname(resolve(path)) };
}

function mistake(path: string, fix: string): UserError {
  return new UserError({ option: "KUBECONFIG", value: path, fix });
}

/** Without a trailing slash, and without a password that somebody may have put into it: it is printed. */
function addressOf(server: string): string {
  const { origin, pathname } = new URL(server);
  return `${origin}${pathname.replace(/\/+$/, "")}`;
}

/** What `<key>-data` (base64) or the file that `<key>` names holds. */
async function pem(entry: Readonly<Record<string, unknown>>, key: string, folder: string): Promise<string | undefined> {
  const data = entry[`${key}-data`];
  if (typeof data === "string" && data) return Buffer.from(data, "base64").toString();
  const path = entry[key];
  if (typeof path !== "string" || !path) return undefined;
  try {
    return await readFile(resolve(folder, path), "utf8");
  } catch {
    throw mistake(resolve(folder, path), `The kubeconfig names it as ${key}, and it cannot be read.`);
  }
}

function tokenOf(entry: z.infer<typeof user>, folder: string): ClusterAccess["token"] {
  // The order is kubectl's.
  if (entry.tokenFile) return tokenFile(resolve(folder, entry.tokenFile));
  if (entry.token) return async () => entry.token;
  if (entry.exec) return execToken(entry.exec, folder);
  return async () => undefined;
}

/** A token that somebody else writes anew now and then. */
export function tokenFile(path: string, now: () => number = Date.now): ClusterAccess["token"] {
  let cached: { readonly token: string; readonly readAt: number } | undefined;
  return async () => {
    if (cached && now() - cached.readAt < rereadTokenMs) return cached.token;
    cached = { token: (await readFile(path, "utf8")).trim(), readAt: now() };
    return cached.token;
  };
}

const run = promisify(execFile);

/** A token that a program makes (`aws eks get-token`), as kubeconfigs of clouds have it. */
function execToken(plugin: z.infer<typeof exec>, folder: string): ClusterAccess["token"] {
  let cached: { readonly token: string | undefined; readonly ends: number } | undefined;
  let asking: Promise<string | undefined> | undefined;
  const ask = async (): Promise<string | undefined> => {
    const environment = Object.fromEntries((plugin.env ?? []).map(({ name, value }) => [name, value]));
    const info = JSON.stringify({
      apiVersion: plugin.apiVersion,
      kind: "ExecCredential",
      spec: { interactive: false },
    });
    const { stdout } = await run(plugin.command, plugin.args ?? [], {
      cwd: folder,
      timeout: 30_000,
      env: { ...process.env, ...environment, KUBERNETES_EXEC_INFO: info },
    });
    const { status } = execCredential.parse(JSON.parse(stdout));
    const ends = status.expirationTimestamp ? Date.parse(status.expirationTimestamp) : Number.POSITIVE_INFINITY;
    cached = { token: status.token, ends };
    return status.token;
  };
  return async () => {
    if (cached && Date.now() < cached.ends - renewAheadMs) return cached.token;
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    return asking;
  };
}
