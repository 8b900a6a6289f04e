import { join } from "node:path";
import { foundationNames } from "../../components/platform/names.ts";
import { flattenFoundation, planFoundation } from "../../components/platform/plan.ts";
import { parseFoundationSpec } from "../../components/platform/spec.ts";
import { applyObject, pathOf } from "../../provisioner/runtimes/kubernetes/apply.ts";
import { writeServiceAccountKubeconfig } from "../../toolchain/platform/service-accounts.ts";
import { adminClient, newWorkspaceId } from "./kubernetes.ts";

/** What a cluster needs before the first workspace, under names of a test's own. */
export interface TestFoundation {
  readonly installation: string;
  readonly storageClass: string;
  readonly priorityClass: string;
  /** Kubeconfig of the engine's ServiceAccount, behind its walls. */
  readonly engineKubeconfig: string;
  dispose(): Promise<void>;
}

/** @param folder where the engine's kubeconfig is written */
export async function layTestFoundation(kubeconfig: string, folder: string): Promise<TestFoundation> {
  const name = `test-${newWorkspaceId().slice(3, 11)}`;
  const spec = parseFoundationSpec({
    installation: name,
    name,
    storage: { provisioner: "kubernetes.io/host-path", volumeBindingMode: "Immediate" },
  });
  const names = foundationNames(spec);
  const manifests = flattenFoundation(planFoundation(spec));
  const admin = await adminClient(kubeconfig);
  const dispose = async (): Promise<void> => {
    for (const manifest of manifests.toReversed()) {
      await admin.request({ method: "DELETE", path: pathOf(manifest) }).catch(() => undefined);
    }
    admin.close();
  };
  try {
    for (const manifest of manifests) await applyObject(admin, manifest, "berth-test");
    const file = join(folder, "engine.kubeconfig");
    await writeServiceAccountKubeconfig({
      kubeconfig,
      namespace: names.namespace,
      serviceAccount: names.serviceAccounts.engine,
      file,
    });
    return {
      installation: name,
      storageClass: names.storageClass,
      priorityClass: names.priorityClasses.workspace,
      engineKubeconfig: file,
      dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}
