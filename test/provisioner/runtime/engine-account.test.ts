import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { adminClient } from "../../support/kubernetes.ts";
import { kubernetesWorld } from "../../support/kubernetes-world.ts";
import { layTestFoundation } from "../../support/laid-foundation.ts";
import { usePlatform } from "../../support/platform.ts";
import { describeRuntimeContract } from "../../support/runtime-contract.ts";

const cleanups: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const cleanup of cleanups.toReversed()) await cleanup();
});

// The engine's account, behind its walls: with these rights and no more everything of the contract must work.
describeRuntimeContract("Kubernetes, as the engine's ServiceAccount", async () => {
  const { kubeconfig } = usePlatform();
  const folder = await mkdtemp(join(tmpdir(), "berth-test-engine-account-"));
  cleanups.push(() => rm(folder, { recursive: true }));
  const { engineKubeconfig, installation, storageClass, dispose } = await layTestFoundation(kubeconfig, folder);
  cleanups.push(dispose);
  return kubernetesWorld({
    kubeconfig: engineKubeconfig,
    admin: await adminClient(kubeconfig),
    installation,
    storageClassName: storageClass,
  });
});
