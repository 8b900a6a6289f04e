import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { useProvider } from "../support/provider.ts";
import { configMap, deployment, unschedulable } from "../support/provider-objects.ts";
import { buildStandIn, callFailure, Plugin, type Properties, unknown } from "../support/provider-plugin.ts";

// Where the stand-in is stricter than the official plugin, or says more. Spoken to directly, without an engine.
const bench = useProvider();
let binary: string;
let plugin: Plugin;
const others: Plugin[] = [];

beforeAll(async () => {
  binary = await buildStandIn(bench().pulumi.work);
  plugin = await configured({ upsertExistingObjects: "true" });
});

afterEach(async () => {
  await Promise.all(others.splice(0).map((other) => other.stop()));
});

afterAll(() => plugin?.stop());

async function configured(config: Record<string, string> = {}): Promise<Plugin> {
  return Plugin.configured(binary, { kubeconfig: bench().kubeconfig, ...config });
}

/** A plugin of the test's own. */
async function another(config: Record<string, string> = {}): Promise<Plugin> {
  const started = await configured(config);
  others.push(started);
  return started;
}

const mapToken = "kubernetes:core/v1:ConfigMap";
const webToken = "kubernetes:apps/v1:Deployment";

function settings(namespace: string, more: Properties = {}): Properties {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings", namespace }, ...more };
}

function web(namespace: string, pod = {}): Properties {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace },
    spec: deployment("web", pod),
  };
}

describe("configuration", () => {
  const broken: [Record<string, string>, string, RegExp][] = [
    [{ kubeconfig: "/no/such/file" }, "kubeconfig", /no such file/],
    [{ kubeconfig: "not: [a document" }, "kubeconfig", /valid/],
    [{ kubeconfig: '{"apiVersion":"v1","kind":"Config"}' }, "kubeconfig", /no cluster/],
    [{ context: "nowhere" }, "context", /"nowhere"/],
  ];
  test.for(broken)("%j is an error that names the option", async ([config, option, reason]) => {
    const wrong = await another(config);
    const { message } = await callFailure(wrong.create(mapToken, settings("default")));
    expect(message).toContain(`${option}: `);
    expect(message).toMatch(reason);
  });

  test("options that are wrong or not supported are said before anything is made", async () => {
    const failures = await plugin.checkConfig({
      renderYamlToDirectory: "out",
      enableServerSideApply: "false",
      upsertExistingObjects: "maybe",
    });
    expect(failures.map(({ property }) => property)).toEqual([
      "enableServerSideApply",
      "renderYamlToDirectory",
      "upsertExistingObjects",
    ]);
  });

  test("another cluster replaces everything, other credentials do not", async () => {
    const config = (server: string, token: string) => ({
      kubeconfig: JSON.stringify({
        clusters: [{ name: "a", cluster: { server } }],
        users: [{ name: "a", user: { token } }],
        contexts: [{ name: "a", context: { cluster: "a", user: "a" } }],
        "current-context": "a",
      }),
    });
    const renewed = await plugin.diffConfig(config("https://a", "1"), config("https://a", "2"));
    expect(renewed).toMatchObject({ diffsList: ["kubeconfig"], replacesList: [] });
    const moved = await plugin.diffConfig(config("https://a", "1"), config("https://b", "1"));
    expect(moved).toMatchObject({ replacesList: ["kubeconfig"] });
  });
});

describe("validation", () => {
  test("unknown fields are errors that name them, in a preview already", async () => {
    const namespace = await bench().namespace();
    const wrong = web(namespace, { containerz: [] });
    expect((await callFailure(plugin.create(webToken, wrong))).message).toContain("containerz");
    expect((await callFailure(plugin.create(webToken, wrong, { preview: true }))).message).toContain("containerz");
    const strict = await another();
    expect((await callFailure(strict.create(webToken, wrong))).message).toContain("containerz");
    expect(await bench().list({ apiVersion: "apps/v1", kind: "Deployment", namespace })).toEqual([]);
  });

  test("what is not known yet is never sent", async () => {
    const namespace = await bench().namespace();
    const preview = await plugin.create(mapToken, settings(namespace, { data: { a: unknown } }), { preview: true });
    expect(preview).toMatchObject({ id: "", state: { data: { a: unknown }, metadata: { uid: unknown } } });
    const dry = await plugin.create(mapToken, settings(namespace, { data: { a: "1" } }), { preview: true });
    expect(dry.state).toMatchObject({ data: { a: "1" }, metadata: { uid: unknown, resourceVersion: unknown } });
    expect(await bench().read(configMap("settings", namespace))).toBeUndefined();
  });

  test("lists, generated names and patches without a name are refused", async () => {
    const list = await plugin.check("kubernetes:core/v1:ConfigMapList", { kind: "ConfigMapList", items: [] });
    expect(list.failures).toMatchObject([{ property: "kind" }]);
    const patch = await plugin.check("kubernetes:core/v1:ConfigMapPatch", { kind: "ConfigMap", apiVersion: "v1" });
    expect(patch.failures).toMatchObject([{ property: "metadata.name" }]);
    const generated = plugin.check(mapToken, { metadata: { generateName: "a-" } });
    expect((await callFailure(generated)).message).toContain("generateName");
  });

  test("a missing namespace and a missing kind are said when waiting for them ends", async () => {
    const { message } = await callFailure(plugin.create(mapToken, settings("no-such-namespace"), { timeout: 1 }));
    expect(message).toContain("no-such-namespace");
    const widget = { apiVersion: "example.org/v1", kind: "Widget", metadata: { name: "a", namespace: "default" } };
    const missing = await callFailure(plugin.create("kubernetes:example.org/v1:Widget", widget, { timeout: 1 }));
    expect(missing.message).toContain("Widget");
  });
});

describe("replacing", () => {
  test("fields that the API server does not let change are learned from it", async () => {
    const name = bench().unique("class");
    const token = "kubernetes:networking.k8s.io/v1:IngressClass";
    const wanted = (controller: string, label: string) => ({
      apiVersion: "networking.k8s.io/v1",
      kind: "IngressClass",
      metadata: { name, labels: { label } },
      spec: { controller },
    });
    const { id, state } = await plugin.create(token, wanted("example.com/a", "1"));
    const relabeled = await plugin.diff(token, state, wanted("example.com/a", "1"), wanted("example.com/a", "2"));
    expect(relabeled).toMatchObject({ diffsList: ["metadata"], replacesList: [] });
    const moved = await plugin.diff(token, state, wanted("example.com/a", "1"), wanted("example.com/b", "1"));
    expect(moved).toMatchObject({ replacesList: ["spec.controller"], deletebeforereplace: true });
    await plugin.delete(token, id, state);
  });

  test("a claim that cannot shrink is an error, not a new claim", async () => {
    const namespace = await bench().namespace();
    const token = "kubernetes:core/v1:PersistentVolumeClaim";
    const wanted = (storage: string) => ({
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "home", namespace, annotations: { "pulumi.com/skipAwait": "true" } },
      spec: { accessModes: ["ReadWriteOnce"], storageClassName: "none", resources: { requests: { storage } } },
    });
    const { id, state } = await plugin.create(token, wanted("2Gi"));
    expect(await plugin.diff(token, state, wanted("2Gi"), wanted("1Gi"))).toMatchObject({ replacesList: [] });
    const shrunk = await callFailure(plugin.update(token, id, state, wanted("2Gi"), wanted("1Gi")));
    expect(shrunk.message).toContain("home");
  });
});

describe("deleting", () => {
  test("another object that took the name is left alone", async () => {
    const namespace = await bench().namespace();
    const { id, state } = await plugin.create(mapToken, settings(namespace));
    await bench().delete(configMap("settings", namespace));
    const theirs = await bench().create({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "settings", namespace },
    });
    await plugin.delete(mapToken, id, state);
    expect((await bench().read(configMap("settings", namespace)))?.metadata?.uid).toBe(theirs.metadata?.uid);
  });

  test("objects of a kind that is gone count as deleted", async () => {
    const state = { apiVersion: "example.org/v1", kind: "Widget", metadata: { name: "a", namespace: "default" } };
    await plugin.delete("kubernetes:example.org/v1:Widget", "default/a", state);
  });
});

describe("a name that is not free yet", () => {
  test.for([
    ["taking over", { upsertExistingObjects: "true" }],
    ["making anew", {}],
  ] as const)("is waited for when %s", async ([, config]) => {
    const namespace = await bench().namespace();
    const held = configMap("settings", namespace);
    const former = await bench().create({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "settings", namespace, finalizers: ["example.com/hold"] },
    });
    await bench().delete(held);
    const creating = (await another(config)).create(mapToken, settings(namespace));
    await bench().patch(held, { metadata: { finalizers: [] } });
    await creating;
    expect((await bench().read(held))?.metadata?.uid).not.toBe(former.metadata?.uid);
  });
});

describe("waiting", () => {
  test("a cancellation reports what was made, with its state", async () => {
    const namespace = await bench().namespace();
    const canceled = await another();
    const running = callFailure(canceled.create(webToken, web(namespace, unschedulable)));
    const made = { apiVersion: "apps/v1", kind: "Deployment", name: "web", namespace };
    await bench().until("the deployment is made", () => bench().read(made));
    const started = Date.now();
    await canceled.cancel();
    const { message, details } = await running;
    expect(Date.now() - started).toBeLessThan(5_000);
    expect(message).toContain("canceled");
    expect(details).toContain("pulumirpc.ErrorResourceInitFailed");
    expect(details).toContain(`${namespace}/web`);
  });

  test("time running out says what is missing and which pod is to blame", async () => {
    const namespace = await bench().namespace();
    const { message } = await callFailure(plugin.create(webToken, web(namespace, unschedulable), { timeout: 2 }));
    expect(message).toContain("timed out after 2s");
    expect(message).toContain("0 of 1 replicas are available");
    expect(message).toContain("Unschedulable");
  });

  test("a pod that fails is not waited for any longer", async () => {
    const namespace = await bench().namespace();
    const pod = { apiVersion: "v1", kind: "Pod", name: "pod", namespace };
    const inputs = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "pod", namespace },
      spec: { containers: [{ name: "main", image: "example.com/main:1" }], ...unschedulable },
    };
    const running = callFailure(plugin.create("kubernetes:core/v1:Pod", inputs));
    await bench().until("the pod is made", () => bench().read(pod));
    await bench().patchPodStatus(pod, { phase: "Failed", message: "broken" });
    expect((await running).message).toContain("the pod failed: ");
  });
});
