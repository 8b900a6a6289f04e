import { writeFileSync } from "node:fs";
import { CoreV1Api, KubeConfig, VersionApi } from "@kubernetes/client-node";
import { SetupError } from "./errors.ts";

/** A cluster that is there: a kubeconfig's path and, where it is not the current one, a context in it. */
export interface ClusterAccess {
  readonly kubeconfig: string;
  readonly context?: string;
}

/** How long a service account's token for a local run may live. Real deployments get theirs from the pod, rotated. */
const tokenSeconds = 30 * 24 * 60 * 60;

function load({ kubeconfig, context }: ClusterAccess): KubeConfig {
  const config = new KubeConfig();
  try {
    config.loadFromFile(kubeconfig);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SetupError(
      `The kubeconfig ${kubeconfig} cannot be read: ${reason}\nSet KUBECONFIG to one that can, or leave it out.`,
    );
  }
  const names = config.getContexts().map(({ name }) => name);
  const wanted = context ?? config.getCurrentContext();
  if (!names.includes(wanted)) {
    throw new SetupError(
      `The kubeconfig ${kubeconfig} has no context "${wanted}". Use --context with one of: ${names.join(", ") || "(it has none)"}.`,
    );
  }
  config.setCurrentContext(wanted);
  return config;
}

/**
 * Makes sure that a cluster answers; gives its address and version.
 *
 * @throws SetupError when it does not, naming the address.
 */
export async function findCluster(access: ClusterAccess): Promise<{ server: string; version: string }> {
  const config = load(access);
  const server = config.getCurrentCluster()?.server ?? "(no server)";
  try {
    const { gitVersion } = await config.makeApiClient(VersionApi).getCode();
    return { server, version: gitVersion };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new SetupError(
      `The cluster at ${server} (context "${config.getCurrentContext()}") does not answer: ${reason}\n` +
        "Check that it runs and that this kubeconfig may use it, or leave KUBECONFIG and --context out to use the local platform.",
    );
  }
}

/** Writes a kubeconfig, readable by its owner only, with which a program is one service account and nothing more. */
export async function writeServiceAccountKubeconfig(
  access: ClusterAccess,
  account: { readonly namespace: string; readonly name: string },
  file: string,
): Promise<void> {
  const config = load(access);
  const cluster = config.getCurrentCluster();
  if (!cluster) throw new SetupError(`The kubeconfig ${access.kubeconfig} names no cluster.`);
  const { status } = await config.makeApiClient(CoreV1Api).createNamespacedServiceAccountToken({
    ...account,
    body: { spec: { audiences: [], expirationSeconds: tokenSeconds } },
  });
  if (!status?.token) throw new Error(`The API server gave no token for ${account.namespace}/${account.name}.`);
  const own = new KubeConfig();
  own.loadFromClusterAndUser(cluster, { name: account.name, token: status.token });
  writeFileSync(file, own.exportConfig(), { mode: 0o600 });
}
