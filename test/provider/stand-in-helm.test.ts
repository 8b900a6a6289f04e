import { readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import * as kubernetes from "@pulumi/kubernetes";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { versions } from "../../toolchain/versions.ts";
import { type Live, useProvider } from "../support/provider.ts";
import { buildStandIn, Plugin, type Properties, sources, unknown } from "../support/provider-plugin.ts";

// Releases of charts, which only the stand-in installs without the charts. Through the engine and on the run's cluster.
const bench = useProvider();
const token = "kubernetes:helm.sh/v3:Release";
let plugin: Plugin;
let namespace: string;

beforeAll(async () => {
  const built = await buildStandIn(bench().pulumi.work);
  // Here also where set-up could get the official plugin.
  const { home } = bench().pulumi.installation;
  const place = join(
    home,
    "plugins",
    `resource-kubernetes-v${versions.pulumiKubernetes}`,
    "pulumi-resource-kubernetes",
  );
  rmSync(place);
  symlinkSync(built, place);
  plugin = await Plugin.start(built);
  await plugin.configure({ kubeconfig: bench().kubeconfig });
});
afterAll(() => plugin.stop());
beforeEach(() => {
  namespace = bench().unreservedNamespace();
});

const certManager = {
  name: "cert-manager",
  chart: "cert-manager",
  version: "v1.21.1",
  repositoryOpts: { repo: "https://charts.jetstack.io" },
} as const;

function release(more: Partial<kubernetes.helm.v3.ReleaseArgs>, provider = bench().provider()) {
  const args = { ...certManager, namespace, createNamespace: true, atomic: true, ...more };
  return new kubernetes.helm.v3.Release("release", args, { provider });
}

const object = (kind: string, name: string, apiVersion = "v1") => bench().read({ apiVersion, kind, name, namespace });

/** What a Secret of Helm's says: the labels, and what is in it. */
async function revision(number: number): Promise<{ labels: unknown; held: Record<string, unknown> } | undefined> {
  const secret = await object("Secret", `sh.helm.release.v1.cert-manager.v${number}`);
  if (!secret) return undefined;
  return { labels: secret.metadata?.labels, held: JSON.parse(decoded(secret)) };
}

function decoded({ data }: Live): string {
  const held: unknown = Object.entries(data ?? {})[0]?.[1];
  return Buffer.from(String(held), "base64").toString("utf8");
}

describe("a release", () => {
  test("makes its namespace, its kinds and what others refer to, and takes away all but the kinds", async () => {
    const stack = await bench().stack();
    const program = (replicas: number) => async () => {
      const provider = bench().provider();
      const made = release({ values: { crds: { enabled: true }, webhook: { replicaCount: replicas } } }, provider);
      const issuer = new kubernetes.apiextensions.CustomResource(
        "issuer",
        {
          apiVersion: "cert-manager.io/v1",
          kind: "Issuer",
          metadata: { name: "self-signed", namespace },
          spec: { selfSigned: {} },
        },
        { provider, dependsOn: [made] },
      );
      return { status: made.status, issuer: issuer.id };
    };
    expect((await stack.preview(program(1))).counts).toMatchObject({ create: expect.any(Number) });
    const first = await stack.up(program(1));
    expect(first.outputs).toMatchObject({
      status: {
        value: {
          appVersion: "v1.21.1",
          chart: "cert-manager",
          name: "cert-manager",
          namespace,
          revision: 1,
          status: "deployed",
          version: "v1.21.1",
        },
      },
      issuer: { value: `${namespace}/self-signed` },
    });
    expect(await object("Deployment", "cert-manager-webhook", "apps/v1")).toMatchObject({
      metadata: { labels: { "app.kubernetes.io/managed-by": "Helm", "app.kubernetes.io/instance": "cert-manager" } },
      spec: { replicas: 1, template: { spec: { serviceAccountName: "cert-manager-webhook" } } },
      status: { readyReplicas: 1 },
    });
    expect(await object("Service", "cert-manager-webhook")).toBeDefined();
    expect(await revision(1)).toMatchObject({
      labels: { owner: "helm", name: "cert-manager", status: "deployed", version: "1" },
      held: { chart: { metadata: { version: "v1.21.1" } }, config: { crds: { enabled: true } } },
    });

    expect((await stack.up(program(1))).summary.resourceChanges).toEqual({ same: 4 });
    const second = await stack.up(program(2));
    expect(second.summary.resourceChanges).toEqual({ same: 3, update: 1 });
    expect(second.outputs).toMatchObject({ status: { value: { revision: 2, status: "deployed" } } });
    expect(await object("Deployment", "cert-manager-webhook", "apps/v1")).toMatchObject({
      status: { readyReplicas: 2 },
    });
    expect((await revision(1))?.labels).toMatchObject({ status: "superseded" });

    await stack.destroy();
    expect(await object("Deployment", "cert-manager", "apps/v1")).toBeUndefined();
    expect(await revision(2)).toBeUndefined();
    const kinds = await bench().list({
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      namespace: "",
    });
    expect(kinds.map(({ metadata }) => metadata?.name)).toContain("certificates.cert-manager.io");
  });

  test("that somebody took away is made again after a refresh", async () => {
    const stack = await bench().stack();
    const program = async () => {
      release({});
    };
    await stack.up(program);
    await bench().delete({ apiVersion: "v1", kind: "Secret", name: "sh.helm.release.v1.cert-manager.v1", namespace });
    await stack.refresh();
    expect(await stack.resources()).toEqual([]);
    expect((await stack.up(program)).summary.resourceChanges).toMatchObject({ create: 1 });
    await stack.destroy();
  });

  test("without room for its pods is taken back when it is atomic, and kept as failed when not", async () => {
    await bench().create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    const quota = { apiVersion: "v1", kind: "ResourceQuota", metadata: { name: "none", namespace } };
    await bench().create({ ...quota, spec: { hard: { pods: "0" } } });
    const stack = await bench().stack();
    const program = (atomic: boolean) => async () => {
      const made = release({ atomic, timeout: atomic ? 3 : 4 });
      return { status: made.status.status };
    };
    const said = await stack.failingUp(program(true));
    expect(said).toContain("timed out after 3s");
    expect(said).toContain("as it is atomic, it was taken back");
    expect(await object("Deployment", "cert-manager", "apps/v1")).toBeUndefined();
    expect(await revision(1)).toBeUndefined();

    await stack.failingUp(program(false));
    expect((await revision(1))?.labels).toMatchObject({ status: "failed" });
    await bench().delete({ ...quota, name: "none", namespace });
    expect((await stack.up(program(false))).outputs).toEqual({ status: { value: "deployed", secret: false } });
    expect((await revision(2))?.labels).toMatchObject({ status: "deployed" });
    await stack.destroy();
  });

  test("leaves alone what is not its own", async () => {
    await bench().create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    await bench().create({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "cert-manager", namespace } });
    const stack = await bench().stack();
    expect(
      await stack.failingUp(async () => {
        release({});
      }),
    ).toContain("exists and cannot be imported into the current release");
    expect(await object("ServiceAccount", "cert-manager")).toMatchObject({ metadata: { name: "cert-manager" } });
  });

  test("whose values are not known yet can be previewed", async () => {
    const args: Properties = { ...certManager, namespace, values: { region: unknown } };
    const { failures, inputs } = await plugin.check(token, args);
    expect(failures).toEqual([]);
    const { state } = await plugin.create(token, inputs, { preview: true });
    expect(state).toEqual({ ...args, status: unknown, resourceNames: unknown });
  });
});

interface Chart {
  readonly name: string;
  readonly version: string;
  readonly repository: string;
}

test.each<Chart>(JSON.parse(readFileSync(join(sources, "charts.json"), "utf8")))(
  "$name is installed with what the chart would name, and removed",
  async ({ name, version, repository }) => {
    const values = { service: { type: "ClusterIP" } };
    const args = { name: "it", namespace, createNamespace: true, chart: name, version, values };
    const { inputs } = await plugin.check(token, { ...args, repositoryOpts: { repo: repository } });
    const { id, state } = await plugin.create(token, inputs);
    expect(id).toBe(`${namespace}/it`);
    expect(state).toMatchObject({ status: { chart: name, revision: 1, status: "deployed" } });
    const workloads = await Promise.all(
      ["Deployment", "DaemonSet"].map((kind) => bench().list({ apiVersion: "apps/v1", kind, namespace })),
    );
    expect(workloads.flat().length).toBeGreaterThan(0);
    await plugin.delete(token, id, state, inputs);
    for (const kind of ["Deployment", "DaemonSet"]) {
      expect(await bench().list({ apiVersion: "apps/v1", kind, namespace })).toEqual([]);
    }
  },
);

test.each<[string, Properties, string, string]>([
  ["another chart", { chart: "redis" }, "chart", '"redis" is not prepared'],
  [
    "another version",
    { version: "v1.0.0" },
    "version",
    '"v1.0.0" of cert-manager is not prepared: this stand-in installs v1.21.1',
  ],
  [
    "another repository",
    { repositoryOpts: { repo: "https://example.com" } },
    "repositoryOpts.repo",
    "https://charts.jetstack.io",
  ],
  ["an option that there is not", { atomik: true }, "atomik", "a Release has no such option"],
  [
    "what needs the chart itself",
    { valueYamlFiles: ["values.yaml"] },
    "valueYamlFiles",
    "this stand-in cannot do that",
  ],
])("%s is refused", async (_, more, property, reason) => {
  const { failures } = await plugin.check(token, { ...certManager, ...more });
  expect(failures).toEqual([{ property, reason: expect.stringContaining(reason) }]);
});
