import type { KubernetesClient } from "../../provisioner/runtimes/kubernetes/client.ts";
import { claimObject } from "../../provisioner/runtimes/kubernetes/objects.ts";
import { createKubernetesRuntime } from "../../provisioner/runtimes/kubernetes/runtime.ts";
import { applyWorkspace, exists, newWorkspaceId, testWorkspace } from "./kubernetes.ts";
import type { RuntimeWorld } from "./runtime-contract.ts";

export interface KubernetesWorldOptions {
  /** As whom the runtime acts. */
  readonly kubeconfig: string;
  /** As whom the test acts beside it: with all rights. Closed with the world. */
  readonly admin: KubernetesClient;
  readonly installation: string;
  readonly storageClassName?: string;
}

/** The Kubernetes runtime on a real API server, with everything that its contract needs beside it. */
export async function kubernetesWorld(options: KubernetesWorldOptions): Promise<RuntimeWorld> {
  const { kubeconfig, admin, installation, storageClassName } = options;
  const runtime = await createKubernetesRuntime({ kubeconfig, installation });
  const foreign: string[] = [];
  const beginDeletion = async (workspace: string): Promise<void> => {
    await admin.request({ method: "DELETE", path: `/api/v1/namespaces/${workspace}` });
  };
  const volumeExists = (volume: string): Promise<boolean> => exists(admin, `/api/v1/persistentvolumes/${volume}`);

  return {
    runtime,
    newId: newWorkspaceId,
    async provision(id, { stuck, existingVolume } = {}) {
      const spec = testWorkspace({ id, installation, ...(existingVolume ? { existingVolume } : {}) });
      const placement = {
        ...spec.placement,
        ...(storageClassName ? { storageClassName } : {}),
        ...(stuck ? { nodeSelector: { "example.com/nowhere": "true" } } : {}),
      };
      await applyWorkspace(admin, { ...spec, placement });
    },
    async provisionForeign(id) {
      foreign.push(id);
      await applyWorkspace(admin, testWorkspace({ id, installation: "somebody-elses" }));
    },
    beginDeletion,
    volumeExists,
    async close() {
      for (const id of foreign) {
        const claim = claimObject.parse(
          await admin.request({ path: `/api/v1/namespaces/${id}/persistentvolumeclaims/home` }),
        );
        await beginDeletion(id);
        const volume = claim.spec.volumeName;
        if (volume) await admin.request({ method: "DELETE", path: `/api/v1/persistentvolumes/${volume}` });
      }
      await runtime.close();
      admin.close();
    },
  };
}
