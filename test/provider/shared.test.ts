import * as kubernetes from "@pulumi/kubernetes";
import { describe, expect, test } from "vitest";
import { useProvider } from "../support/provider.ts";
import { configMap, deployment } from "../support/provider-objects.ts";

// Making and unmaking objects: what the official plugin and the stand-in have in common, through the real engine, on a real API server.
const bench = useProvider();

describe("creating and deleting", () => {
  test("objects get the ids that the SDK expects, and destroying leaves none", async () => {
    const namespace = bench().unreservedNamespace();
    const stack = await bench().stack();
    const { outputs, summary } = await stack.up(async () => {
      const provider = bench().provider();
      const home = new kubernetes.core.v1.Namespace("home", { metadata: { name: namespace } }, { provider });
      const settings = new kubernetes.core.v1.ConfigMap(
        "settings",
        {
          metadata: { name: "settings", namespace: home.metadata.name, labels: { "berth.dev/a": "b" } },
          data: { a: "1" },
        },
        { provider },
      );
      return { home: home.id, settings: settings.id, uid: settings.metadata.uid, data: settings.data };
    });
    const live = await bench().read(configMap("settings", namespace));
    expect(summary.resourceChanges).toEqual({ create: 4 });
    expect(outputs).toMatchObject({
      home: { value: namespace },
      settings: { value: `${namespace}/settings` },
      uid: { value: live?.metadata?.uid },
      data: { value: { a: "1" } },
    });
    expect(live?.metadata?.labels).toEqual({ "berth.dev/a": "b" });

    await stack.destroy();
    expect(await bench().read({ apiVersion: "v1", kind: "Namespace", name: namespace })).toBeUndefined();
  });

  test("a nameless object gets a name that an update keeps, in the provider's namespace", async () => {
    const namespace = await bench().namespace();
    const stack = await bench().stack();
    const program = (value: string) => async () => {
      const provider = bench().provider({ namespace });
      const settings = new kubernetes.core.v1.ConfigMap("settings", { data: { value } }, { provider });
      return { id: settings.id };
    };
    const first = await stack.up(program("1"));
    const second = await stack.up(program("2"));
    expect(first.outputs.id?.value).toMatch(new RegExp(`^${namespace}/settings-[0-9a-f]{8}$`));
    expect(second.outputs.id?.value).toBe(first.outputs.id?.value);
    expect(second.summary.resourceChanges).toMatchObject({ update: 1 });
  });

  test("a definition and an object of its kind can be in one program", async () => {
    const namespace = await bench().namespace();
    const stack = await bench().stack();
    const group = `${bench().unique("g")}.example.com`;
    const { outputs } = await stack.up(async () => {
      const provider = bench().provider();
      const definition = new kubernetes.apiextensions.v1.CustomResourceDefinition(
        "widgets",
        {
          metadata: { name: `widgets.${group}` },
          spec: {
            group,
            scope: "Namespaced",
            names: { plural: "widgets", singular: "widget", kind: "Widget" },
            versions: [
              {
                name: "v1",
                served: true,
                storage: true,
                schema: {
                  openAPIV3Schema: {
                    type: "object",
                    properties: { spec: { type: "object", x_kubernetes_preserve_unknown_fields: true } },
                  },
                },
              },
            ],
          },
        },
        { provider },
      );
      // In the foreground it would be held until the garbage collector knows its new kind.
      const annotations = { "pulumi.com/deletionPropagationPolicy": "background" };
      const widget = new kubernetes.apiextensions.CustomResource(
        "widget",
        {
          apiVersion: `${group}/v1`,
          kind: "Widget",
          metadata: { name: "one", namespace, annotations },
          spec: { color: "red" },
        },
        { provider, dependsOn: [definition] },
      );
      return { id: widget.id };
    });
    expect(outputs.id?.value).toBe(`${namespace}/one`);
    expect(await bench().read({ apiVersion: `${group}/v1`, kind: "Widget", name: "one", namespace })).toMatchObject({
      spec: { color: "red" },
    });
    await stack.destroy();
  });

  test("objects that go with their namespace are not deleted one by one", async () => {
    const namespace = bench().unreservedNamespace();
    const stack = await bench().stack();
    await stack.up(async () => {
      const provider = bench().provider();
      const home = new kubernetes.core.v1.Namespace("home", { metadata: { name: namespace } }, { provider });
      new kubernetes.core.v1.ConfigMap(
        "settings",
        { metadata: { name: "settings", namespace: home.metadata.name } },
        { provider, deletedWith: home },
      );
    });
    await stack.destroy();
    expect(await bench().read({ apiVersion: "v1", kind: "Namespace", name: namespace })).toBeUndefined();
    expect(await stack.resources()).toEqual([]);
  });

  test("a destroy passes what is gone, leaves dependents where asked, and waits for what finalizers hold", async () => {
    const namespace = await bench().namespace();
    const stack = await bench().stack();
    await stack.up(async () => {
      const provider = bench().provider();
      const options = { provider, customTimeouts: { delete: "2s" } };
      new kubernetes.core.v1.ConfigMap("gone", { metadata: { name: "gone", namespace } }, { provider });
      new kubernetes.core.v1.ConfigMap("held", { metadata: { name: "held", namespace } }, options);
      const metadata = { name: "web", namespace, annotations: { "pulumi.com/deletionPropagationPolicy": "orphan" } };
      new kubernetes.apps.v1.Deployment("web", { metadata, spec: deployment("web") }, { provider });
    });
    const held = configMap("held", namespace);
    await bench().delete(configMap("gone", namespace));
    await bench().patch(held, { metadata: { finalizers: ["example.com/hold"] } });

    await expect(stack.destroy()).rejects.toThrow();
    expect(await stack.resources()).toMatchObject([{ id: `${namespace}/held` }]);
    expect(await bench().list({ apiVersion: "apps/v1", kind: "Deployment", namespace })).toEqual([]);
    expect(await bench().list({ apiVersion: "apps/v1", kind: "ReplicaSet", namespace })).toHaveLength(1);

    await bench().patch(held, { metadata: { finalizers: [] } });
    await stack.destroy();
    expect(await bench().read(held)).toBeUndefined();
  });
});
