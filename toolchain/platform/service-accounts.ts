import { writeFileSync } from "node:fs";

export interface ServiceAccountAccess {
  /** A kubeconfig with the right to make tokens for that account. */
  readonly kubeconfig: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  /** Where to write the account's own kubeconfig; readable by its owner only. */
  readonly file: string;
  /** How long its token is asked to live, in seconds; the cluster may give less. @default 30 days */
  readonly lifetimeSeconds?: number;
}

const defaultLifetimeSeconds = 30 * 24 * 60 * 60;

/**
 * Writes a kubeconfig that acts as a service account, by a token of its own.
 *
 * @returns when the token ends.
 * @throws Error when the account is not there.
 */
export async function writeServiceAccountKubeconfig(access: ServiceAccountAccess): Promise<{ readonly expires: Date }> {
  const { KubeConfig, CoreV1Api } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  config.loadFromFile(access.kubeconfig);
  const cluster = config.getCurrentCluster();
  if (!cluster) throw new Error(`The kubeconfig ${access.kubeconfig} has no current cluster.`);
  const request = await config.makeApiClient(CoreV1Api).createNamespacedServiceAccountToken({
    name: access.serviceAccount,
    namespace: access.namespace,
    body: { spec: { audiences: [], expirationSeconds: access.lifetimeSeconds ?? defaultLifetimeSeconds } },
  });
  const { token, expirationTimestamp } = request.status ?? {};
  if (!token || !expirationTimestamp)
    throw new Error(`The cluster gave no token for ${access.namespace}/${access.serviceAccount}.`);

  const own = new KubeConfig();
  const name = access.serviceAccount;
  own.loadFromOptions({
    clusters: [cluster],
    users: [{ name, token }],
    contexts: [{ name, cluster: cluster.name, user: name, namespace: access.namespace }],
    currentContext: name,
  });
  writeFileSync(access.file, own.exportConfig(), { mode: 0o600 });
  return { expires: expirationTimestamp };
}
