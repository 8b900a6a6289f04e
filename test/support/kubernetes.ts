import { randomBytes } from "node:crypto";
import { composeWorkspace } from "../../components/workspace/compose.ts";
import { flattenPlan, planWorkspace } from "../../components/workspace/plan.ts";
import type { WorkspaceSpec } from "../../components/workspace/spec.ts";
import { loadAccess } from "../../provisioner/runtimes/kubernetes/access.ts";
import { applyObject, type Manifest, pathOf } from "../../provisioner/runtimes/kubernetes/apply.ts";
import { createClient, isStatus, type KubernetesClient } from "../../provisioner/runtimes/kubernetes/client.ts";

/** An id like those of the provisioner, that nothing has yet. */
export function newWorkspaceId(): string {
  const letters = "abcdefghijklmnopqrstuvwxyz234567";
  return `ws-${[...randomBytes(16)].map((byte) => letters[byte % letters.length]).join("")}`;
}

/** A client with all rights on a test's cluster. */
export async function adminClient(kubeconfig: string): Promise<KubernetesClient> {
  return createClient(await loadAccess({ kubeconfig }));
}

/** Creates an object; one that is there already stays as it is. */
export async function ensure(client: KubernetesClient, manifest: Manifest & Record<string, unknown>): Promise<void> {
  const path = pathOf(manifest);
  try {
    await client.request({ method: "POST", path: path.slice(0, path.lastIndexOf("/")), body: manifest });
  } catch (error) {
    if (!isStatus(error, 409)) throw error;
  }
}

/** The storage class of workspaces, as the platform has it. */
export function ensureStorageClass(client: KubernetesClient): Promise<void> {
  return ensure(client, {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name: "berth-workspace" },
    provisioner: "kubernetes.io/host-path",
    reclaimPolicy: "Retain",
    allowVolumeExpansion: true,
  });
}

/** A small workspace. */
export function testWorkspace(order: {
  readonly id: string;
  readonly installation: string;
  readonly existingVolume?: string;
}): WorkspaceSpec {
  return composeWorkspace({ ...order, owner: "somebody", host: `${order.id}.example.com`, blueprint: "home" });
}

/** Applies all of a workspace's objects. */
export async function applyWorkspace(client: KubernetesClient, spec: WorkspaceSpec): Promise<void> {
  for (const manifest of flattenPlan(planWorkspace(spec))) await applyObject(client, manifest, "berth-test");
}

/** Whether there is an object at that path. */
export async function exists(client: KubernetesClient, path: string): Promise<boolean> {
  try {
    await client.request({ path });
    return true;
  } catch (error) {
    if (isStatus(error, 404)) return false;
    throw error;
  }
}
