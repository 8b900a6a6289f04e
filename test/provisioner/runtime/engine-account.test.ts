import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { z } from "zod";
import { foundationNames } from "../../../components/platform/names.ts";
import { flattenFoundation, planFoundation } from "../../../components/platform/plan.ts";
import { parseFoundationSpec } from "../../../components/platform/spec.ts";
import { loadAccess } from "../../../provisioner/runtimes/kubernetes/access.ts";
import { applyObject, pathOf } from "../../../provisioner/runtimes/kubernetes/apply.ts";
import { adminClient, newWorkspaceId } from "../../support/kubernetes.ts";
import { kubernetesWorld } from "../../support/kubernetes-world.ts";
import { usePlatform } from "../../support/platform.ts";
import { describeRuntimeContract } from "../../support/runtime-contract.ts";

const cleanups: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const cleanup of cleanups.toReversed()) await cleanup();
});

const tokenRequest = z.object({ status: z.object({ token: z.string() }) });

// The engine's account, behind its walls: with these rights and no more everything of the contract must work.
describeRuntimeContract("Kubernetes, as the engine's ServiceAccount", async () => {
  const { kubeconfig } = usePlatform();
  const name = `rt-${newWorkspaceId().slice(3, 9)}`;
  const spec = parseFoundationSpec({
    installation: name,
    name,
    storage: { provisioner: "kubernetes.io/host-path", volumeBindingMode: "Immediate" },
  });
  const names = foundationNames(spec);
  const admin = await adminClient(kubeconfig);
  const cleaner = await adminClient(kubeconfig);
  cleanups.push(async () => cleaner.close());
  for (const manifest of flattenFoundation(planFoundation(spec))) {
    await applyObject(admin, manifest, "berth-test");
    cleanups.push(() => cleaner.request({ method: "DELETE", path: pathOf(manifest) }).catch(() => undefined));
  }

  const account = `/api/v1/namespaces/${names.namespace}/serviceaccounts/${names.serviceAccounts.engine}`;
  const { status } = tokenRequest.parse(
    await admin.request({ method: "POST", path: `${account}/token`, body: { spec: { expirationSeconds: 3600 } } }),
  );
  const folder = await mkdtemp(join(tmpdir(), "berth-test-engine-account-"));
  cleanups.push(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, "token"), `${status.token}\n`);
  const { server, authority } = await loadAccess({ kubeconfig });
  const own = {
    "current-context": "engine",
    clusters: [
      {
        name: "cluster",
        cluster: { server, "certificate-authority-data": Buffer.from(authority ?? "").toString("base64") },
      },
    ],
    users: [{ name: "engine", user: { tokenFile: "token" } }],
    contexts: [{ name: "engine", context: { cluster: "cluster", user: "engine" } }],
  };
  await writeFile(join(folder, "kubeconfig"), JSON.stringify(own));
  return kubernetesWorld({
    kubeconfig: join(folder, "kubeconfig"),
    admin,
    installation: name,
    storageClassName: names.storageClass,
  });
});
