import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { useProvider } from "../support/provider.ts";
import { configMap, deployment } from "../support/provider-objects.ts";

// What becomes of changes, the program's and others'; the official plugin and the stand-in alike.
const bench = useProvider();

const skipAwait = { "pulumi.com/skipAwait": "true" };

function uidOf(metadata: pulumi.Output<{ readonly uid: string }>): pulumi.Output<string> {
  return metadata.apply(({ uid }) => uid);
}

describe("updating", () => {
  test("a change is made in place, a field that left the program goes, others' fields stay", async () => {
    const namespace = await bench().namespace();
    const stack = await bench().stack();
    const program = (labels: Record<string, string>, data: Record<string, string>) => async () => {
      const provider = bench().provider();
      new kubernetes.core.v1.ConfigMap(
        "settings",
        { metadata: { name: "settings", namespace, labels }, data },
        { provider },
      );
      new kubernetes.core.v1.Secret("keys", { metadata: { name: "keys", namespace }, stringData: data }, { provider });
    };
    await stack.up(program({ a: "1", b: "1" }, { a: "1", b: "1" }));
    const before = await bench().read(configMap("settings", namespace));
    await bench().patch(configMap("settings", namespace), { metadata: { labels: { theirs: "1" } } });
    const { summary } = await stack.up(program({ a: "2" }, { a: "2" }));
    const after = await bench().read(configMap("settings", namespace));
    expect(summary.resourceChanges).toMatchObject({ update: 2 });
    expect(after?.metadata?.uid).toBe(before?.metadata?.uid);
    expect(after?.metadata?.labels).toEqual({ a: "2", theirs: "1" });
    expect(after).toMatchObject({ data: { a: "2" } });
    expect(after?.data).not.toHaveProperty("b");
    const keys = await bench().read({ ...configMap("keys", namespace), kind: "Secret" });
    expect(keys).toMatchObject({ data: { a: Buffer.from("2").toString("base64") } });
  });

  test("nothing changes when the program did not", async () => {
    const namespace = await bench().namespace();
    const stack = await bench().stack();
    const program = async () => {
      const provider = bench().provider();
      new kubernetes.apps.v1.Deployment(
        "web",
        { metadata: { name: "web", namespace }, spec: deployment("web") },
        { provider },
      );
      new kubernetes.core.v1.Secret(
        "keys",
        { metadata: { name: "keys", namespace }, stringData: { a: "b" } },
        { provider },
      );
      new kubernetes.core.v1.Service(
        "web",
        {
          metadata: { name: "web", namespace },
          spec: { clusterIP: "None", selector: { app: "web" }, ports: [{ port: 80 }] },
        },
        { provider },
      );
      new kubernetes.networking.v1.NetworkPolicy(
        "deny",
        { metadata: { name: "deny", namespace }, spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] } },
        { provider },
      );
    };
    await stack.up(program);
    expect((await stack.up(program)).summary.resourceChanges).toEqual({ same: 6 });
    await stack.refresh();
    expect((await stack.up(program)).summary.resourceChanges).toEqual({ same: 6 });
  });

  test("the scale that others set is left alone where the program does not say it, or ignores it", async () => {
    const namespace = await bench().namespace();
    const stack = await bench().stack();
    const named = (name: string) => ({ apiVersion: "apps/v1", kind: "Deployment", name, namespace });
    const program = (image: string, replicas: number) => async () => {
      const provider = bench().provider();
      const spec = deployment("web", { containers: [{ name: "main", image }] });
      new kubernetes.apps.v1.Deployment("silent", { metadata: { name: "silent", namespace }, spec }, { provider });
      new kubernetes.apps.v1.Deployment(
        "ignoring",
        { metadata: { name: "ignoring", namespace }, spec: { ...spec, replicas } },
        { provider, ignoreChanges: ["spec.replicas"] },
      );
    };
    await stack.up(program("example.com/main:1", 1));
    await bench().patch(named("silent"), { spec: { replicas: 0 } });
    await bench().patch(named("ignoring"), { spec: { replicas: 2 } });
    await stack.refresh();
    const { summary } = await stack.up(program("example.com/main:2", 3));
    expect(summary.resourceChanges).toMatchObject({ update: 2 });
    const template = { spec: { containers: [{ image: "example.com/main:2" }] } };
    expect(await bench().read(named("silent"))).toMatchObject({ spec: { replicas: 0, template } });
    expect(await bench().read(named("ignoring"))).toMatchObject({ spec: { replicas: 2, template } });
  });

  test("a refresh sees what others changed and deleted, and the next update puts it right", async () => {
    const namespace = await bench().namespace();
    const stack = await bench().stack();
    const program = async () => {
      const provider = bench().provider();
      const metadata = { name: "changed", namespace, annotations: { "pulumi.com/patchForce": "true" } };
      new kubernetes.core.v1.ConfigMap("changed", { metadata, data: { a: "1" } }, { provider });
      new kubernetes.core.v1.ConfigMap("deleted", { metadata: { name: "deleted", namespace } }, { provider });
    };
    await stack.up(program);
    await bench().patch(configMap("changed", namespace), { data: { a: "theirs" } });
    await bench().delete(configMap("deleted", namespace));
    await stack.refresh();
    const { summary } = await stack.up(program);
    expect(summary.resourceChanges).toMatchObject({ update: 1, create: 1 });
    expect(await bench().read(configMap("changed", namespace))).toMatchObject({ data: { a: "1" } });
    expect(await bench().read(configMap("deleted", namespace))).toBeDefined();
  });
});

describe("replacing", () => {
  test("names, selectors, roles, addresses, provisioners and sealed data need a new object", async () => {
    const namespace = await bench().namespace();
    const stack = await bench().stack();
    const program = (turn: number) => async () => {
      const provider = bench().provider();
      const plain = new kubernetes.Provider("plain", { kubeconfig: bench().kubeconfig });
      const metadata = { name: "it", namespace, annotations: skipAwait };
      const clusterIP = turn === 1 ? "None" : undefined;
      const made = {
        name: new kubernetes.core.v1.ConfigMap("name", { metadata: { name: `it-${turn}`, namespace } }, { provider }),
        selector: new kubernetes.apps.v1.Deployment(
          "selector",
          { metadata: { name: "it", namespace }, spec: deployment(`it-${turn}`) },
          { provider },
        ),
        role: new kubernetes.rbac.v1.RoleBinding(
          "role",
          {
            metadata,
            roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: `role-${turn}` },
            subjects: [{ kind: "ServiceAccount", name: "default", namespace }],
          },
          { provider },
        ),
        address: new kubernetes.core.v1.Service(
          "address",
          { metadata, spec: { ...(clusterIP ? { clusterIP } : {}), ports: [{ port: 80 }], selector: { app: "it" } } },
          { provider },
        ),
        provisioner: new kubernetes.storage.v1.StorageClass(
          "provisioner",
          { metadata: { name: namespace }, provisioner: `example.com/${turn}` },
          { provider },
        ),
        data: new kubernetes.core.v1.ConfigMap("data", { metadata, data: { turn: `${turn}` } }, { provider: plain }),
        kept: new kubernetes.core.v1.ConfigMap(
          "kept",
          { metadata: { name: "kept", namespace }, data: { turn: `${turn}` } },
          { provider },
        ),
      };
      return Object.fromEntries(Object.entries(made).map(([what, { metadata }]) => [what, uidOf(metadata)]));
    };
    const first = await stack.up(program(1));
    const second = await stack.up(program(2));
    const same = Object.keys(first.outputs).filter(
      (what) => first.outputs[what]?.value === second.outputs[what]?.value,
    );
    expect(same).toEqual(["kept"]);
    expect(second.summary.resourceChanges).toMatchObject({ replace: 6, update: 1 });
    await stack.destroy();
  });

  test("a claim grows in place, and is replaced for another class only", async () => {
    const namespace = await bench().namespace();
    const stack = await bench().stack();
    const classes = [bench().unique("class"), bench().unique("class")];
    const program = (storage: string, turn: number) => async () => {
      const provider = bench().provider();
      const [first, second] = classes.map(
        (name) =>
          new kubernetes.storage.v1.StorageClass(
            name,
            {
              metadata: { name },
              provisioner: "kubernetes.io/host-path",
              allowVolumeExpansion: true,
              reclaimPolicy: "Delete",
            },
            { provider },
          ),
      );
      const storageClassName = (turn === 1 ? first : second)?.metadata.name ?? "";
      const claim = new kubernetes.core.v1.PersistentVolumeClaim(
        "home",
        {
          metadata: { name: "home", namespace },
          spec: { accessModes: ["ReadWriteOnce"], storageClassName, resources: { requests: { storage } } },
        },
        { provider },
      );
      return { uid: claim.metadata.uid, phase: claim.status.phase };
    };
    const small = await stack.up(program("1Gi", 1));
    expect(small.outputs.phase?.value).toBe("Bound");
    const large = await stack.up(program("2Gi", 1));
    expect(large.summary.resourceChanges).toMatchObject({ update: 1 });
    expect(large.outputs.uid?.value).toBe(small.outputs.uid?.value);
    const moved = await stack.preview(program("2Gi", 2));
    expect(moved.counts).toMatchObject({ replace: 1 });
    await stack.destroy();
  });
});
