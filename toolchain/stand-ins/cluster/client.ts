import { existsSync } from "node:fs";
import { loadAccess } from "../../../provisioner/runtimes/kubernetes/access.ts";
import { createClient, isStatus, type KubernetesClient } from "../../../provisioner/runtimes/kubernetes/client.ts";
import { standInKubeconfigFile } from "../components/eks/kubeconfig.ts";

/** Does something in the cluster behind the stand-in of EKS; without one there is nothing to do. */
export async function inCluster(work: (client: KubernetesClient) => Promise<void>): Promise<void> {
  const kubeconfig = standInKubeconfigFile();
  if (kubeconfig === undefined || !existsSync(kubeconfig)) return;
  const client = createClient(await loadAccess({ kubeconfig }));
  try {
    await work(client);
  } finally {
    client.close();
  }
}

/** Removes what is at a path; what is not there is fine. */
export async function removeObject(client: KubernetesClient, path: string): Promise<void> {
  try {
    await client.request({ method: "DELETE", path });
  } catch (error) {
    if (!isStatus(error, 404)) throw error;
  }
}
