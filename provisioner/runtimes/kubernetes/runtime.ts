import { installationSelector, labelKeys } from "../../../components/core/labels.ts";
import type { Observed, Runtime } from "../runtime.ts";
import { type AccessOptions, loadAccess } from "./access.ts";
import { assertOwnNamespace, createApi, isOurs } from "./api.ts";
import { createCache, createChanges } from "./cache.ts";
import { createClient, type KubernetesClient } from "./client.ts";
import { paths } from "./names.ts";
import { claimObject, deploymentObject, namespaceObject, podObject, volumeObject } from "./objects.ts";
import { observedOf, type Seen, summarizeEvents, whyNotReady } from "./observe.ts";
import { createRemoval } from "./remove.ts";
import { createSleep } from "./sleep.ts";
import { createVolumes, isKept, workspaceOfVolume } from "./volumes.ts";
import { createWaits, patiently, remaining } from "./waits.ts";
import { createWatch, type Watch, type WatchState } from "./watch.ts";

export interface KubernetesRuntimeOptions extends AccessOptions {
  /** Which Berth this is: only objects with this label are its own. */
  readonly installation: string;
  /** Told when one of the shared watches breaks and when it stands again. */
  readonly onWatch?: (state: WatchState) => void;
  /** A client in place of the one made from the kubeconfig; the runtime closes it. */
  readonly client?: KubernetesClient;
}

/**
 * Workspaces on Kubernetes. Five watches, one per kind, serve all workspaces: whoever waits is woken by the event, and
 * nothing is polled.
 *
 * @throws UserError when the kubeconfig cannot be used.
 */
export async function createKubernetesRuntime(options: KubernetesRuntimeOptions): Promise<Runtime> {
  const { installation } = options;
  const client = options.client ?? createClient(await loadAccess(options));
  const api = createApi(client, installation);
  const changes = createChanges();
  const waits = createWaits(changes);
  const selector = installationSelector(installation);

  const namespaces = createCache<Seen["namespace"] & object>(({ metadata }) => metadata.name, changes);
  const deployments = createCache<Seen["deployment"] & object>(({ metadata }) => metadata.namespace, changes);
  const pods = createCache<Seen["pods"][number]>(({ metadata }) => metadata.namespace, changes);
  const claims = createCache<Seen["claims"][number]>(({ metadata }) => metadata.namespace, changes);
  // Volumes that Kubernetes provisions carry none of our labels: all are watched, and told apart by their claim.
  const persistentVolumes = createCache(workspaceOfVolume, changes);

  const shared = { client, ...(options.onWatch ? { onState: options.onWatch } : {}) };
  const watches: readonly Watch[] = [
    createWatch({ ...shared, path: paths.namespaces, selector, schema: namespaceObject, sink: namespaces }),
    createWatch({ ...shared, path: paths.deployments, selector, schema: deploymentObject, sink: deployments }),
    createWatch({ ...shared, path: paths.pods, selector, schema: podObject, sink: pods }),
    createWatch({ ...shared, path: paths.claims, selector, schema: claimObject, sink: claims }),
    createWatch({ ...shared, path: paths.volumes, schema: volumeObject, sink: persistentVolumes }),
  ];

  const seen = (workspace: string): Seen => ({
    namespace: namespaces.of(workspace)[0],
    deployment: deployments.of(workspace)[0],
    pods: pods.of(workspace),
    claims: claims.of(workspace),
  });

  /** Words for a timeout: what the watches know, what the events say, and whether the watches still stand. */
  const whyLate = async (workspace: string, what: string): Promise<string> => {
    const broken = Math.max(...watches.map((watch) => watch.brokenFor()));
    if (broken > 0) return `the cluster at ${api.server} has not answered for ${Math.round(broken / 1000)} s`;
    const events = summarizeEvents(await api.events(workspace).catch(() => []));
    return [what, events].filter(Boolean).join(" — ");
  };

  const volumes = createVolumes(api, persistentVolumes, waits);
  const sleep = createSleep(api, deployments, pods, waits, whyLate);
  const removal = createRemoval({ api, namespaces, deployments, claims, volumes, sleep, waits });

  return {
    async start() {
      const started = await Promise.allSettled(watches.map((watch) => watch.start()));
      for (const result of started) if (result.status === "rejected") throw result.reason;
    },

    async assertOurs(workspace) {
      const namespace = await api.namespace(workspace);
      if (namespace) assertOwnNamespace(namespace, installation);
    },

    async observe(workspace) {
      const [namespace, deployment] = await Promise.all([api.namespace(workspace), api.deployment(workspace)]);
      if (namespace) assertOwnNamespace(namespace, installation);
      return observedOf({ ...seen(workspace), namespace, deployment });
    },

    async waitReady(workspace, waiting) {
      const since = Date.now();
      // What the watch says now may be from before the caller's last change: it must have come as far as this answer.
      const asked = await patiently(() => api.deployment(workspace), waiting);
      return waits.until<Observed>(
        workspace,
        remaining(waiting, since),
        () => {
          const now = seen(workspace);
          if (asked && !deployments.hasSeen(asked.metadata.resourceVersion)) return undefined;
          const observed = observedOf(now);
          return observed.ready ? observed : undefined;
        },
        () => whyLate(workspace, `it is not ready: ${whyNotReady(seen(workspace)) ?? "its state is not known"}`),
      );
    },

    scale: sleep.scale,
    waitStopped: sleep.waitStopped,
    waitGone: removal.waitGone,
    remove: removal.remove,
    disposeVolume: volumes.dispose,
    reclaimVolume: volumes.reclaim,
    deleteVolume: volumes.delete,

    async list() {
      const [spaces, left] = await Promise.all([api.namespaces(), api.volumes()]);
      const ids = new Set(spaces.map(({ metadata }) => metadata.name));
      for (const volume of left) {
        const workspace = volume.metadata.labels[labelKeys.workspace];
        if (workspace && isOurs(volume.metadata.labels, installation) && !isKept(volume)) ids.add(workspace);
      }
      return [...ids].toSorted();
    },

    async close() {
      waits.close();
      await Promise.all(watches.map((watch) => watch.close()));
      client.close();
    },
  };
}
