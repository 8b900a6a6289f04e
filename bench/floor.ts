import { flattenPlan, planWorkspace } from "../components/workspace/plan.ts";
import { loadAccess } from "../provisioner/runtimes/kubernetes/access.ts";
import { applyObject } from "../provisioner/runtimes/kubernetes/apply.ts";
import { createClient } from "../provisioner/runtimes/kubernetes/client.ts";
import { createKubernetesRuntime } from "../provisioner/runtimes/kubernetes/runtime.ts";
import { inParallel, type Latencies, summarize, timed } from "./statistics.ts";
import { benchWorkspaces, patience } from "./workspaces.ts";

export interface FloorOptions {
  readonly kubeconfig: string;
  readonly users: number;
  /** How many at a time. */
  readonly concurrency: number;
}

export interface FloorResult extends Latencies {
  /** CPU seconds of this process per create and delete. */
  readonly cpu: number;
}

const installation = "bench-floor";

/**
 * What the cluster itself takes: the same manifests by server-side apply over kept connections, until the Deployment is
 * Ready by one shared watch; then all are deleted again. Nothing can be faster without changing the cluster.
 */
export async function runFloor({ kubeconfig, users, concurrency }: FloorOptions): Promise<FloorResult> {
  const client = createClient(await loadAccess({ kubeconfig }));
  const runtime = await createKubernetesRuntime({ kubeconfig, installation });
  await runtime.start();
  const specs = benchWorkspaces(users, installation);
  const before = process.cpuUsage();
  try {
    const { each, wall } = await timed(specs, concurrency, async (spec) => {
      for (const manifest of flattenPlan(planWorkspace(spec))) await applyObject(client, manifest, "berth-bench");
      await runtime.waitReady(spec.id, patience);
    });
    await removeAll(specs.map(({ id }) => id));
    const { user, system } = process.cpuUsage(before);
    return { ...summarize(each, wall), cpu: Math.round((user + system) / users / 1e3) / 1e3 };
  } finally {
    await removeAll(await runtime.list()).catch(() => {});
    await runtime.close();
    client.close();
  }

  async function removeAll(ids: readonly string[]): Promise<void> {
    await inParallel(ids, concurrency, async (id) => {
      await runtime.disposeVolume(id, "delete");
      await runtime.remove(id, patience);
    });
  }
}
