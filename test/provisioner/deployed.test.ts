import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { parseFoundationSpec } from "../../components/platform/spec.ts";
import { planProvisioner, variablesOf } from "../../components/provisioner/plan.ts";
import { parseProvisionerSpec } from "../../components/provisioner/spec.ts";
import { applyObject, type Manifest, pathOf } from "../../provisioner/runtimes/kubernetes/apply.ts";
import type { KubernetesClient } from "../../provisioner/runtimes/kubernetes/client.ts";
import { adminClient } from "../support/kubernetes.ts";
import { layTestFoundation, type TestFoundation } from "../support/laid-foundation.ts";
import { usePlatform } from "../support/platform.ts";

let folder: string;
let foundation: TestFoundation;
let admin: KubernetesClient;

beforeAll(async () => {
  const { kubeconfig } = usePlatform();
  folder = await mkdtemp(join(tmpdir(), "berth-test-deployed-"));
  foundation = await layTestFoundation(kubeconfig, folder);
  admin = await adminClient(kubeconfig);
});
afterAll(async () => {
  await foundation?.dispose();
  admin?.close();
  await rm(folder, { recursive: true });
});

const deployment = z.looseObject({
  spec: z.looseObject({ replicas: z.number() }),
  status: z.looseObject({ readyReplicas: z.number().optional() }).optional(),
});

it("every object of the provisioner is taken by a real API server, and every pod of it is let run", async () => {
  const { installation } = foundation;
  const storage = { provisioner: "kubernetes.io/host-path" } as const;
  const plan = planProvisioner(
    parseProvisionerSpec({
      workspaceDomain: "ws.example.com",
      network: { vpc: "10.20.0.0/16", edgeNamespaces: ["traefik", "cloudflared"] },
      router: { autoscaling: { maxReplicas: 4 } },
    }),
    parseFoundationSpec({ installation, name: installation, storage }),
    true,
  );
  const environments = plan.environments({
    database: {
      ...{ host: "db", port: 5432, name: "berth", region: "eu-central-1", mountedAuthorities: true },
      master: { user: "berth_master", secretArn: "arn" },
    },
    state: { backendUrl: "s3://state", secretsProvider: "awskms:///key" },
    workspaceImages: {},
  });
  const facts = { image: "registry.example.com/berth@sha256:0", checksum: "0" };
  const services = ["api", "router", "engine"] as const;
  const deployments = services.map((service) => plan.deployment(service, facts));
  const { names } = plan;
  const manifests: readonly Manifest[] = [
    ...Object.values(plan.networkPolicies),
    ...services.map((service) => plan.settings(service, environments[service])),
    plan.secret({ BERTH_ADMIN_TOKEN: "aHVzaA==" }),
    plan.authorities("-----BEGIN CERTIFICATE-----"),
    plan.migrationAccount,
    plan.migration({ image: facts.image, name: names.object("migrate"), variables: variablesOf(environments.migrate) }),
    ...deployments,
    ...Object.values(plan.services),
    ...Object.values(plan.disruptionBudgets),
    ...Object.values(plan.autoscalers).filter((autoscaler) => autoscaler !== null),
  ];
  for (const manifest of manifests) await applyObject(admin, manifest, "berth-test");
  const readyOf = async () => {
    const found = await Promise.all(
      deployments.map(async (manifest) => deployment.parse(await admin.request({ path: pathOf(manifest) }))),
    );
    return found.every(({ spec, status }) => status?.readyReplicas === spec.replicas);
  };
  await expect.poll(readyOf, { timeout: 60_000 }).toBe(true);
});
