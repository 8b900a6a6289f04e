import { describe, expect, test } from "vitest";
import { planFoundation } from "../../components/platform/plan.ts";
import { parseFoundationSpec } from "../../components/platform/spec.ts";
import { composeWorkspace } from "../../components/workspace/compose.ts";
import { localProgram } from "../../stacks/local.ts";
import { workspaceProgram } from "../../stacks/workspace.ts";
import { registrationsOf, resolved } from "../support/mocks.ts";
import { desktopOrder } from "../unit/components/orders.ts";

describe("a workspace's program", () => {
  test("makes a provider that completes what a dead run began, and the workspace with it", async () => {
    const { result, registered } = await registrationsOf(
      () => workspaceProgram(composeWorkspace(desktopOrder)),
      desktopOrder.id,
    );
    const [provider, workspace, ...children] = registered;
    expect(provider).toMatchObject({
      type: "pulumi:providers:kubernetes",
      name: "cluster",
      inputs: {
        enableConfigMapMutable: "true",
        clusterIdentifier: "berth",
        enableSecretMutable: "true",
        enablePatchForce: "true",
        upsertExistingObjects: "true",
      },
    });
    expect(workspace).toMatchObject({ type: "berth:workspace:Workspace", name: "workspace" });
    expect(new Set(children.map((child) => child.provider))).toEqual(new Set(["cluster"]));
    expect(children).toHaveLength(12);
    expect(await resolved(result.namespace)).toBe(desktopOrder.id);
  });

  test("names its resources the same in every stack", async () => {
    const names = async (order: typeof desktopOrder) =>
      (await registrationsOf(() => workspaceProgram(composeWorkspace(order)), order.id)).registered.map(
        ({ name }) => name,
      );
    expect(await names({ ...desktopOrder, id: "ws-other", owner: "bob" })).toEqual(await names(desktopOrder));
  });

  test("leaves no kubeconfig in the state unless told to", async () => {
    const { registered } = await registrationsOf(() => workspaceProgram(composeWorkspace(desktopOrder)));
    expect(registered[0]?.inputs).not.toHaveProperty("kubeconfig");
  });
});

describe("the local program", () => {
  const config = { installation: "local", cluster: {}, storage: { provisioner: "x" } };
  const spec = parseFoundationSpec({ installation: "local", storage: { provisioner: "x" } });
  const plan = planFoundation(spec);

  test("registers a foundation under lasting names", async () => {
    const { registered } = await registrationsOf(() => localProgram({ ...config, storage: spec.storage }));
    expect(registered.map(({ type, name }) => `${type} ${name}`).sort()).toEqual([
      "berth:platform:Foundation berth",
      ...["claims", "namespaces", "places", "secrets", "services", "volumes"].map(
        (wall) => `kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy berth-${wall}-policy`,
      ),
      ...["claims", "namespaces", "places", "secrets", "services", "volumes"].map(
        (wall) => `kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding berth-${wall}-binding`,
      ),
      "kubernetes:core/v1:Namespace berth-namespace",
      "kubernetes:core/v1:ServiceAccount berth-api",
      "kubernetes:core/v1:ServiceAccount berth-engine",
      "kubernetes:core/v1:ServiceAccount berth-router",
      "kubernetes:networking.k8s.io/v1:NetworkPolicy berth-default-deny",
      "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole berth-engine-role",
      "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding berth-engine-binding",
      "kubernetes:scheduling.k8s.io/v1:PriorityClass berth-platform-priority",
      "kubernetes:scheduling.k8s.io/v1:PriorityClass berth-workspace-priority",
      "kubernetes:storage.k8s.io/v1:StorageClass berth-storage-class",
      "pulumi:providers:kubernetes cluster",
    ]);
    const role = registered.find(({ name }) => name === "berth-engine-role");
    expect(role?.inputs).toEqual(plan.engineRole);
  });

  test("gives the engine its rights only when every wall stands", async () => {
    const { registered } = await registrationsOf(() => localProgram({ ...config, storage: spec.storage }));
    const binding = registered.find(({ name }) => name === "berth-engine-binding");
    expect(binding?.dependsOn).toEqual(
      expect.arrayContaining(Object.keys(plan.policyBindings).map((wall) => `berth-${wall}-binding`)),
    );
  });

  test("keeps volumes whose claim is gone", () => {
    expect(plan.storageClass).toEqual({
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: {
        name: "berth-workspace",
        labels: { "app.kubernetes.io/managed-by": "berth", "berth.dev/component": "platform" },
      },
      provisioner: "x",
      reclaimPolicy: "Retain",
      volumeBindingMode: "WaitForFirstConsumer",
      allowVolumeExpansion: true,
    });
  });

  test("gives the API and the router no right at all", () => {
    expect(JSON.stringify([plan.engineRole, plan.engineBinding])).not.toMatch(/berth-(api|router)/);
    const accounts = [plan.api, plan.router, plan.engine];
    expect(accounts.map((account) => account.automountServiceAccountToken)).toEqual([false, false, false]);
  });
});
