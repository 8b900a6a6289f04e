import { adminClient, ensureStorageClass, newWorkspaceId } from "../../support/kubernetes.ts";
import { kubernetesWorld } from "../../support/kubernetes-world.ts";
import { usePlatform } from "../../support/platform.ts";
import { describeRuntimeContract } from "../../support/runtime-contract.ts";

describeRuntimeContract("Kubernetes", async () => {
  const { kubeconfig } = usePlatform();
  const admin = await adminClient(kubeconfig);
  await ensureStorageClass(admin);
  return kubernetesWorld({ kubeconfig, admin, installation: `contract-${newWorkspaceId().slice(3, 9)}` });
});
