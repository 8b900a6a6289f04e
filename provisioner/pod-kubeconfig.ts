import { access, mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Where Kubernetes puts a pod's own credentials. */
const accountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

/**
 * In a pod that has a token of the cluster: a kubeconfig of the pod's own account, for programs that take nothing else,
 * as Pulumi's plugin does. It names the files of token and authority: the kubelet renews the token, and its text is
 * nowhere else. Elsewhere undefined.
 *
 * @param folder where it is written, made when it is not there
 */
export async function podKubeconfig(
  folder: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
  account = accountFolder,
): Promise<string | undefined> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = environment;
  const token = join(account, "token");
  const hasToken = await access(token).then(
    () => true,
    () => false,
  );
  if (!host || !hasToken) return undefined;
  const server = `https://${host.includes(":") ? `[${host}]` : host}:${port || "443"}`;
  const file = join(folder, "kubeconfig");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // Whole or not at all: another process on the same state may be reading it.
  const fresh = `${file}.${process.pid}`;
  await writeFile(
    fresh,
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "pod", cluster: { server, "certificate-authority": join(account, "ca.crt") } }],
      users: [{ name: "pod", user: { tokenFile: token } }],
      contexts: [{ name: "pod", context: { cluster: "pod", user: "pod" } }],
      "current-context": "pod",
    }),
    { mode: 0o600 },
  );
  await rename(fresh, file);
  return file;
}
