import { createKubernetesRuntime } from "../../../provisioner/runtimes/kubernetes/runtime.ts";
import {
  adminClient,
  applyWorkspace,
  ensure,
  ensureStorageClass,
  exists,
  newWorkspaceId,
  testWorkspace,
} from "../../support/kubernetes.ts";
import { usePlatform } from "../../support/platform.ts";
import { describeRuntimeContract } from "../../support/runtime-contract.ts";

describeRuntimeContract("Kubernetes", async () => {
  const { kubeconfig } = usePlatform();
  const client = await adminClient(kubeconfig);
  await ensureStorageClass(client);
  const installation = `contract-${newWorkspaceId().slice(3, 9)}`;
  const runtime = await createKubernetesRuntime({ kubeconfig, installation });
  const foreign: string[] = [];

  const remove = (workspace: string) =>
    client.request({ method: "DELETE", path: `/api/v1/namespaces/${workspace}` }).then(() => undefined);

  return {
    runtime,
    newId: newWorkspaceId,
    async provision(id, { stuck, existingVolume } = {}) {
      const spec = testWorkspace({ id, installation, ...(existingVolume ? { existingVolume } : {}) });
      const placement = stuck ? { ...spec.placement, nodeSelector: { "example.com/nowhere": "true" } } : spec.placement;
      await applyWorkspace(client, { ...spec, placement });
    },
    async provisionForeign(id) {
      foreign.push(id);
      await applyWorkspace(client, testWorkspace({ id, installation: "somebody-elses" }));
      await ensure(client, { apiVersion: "v1", kind: "Namespace", metadata: { name: id } });
    },
    beginDeletion: remove,
    volumeExists: (volume) => exists(client, `/api/v1/persistentvolumes/${volume}`),
    async close() {
      for (const id of foreign) await remove(id);
      await runtime.close();
      client.close();
    },
  };
});
