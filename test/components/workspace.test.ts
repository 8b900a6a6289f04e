import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { composeWorkspace } from "../../components/workspace/compose.ts";
import { planWorkspace } from "../../components/workspace/plan.ts";
import { Workspace, type WorkspaceArgs } from "../../components/workspace/workspace.ts";
import { registrationsOf, resolved } from "../support/mocks.ts";
import { desktopOrder, homeOrder } from "../unit/components/orders.ts";

const spec = composeWorkspace(desktopOrder);
const plan = planWorkspace(spec);
const make = (args: Partial<WorkspaceArgs> = {}) => registrationsOf(() => new Workspace("alice", { spec, ...args }));
/** How Pulumi marks a secret on the wire. */
const secret = (value: unknown) => ({ "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value });

describe("a Workspace", () => {
  test("registers the plan's objects under lasting names, all below itself", async () => {
    const { registered } = await make();
    const [component, ...children] = registered;
    expect(component).toMatchObject({ type: "berth:workspace:Workspace", name: "alice", parent: null });
    expect(Object.fromEntries(children.map(({ type, name, inputs }) => [name, { type, inputs }]))).toEqual({
      "alice-namespace": { type: "kubernetes:core/v1:Namespace", inputs: plan.namespace },
      "alice-service-account": { type: "kubernetes:core/v1:ServiceAccount", inputs: plan.serviceAccount },
      "alice-quota": { type: "kubernetes:core/v1:ResourceQuota", inputs: plan.resourceQuota },
      "alice-limits": { type: "kubernetes:core/v1:LimitRange", inputs: plan.limitRange },
      "alice-deny-all": { type: "kubernetes:networking.k8s.io/v1:NetworkPolicy", inputs: plan.denyAll },
      "alice-from-router": { type: "kubernetes:networking.k8s.io/v1:NetworkPolicy", inputs: plan.fromRouter },
      "alice-to-internet": { type: "kubernetes:networking.k8s.io/v1:NetworkPolicy", inputs: plan.toInternet },
      "alice-home": { type: "kubernetes:core/v1:PersistentVolumeClaim", inputs: plan.home },
      "alice-identity": {
        type: "kubernetes:core/v1:Secret",
        inputs: { ...plan.identity, data: secret(plan.identity.data) },
      },
      "alice-settings": { type: "kubernetes:core/v1:ConfigMap", inputs: plan.settings },
      "alice-service": { type: "kubernetes:core/v1:Service", inputs: plan.service },
      "alice-deployment": { type: "kubernetes:apps/v1:Deployment", inputs: plan.deployment },
    });
    expect(new Set(children.map(({ parent }) => parent))).toEqual(new Set(["alice"]));
  });

  test("lets every child go with its namespace", async () => {
    const { registered } = await make({ spec: composeWorkspace(homeOrder) });
    for (const { name, deletedWith, dependsOn } of registered.slice(2)) {
      expect([name, deletedWith, dependsOn.length > 0]).toEqual([name, "alice-namespace", true]);
    }
  });

  test("starts the pod only when the walls around it stand", async () => {
    const { registered } = await make();
    const deployment = registered.find(({ name }) => name === "alice-deployment");
    expect(deployment?.dependsOn).toEqual(
      expect.arrayContaining(["alice-deny-all", "alice-from-router", "alice-to-internet", "alice-quota", "alice-home"]),
    );
  });

  test("never has its volume claim replaced: only its size is looked at again", async () => {
    const { registered } = await make();
    const home = registered.find(({ name }) => name === "alice-home");
    expect([...(home?.ignoreChanges ?? [])].sort()).toEqual([
      "spec.accessModes",
      "spec.dataSource",
      "spec.dataSourceRef",
      "spec.selector",
      "spec.storageClassName",
      "spec.volumeMode",
      "spec.volumeName",
    ]);
  });

  test("keeps its identity secret, and nothing else", async () => {
    const { result } = await make();
    expect(await pulumi.isSecret(result.nodes.identity.data)).toBe(true);
    expect(await pulumi.isSecret(result.url)).toBe(false);
    expect(await resolved(result.url)).toBe("https://user123.workspace.example.com");
    expect(await resolved(result.namespace)).toBe("ws-mfrggzdfmztwq2lk");
    expect(await resolved(result.address)).toBe("workspace.ws-mfrggzdfmztwq2lk.svc");
  });

  test("has an Ingress when exposed by one, and no way in and no URL when not exposed", async () => {
    const names = async (args: Partial<WorkspaceArgs>) => (await make(args)).registered.map(({ name }) => name);
    expect(await names({ spec: composeWorkspace(homeOrder) })).toContain("alice-ingress");
    expect(await names({ spec: { ...spec, expose: "none" } })).not.toContain("alice-from-router");
    const { result } = await make({ spec: { ...spec, expose: "none" } });
    expect(await resolved(result.url)).toBeNull();
    expect(result.nodes.fromRouter).toBeNull();
  });

  test("tells the provider not to wait for any child when asked", async () => {
    const { registered } = await make({ skipAwait: true });
    for (const { name, inputs } of registered.slice(1)) {
      expect([name, inputs]).toEqual([
        name,
        expect.objectContaining({
          metadata: expect.objectContaining({
            annotations: expect.objectContaining({ "pulumi.com/skipAwait": "true" }),
          }),
        }),
      ]);
    }
    const namespace = registered.find(({ name }) => name === "alice-namespace");
    expect(namespace?.inputs).toMatchObject({ metadata: { annotations: plan.namespace.metadata.annotations } });
  });

  test("takes the last change from its user", async () => {
    const { registered } = await make({
      transform: {
        namespace: ({ args, options }) => ({
          args: { ...args, metadata: { ...args.metadata, name: "mine" } },
          options: { ...options, protect: true },
        }),
      },
    });
    expect(registered[1]).toMatchObject({ inputs: { metadata: { name: "mine" } }, protect: true, parent: "alice" });
    expect(plan.namespace.metadata.name).toBe("ws-mfrggzdfmztwq2lk");
  });

  test("refuses a wrong spec as a user's mistake, before anything is made", async () => {
    const wrong = () => registrationsOf(() => new Workspace("alice", { spec: { ...spec, id: "default" } }));
    await expect(wrong()).rejects.toThrow(`spec.id: found "default". Must start with 'ws-' and be a DNS label.`);
  });
});
