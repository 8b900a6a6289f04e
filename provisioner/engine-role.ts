import { join } from "node:path";
import type { Logger } from "pino";
import type { Config } from "./config.ts";
import { createEngine } from "./engine/create-engine.ts";
import type { Queue } from "./queue/queue.ts";
import type { Check } from "./readiness.ts";
import { createKubernetesRuntime } from "./runtimes/kubernetes/runtime.ts";
import { keptPassphrase, reachingCluster } from "./startup.ts";
import type { Stops } from "./stops.ts";
import type { Database } from "./store/database.ts";
import type { Notifications } from "./store/notifications.ts";

export interface EngineRoleDeps {
  readonly config: Config;
  readonly database: Database;
  readonly queue: Queue;
  readonly notifications: Notifications;
  readonly log: Logger;
  readonly stops: Stops;
}

/** Starts what runs operations: the cluster's watches, the engine's workers, the reconciler. */
export async function startEngineRole({ config, log, stops }: EngineRoleDeps): Promise<readonly Check[]> {
  const { engine: options, cluster } = config;
  const kubeconfig = cluster.kubeconfig ?? join(config.state, "platform", "kubeconfig");
  const runtime = await reachingCluster(kubeconfig, async () => {
    const made = await createKubernetesRuntime({
      kubeconfig,
      context: cluster.context,
      installation: cluster.installation,
      onWatch: (state) => log.warn({ state }, "A watch of the cluster"),
    });
    stops.add("runtime", () => made.close());
    await made.start();
    return made;
  });
  const engine = createEngine({
    pulumi: options.pulumiCommand ?? "pulumi",
    pulumiHome: options.pulumiHome,
    backend: options.backendUrl,
    passphrase: options.passphrase ?? (await keptPassphrase(config.state)),
    kubeconfig,
    ...(cluster.context === undefined ? {} : { context: cluster.context }),
    workFolder: join(config.state, "run", "engine"),
    idleWorkers: options.idleWorkers,
  });
  stops.add("engine", () => engine.close());
  return [
    {
      name: "cluster",
      reason: "the cluster does not answer",
      // Asks for a workspace that is not there: the cheapest question that the engine's rights allow.
      look: () => runtime.observe("ws-aaaaaaaaaaaaaaaa"),
    },
  ];
}
