import * as kubernetes from "@pulumi/kubernetes";
import { describe, expect, test } from "vitest";
import { useProvider } from "../support/provider.ts";
import { deployment, unschedulable } from "../support/provider-objects.ts";

// What is waited for, and how waiting ends; the official plugin and the stand-in alike.
const bench = useProvider();

describe("awaiting", () => {
  test("an update ends when deployments, claims, services and pods are ready", async () => {
    const namespace = bench().unreservedNamespace();
    const stack = await bench().stack();
    const { outputs } = await stack.up(async () => {
      const provider = bench().provider();
      const home = new kubernetes.core.v1.Namespace("home", { metadata: { name: namespace } }, { provider });
      const metadata = { name: "web", namespace: home.metadata.name };
      const storage = new kubernetes.storage.v1.StorageClass(
        "storage",
        { metadata: { name: namespace }, provisioner: "kubernetes.io/host-path" },
        { provider },
      );
      const later = new kubernetes.storage.v1.StorageClass(
        "later",
        {
          metadata: { name: `${namespace}-later` },
          provisioner: "kubernetes.io/host-path",
          volumeBindingMode: "WaitForFirstConsumer",
        },
        { provider },
      );
      const claim = (name: string, storageClassName: typeof storage.metadata.name) =>
        new kubernetes.core.v1.PersistentVolumeClaim(
          name,
          {
            metadata: { name, namespace: home.metadata.name },
            spec: { accessModes: ["ReadWriteOnce"], storageClassName, resources: { requests: { storage: "1Gi" } } },
          },
          { provider },
        );
      const web = new kubernetes.apps.v1.Deployment("web", { metadata, spec: deployment("web") }, { provider });
      const service = new kubernetes.core.v1.Service(
        "web",
        { metadata, spec: { selector: { app: "web" }, ports: [{ port: 80 }] } },
        { provider },
      );
      const pod = new kubernetes.core.v1.Pod(
        "pod",
        {
          metadata: { name: "pod", namespace: home.metadata.name },
          spec: { containers: [{ name: "a", image: "a:1" }] },
        },
        { provider },
      );
      return {
        phase: home.status.phase,
        available: web.status.availableReplicas,
        bound: claim("bound", storage.metadata.name).status.phase,
        pending: claim("pending", later.metadata.name).status.phase,
        address: service.spec.clusterIP,
        pod: pod.status.phase,
      };
    });
    expect(outputs).toMatchObject({
      phase: { value: "Active" },
      available: { value: 1 },
      bound: { value: "Bound" },
      pending: { value: "Pending" },
      pod: { value: "Running" },
    });
    const slices = await bench().list({ apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", namespace });
    expect(slices).toMatchObject([{ endpoints: [{ conditions: { ready: true } }] }]);
    await stack.destroy();
  });

  test("nothing is waited for where the program says so", async () => {
    const namespace = await bench().namespace();
    const stack = await bench().stack();
    const { outputs } = await stack.up(async () => {
      const metadata = { name: "web", namespace, annotations: { "pulumi.com/skipAwait": "true" } };
      const provider = bench().provider();
      const web = new kubernetes.apps.v1.Deployment(
        "web",
        { metadata, spec: deployment("web", unschedulable) },
        { provider },
      );
      new kubernetes.core.v1.Service(
        "web",
        { metadata, spec: { selector: { app: "web" }, ports: [{ port: 80 }] } },
        { provider },
      );
      return { id: web.id };
    });
    expect(outputs.id?.value).toBe(`${namespace}/web`);
    await stack.destroy();
  });

  test("what is not ready in time fails, stays in the state with its id, and can be mended", async () => {
    const namespace = await bench().namespace();
    const stack = await bench().stack();
    const program = (pod: Partial<kubernetes.types.input.core.v1.PodSpec>) => async () => {
      new kubernetes.apps.v1.Deployment(
        "web",
        { metadata: { name: "web", namespace }, spec: deployment("web", pod) },
        { provider: bench().provider(), customTimeouts: { create: "2s" } },
      );
    };
    const started = Date.now();
    const said = await stack.failingUp(program(unschedulable));
    expect(Date.now() - started).toBeLessThan(30_000);
    expect(said).toMatch(/tim(ed|eout)/i);
    const [kept] = await stack.resources();
    expect(kept).toMatchObject({ id: `${namespace}/web`, initErrors: expect.any(Array) });

    await stack.up(program({}));
    expect((await stack.resources())[0]?.initErrors).toBeUndefined();
  });

  test("a cancellation ends waiting at once and keeps what was made", async () => {
    const namespace = await bench().namespace();
    const stack = await bench().stack();
    const web = { apiVersion: "apps/v1", kind: "Deployment", name: "web", namespace };
    const cancel = new AbortController();
    const running = stack.failingUp(
      async () => {
        const metadata = { name: "web", namespace };
        new kubernetes.apps.v1.Deployment(
          "web",
          { metadata, spec: deployment("web", unschedulable) },
          { provider: bench().provider() },
        );
      },
      { signal: cancel.signal },
    );
    await bench().until("the deployment is made", () => bench().read(web));
    const canceled = Date.now();
    cancel.abort();
    await running;
    expect(Date.now() - canceled).toBeLessThan(15_000);
    expect(await stack.resources()).toMatchObject([{ id: `${namespace}/web` }]);
    await stack.destroy();
    expect(await bench().read(web)).toBeUndefined();
  });
});
