import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { useProvider } from "../support/provider.ts";
import { configMap } from "../support/provider-objects.ts";

// Whose an object is, and what a stack says of it; the official plugin and the stand-in alike.
const bench = useProvider();

function managers(live: { metadata?: { managedFields?: { manager?: string; operation?: string }[] } } | undefined) {
  return live?.metadata?.managedFields?.map(({ manager, operation }) => `${manager} ${operation}`);
}

describe("objects that exist already", () => {
  test("are an error by default, and taken over where the provider is told so", async () => {
    const namespace = await bench().namespace();
    const stack = await bench().stack();
    const settings = configMap("settings", namespace);
    const { metadata } = await bench().create({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "settings", namespace, labels: { theirs: "1" } },
      data: { b: "theirs" },
    });
    const program = (upsertExistingObjects: boolean) => async () => {
      const provider = bench().provider({ upsertExistingObjects });
      new kubernetes.core.v1.ConfigMap(
        "settings",
        { metadata: { name: "settings", namespace }, data: { a: "1" } },
        { provider },
      );
    };
    expect(await stack.failingUp(program(false))).toMatch(/already exists/);
    expect(await stack.resources()).toEqual([]);
    expect((await bench().read(settings))?.data).toEqual({ b: "theirs" });

    await stack.up(program(true));
    expect(await bench().read(settings)).toMatchObject({
      metadata: { uid: metadata?.uid, labels: { theirs: "1" } },
      data: { a: "1", b: "theirs" },
    });
  });

  test("can be read without being owned", async () => {
    const namespace = await bench().namespace();
    const stack = await bench().stack();
    await bench().create({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "settings", namespace },
      data: { a: "1" },
    });
    const { outputs } = await stack.up(async () => {
      const settings = kubernetes.core.v1.ConfigMap.get("settings", `${namespace}/settings`, {
        provider: bench().provider(),
      });
      return { data: settings.data };
    });
    expect(outputs.data?.value).toEqual({ a: "1" });
    await stack.destroy();
    expect(await bench().read(configMap("settings", namespace))).toBeDefined();
  });
});

describe("fields of other managers", () => {
  test("are not taken without force, and are with it", async () => {
    const namespace = await bench().namespace();
    const stack = await bench().stack();
    const settings = configMap("settings", namespace);
    const program =
      (value: string, annotations: Record<string, string> = {}) =>
      async () => {
        const metadata = {
          name: "settings",
          namespace,
          annotations: { "pulumi.com/patchFieldManager": "berth", ...annotations },
        };
        const provider = bench().provider({ upsertExistingObjects: true });
        new kubernetes.core.v1.ConfigMap("settings", { metadata, data: { a: value } }, { provider });
      };
    await stack.up(program("1"));
    expect(managers(await bench().read(settings))).toEqual(["berth Apply"]);

    await bench().patch(settings, { data: { a: "theirs" } }, "somebody");
    expect(await stack.failingUp(program("2"))).toMatch(/conflict/i);
    expect(await bench().read(settings)).toMatchObject({ data: { a: "theirs" } });

    await stack.up(program("2", { "pulumi.com/patchForce": "true" }));
    expect(await bench().read(settings)).toMatchObject({ data: { a: "2" } });
  });

  test("a patch changes some fields of an object and gives them back", async () => {
    const namespace = await bench().namespace();
    const stack = await bench().stack();
    const name = { apiVersion: "v1", kind: "Namespace", name: namespace };
    await stack.up(async () => {
      const metadata = { name: namespace, labels: { patched: "1" } };
      new kubernetes.core.v1.NamespacePatch("patch", { metadata }, { provider: bench().provider() });
    });
    expect((await bench().read(name))?.metadata?.labels).toMatchObject({ patched: "1" });
    await stack.destroy();
    const left = await bench().read(name);
    expect(left?.metadata?.deletionTimestamp).toBeUndefined();
    expect(left?.metadata?.labels).not.toHaveProperty("patched");
  });
});

describe("previews", () => {
  test("touch nothing, and cope with what is not known yet", async () => {
    const namespace = bench().unreservedNamespace();
    const stack = await bench().stack();
    const { counts } = await stack.preview(async () => {
      const provider = bench().provider();
      const home = new kubernetes.core.v1.Namespace("home", { metadata: { name: namespace } }, { provider });
      new kubernetes.core.v1.ConfigMap(
        "settings",
        { metadata: { name: "settings", namespace: home.metadata.name }, data: { uid: home.metadata.uid } },
        { provider },
      );
      new kubernetes.core.v1.ConfigMap(
        "unnamed",
        { metadata: { name: home.metadata.uid, namespace: home.id } },
        { provider },
      );
    });
    expect(counts).toEqual({ create: 5 });
    expect(await bench().read({ apiVersion: "v1", kind: "Namespace", name: namespace })).toBeUndefined();
  });

  test("tell updates from replacements without making them", async () => {
    const namespace = await bench().namespace();
    const stack = await bench().stack();
    const program = (turn: number) => async () => {
      const provider = bench().provider();
      const metadata = { name: "changed", namespace };
      new kubernetes.core.v1.ConfigMap("changed", { metadata, data: { turn: `${turn}` } }, { provider });
      new kubernetes.core.v1.ConfigMap("renamed", { metadata: { name: `renamed-${turn}`, namespace } }, { provider });
    };
    await stack.up(program(1));
    const { counts } = await stack.preview(program(2));
    expect(counts).toMatchObject({ update: 1, replace: 1 });
    expect(await bench().read(configMap("changed", namespace))).toMatchObject({ data: { turn: "1" } });
    expect(await bench().read(configMap("renamed-2", namespace))).toBeUndefined();
  });
});

describe("secrets", () => {
  test("stay secret in the state and in outputs, wherever they went in", async () => {
    const namespace = await bench().namespace();
    const stack = await bench().stack();
    const { outputs } = await stack.up(async () => {
      const provider = bench().provider();
      const hidden = pulumi.secret("very hidden");
      const metadata = { name: "it", namespace };
      const keys = new kubernetes.core.v1.Secret(
        "keys",
        { metadata, stringData: { key: "very hidden" } },
        { provider },
      );
      const settings = new kubernetes.core.v1.ConfigMap(
        "settings",
        { metadata, data: { hidden, open: "seen" } },
        { provider },
      );
      return { key: keys.data.apply((data) => data.key), hidden: settings.data.apply((data) => data.hidden) };
    });
    expect(outputs).toEqual({
      key: { value: Buffer.from("very hidden").toString("base64"), secret: true },
      hidden: { value: "very hidden", secret: true },
    });
    const state = JSON.stringify(await stack.resources());
    expect(state).not.toContain("very hidden");
    expect(state).not.toContain(Buffer.from("very hidden").toString("base64"));
    expect(state).toContain("seen");
  });
});

describe("an unreachable cluster", () => {
  test("is an error that says so", async () => {
    const stack = await bench().stack();
    const server = "https://127.0.0.1:1";
    const kubeconfig = JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "none", cluster: { server } }],
      contexts: [{ name: "none", context: { cluster: "none", user: "none" } }],
      users: [{ name: "none", user: {} }],
      "current-context": "none",
    });
    const said = await stack.failingUp(async () => {
      const provider = new kubernetes.Provider("cluster", { kubeconfig });
      new kubernetes.core.v1.ConfigMap(
        "settings",
        { metadata: { name: "settings", namespace: "default" } },
        { provider },
      );
    });
    expect(said).toMatch(/unreachable|cannot be reached/);
  });
});
