import { join } from "node:path";
import type { Logger } from "pino";
import type { Registry } from "prom-client";
import type { Config } from "./config.ts";
import { createEngine } from "./engine/create-engine.ts";
import type { Engine } from "./engine/engine.ts";
import { awsEnvironment } from "./engine/environment.ts";
import { readPolicies } from "./engine/policies.ts";
import { observeRuns, showStats } from "./engine-metrics.ts";
import { podKubeconfig } from "./pod-kubeconfig.ts";
import type { Queue } from "./queue/queue.ts";
import type { Check } from "./readiness.ts";
import { createReconciler } from "./reconcile/reconciler.ts";
import { createKubernetesRuntime } from "./runtimes/kubernetes/runtime.ts";
import { workspaceSettings } from "./settings.ts";
import { keptPassphrase, reachingCluster } from "./startup.ts";
import type { Stops } from "./stops.ts";
import type { Database } from "./store/database.ts";
import type { Notifications } from "./store/notifications.ts";
import { ownHolder } from "./store/process-id.ts";

export interface EngineRoleDeps {
  readonly config: Config;
  readonly database: Database;
  readonly queue: Queue;
  readonly notifications: Notifications;
  readonly registry: Registry;
  readonly log: Logger;
  readonly stops: Stops;
}

export interface EngineRole {
  readonly checks: readonly Check[];
  /** See `Engine`. */
  readonly reserve: Engine["reserve"];
  /** Takes nothing more; what runs gets so many milliseconds, then is handed over. */
  handOver(deadline: number): Promise<void>;
}

/** Starts what runs operations: the cluster's watches, the engine's workers, the reconciler. */
export async function startEngineRole(deps: EngineRoleDeps): Promise<EngineRole> {
  const { config, database, queue, notifications, registry, log, stops } = deps;
  const { engine: options, cluster } = config;
  const kubeconfig =
    cluster.kubeconfig ??
    (await podKubeconfig(join(config.state, "run"))) ??
    join(config.state, "platform", "kubeconfig");
  const runtime = await reachingCluster(kubeconfig, async () => {
    const made = await createKubernetesRuntime({
      kubeconfig,
      context: cluster.context,
      installation: cluster.installation,
      onWatch: (state) => log.info({ watch: state }, "A watch of the cluster"),
    });
    stops.add("runtime", () => made.close());
    await made.start();
    return made;
  });
  const engine = createEngine({
    pulumi: options.pulumiCommand ?? "pulumi",
    pulumiHome: options.pulumiHome,
    backend: options.backendUrl,
    secretsProvider: options.secretsProvider,
    passphrase: await passphraseOf(config),
    environment: awsEnvironment(process.env),
    kubeconfig,
    ...(cluster.context === undefined ? {} : { context: cluster.context }),
    workFolder: join(config.state, "run", "engine"),
    idleWorkers: options.idleWorkers,
    // Only the API of this process can give away what is begun here.
    standby: config.roles.api,
    onError: (error) => log.warn({ err: error }, "The next workspace's deploy could not be begun"),
    policies: await readPolicies(options.policies, config.workspaces.images),
  });
  stops.add("engine", () => engine.close());
  const { readySeconds, operationSeconds } = options;
  const reconciler = createReconciler({
    ...{ database, queue, notifications, engine, runtime, log },
    settings: workspaceSettings(config),
    holder: ownHolder(),
    observer: observeRuns(registry),
    options: {
      engineRuns: options.concurrency,
      deadlines: {
        deploy: operationSeconds * 1000,
        destroy: operationSeconds * 1000,
        ready: readySeconds * 1000,
        stopped: readySeconds * 1000,
        gone: readySeconds * 1000,
      },
    },
  });
  showStats(registry, engine, reconciler);
  await reconciler.start();
  return {
    reserve: engine.reserve,
    checks: [
      {
        name: "cluster",
        reason: "the cluster does not answer",
        // Asks for a workspace that is not there: the cheapest question that the engine's rights allow.
        look: () => runtime.observe("ws-aaaaaaaaaaaaaaaa"),
      },
    ],
    handOver: (deadline) => reconciler.stop(deadline),
  };
}

/** Where a key encrypts new stacks, one is only needed for older ones, and then it is given. */
async function passphraseOf({ engine, state }: Config): Promise<string | undefined> {
  if (engine.passphrase !== undefined) return engine.passphrase;
  return engine.secretsProvider === "passphrase" ? await keptPassphrase(state) : undefined;
}
