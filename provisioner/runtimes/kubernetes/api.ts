import type { z } from "zod";
import { installationSelector, labelKeys, managedBy, workspaceSelector } from "../../../components/core/labels.ts";
import { RuntimeError } from "../runtime.ts";
import { isStatus, type KubernetesClient, mergePatch } from "./client.ts";
import { fieldManager, paths } from "./names.ts";
import {
  type ClaimObject,
  claimObject,
  type DeploymentObject,
  deploymentObject,
  type EventObject,
  eventObject,
  type NamespaceObject,
  namespaceObject,
  objectList,
  type PodObject,
  podObject,
  type VolumeObject,
  volumeObject,
} from "./objects.ts";

/** What the runtime asks of the cluster: one method per call, all of them listed in `permissions.ts`. */
export interface ClusterApi {
  readonly installation: string;
  readonly server: string;
  /** Undefined when there is none of that name. */
  namespace(workspace: string): Promise<NamespaceObject | undefined>;
  deployment(workspace: string): Promise<DeploymentObject | undefined>;
  pods(workspace: string): Promise<readonly PodObject[]>;
  claims(workspace: string): Promise<readonly ClaimObject[]>;
  events(workspace: string): Promise<readonly EventObject[]>;
  volume(name: string): Promise<VolumeObject | undefined>;
  /** All volumes of the cluster; callers at the same time share one list that began after each of them asked. */
  volumes(): Promise<readonly VolumeObject[]>;
  namespaces(): Promise<readonly NamespaceObject[]>;
  scale(workspace: string, replicas: number): Promise<void>;
  /** Deletes exactly the object that was read: its UID and its revision must still be the same. */
  deleteNamespace(read: NamespaceObject): Promise<void>;
  deleteClaim(read: ClaimObject): Promise<void>;
  /** Changes exactly the object that was read; conflicts when it has changed since. */
  patchVolume(read: VolumeObject, patch: VolumePatch): Promise<VolumeObject>;
  /** Everything namespaced that carries the workspace's labels, anywhere, as `Kind namespace/name`. */
  sweep(workspace: string): Promise<readonly string[]>;
}

export interface VolumePatch {
  readonly labels?: Readonly<Record<string, string | null>>;
  readonly annotations?: Readonly<Record<string, string | null>>;
  readonly spec?: Readonly<Record<string, unknown>>;
}

const pageSize = 500;

export function createApi(client: KubernetesClient, installation: string): ClusterApi {
  const get = async <T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> => {
    try {
      return schema.parse(await client.request({ path }));
    } catch (error) {
      if (isStatus(error, 404)) return undefined;
      throw error;
    }
  };
  const list = async <T>(path: string, schema: z.ZodType<T>, labelSelector?: string): Promise<T[]> => {
    const found: T[] = [];
    let next: string | undefined;
    do {
      const page = objectList.parse(
        await client.request({ path, query: { labelSelector, limit: pageSize, continue: next } }),
      );
      for (const item of page.items ?? []) found.push(schema.parse(item));
      next = page.metadata.continue || undefined;
    } while (next);
    return found;
  };
  const volumes = sharing(() => list(paths.volumes, volumeObject));

  return {
    installation,
    server: client.server,
    namespace: (workspace) => get(paths.namespace(workspace), namespaceObject),
    deployment: (workspace) => get(paths.deployment(workspace), deploymentObject),
    pods: (workspace) => list(paths.podsOf(workspace), podObject),
    claims: (workspace) => list(paths.claimsOf(workspace), claimObject),
    events: (workspace) => list(paths.eventsOf(workspace), eventObject),
    volume: (name) => get(paths.volume(name), volumeObject),
    volumes,
    namespaces: () => list(paths.namespaces, namespaceObject, installationSelector(installation)),

    async scale(workspace, replicas) {
      await client.request({
        method: "PATCH",
        path: paths.scale(workspace),
        query: { fieldManager },
        contentType: mergePatch,
        body: { spec: { replicas } },
      });
    },

    async deleteNamespace({ metadata: { name, uid, resourceVersion } }) {
      await client.request({
        method: "DELETE",
        path: paths.namespace(name),
        body: { apiVersion: "v1", kind: "DeleteOptions", preconditions: { uid, resourceVersion } },
      });
    },

    async deleteClaim({ metadata: { name, namespace, uid } }) {
      await client.request({
        method: "DELETE",
        path: `${paths.claimsOf(namespace ?? "")}/${name}`,
        body: { apiVersion: "v1", kind: "DeleteOptions", preconditions: { uid } },
      });
    },

    async patchVolume({ metadata: { name, uid, resourceVersion } }, { labels, annotations, spec }) {
      return volumeObject.parse(
        await client.request({
          method: "PATCH",
          path: paths.volume(name),
          query: { fieldManager },
          contentType: mergePatch,
          body: { metadata: { uid, resourceVersion, labels, annotations }, spec },
        }),
      );
    },

    async sweep(workspace) {
      const selector = workspaceSelector(installation, workspace);
      const kinds = [
        ["Namespace", paths.namespaces],
        ["Deployment", paths.deployments],
        ["Pod", paths.pods],
        ["PersistentVolumeClaim", paths.claims],
      ] as const;
      const found = await Promise.all(
        kinds.map(async ([kind, path]) => {
          const objects = await list(path, namespaceObject, selector);
          return objects.map(
            ({ metadata: { namespace, name } }) => `${kind} ${namespace ? `${namespace}/` : ""}${name}`,
          );
        }),
      );
      return found.flat();
    },
  };
}

/** Whether these labels say that the object is one of this installation's. */
export function isOurs(labels: Readonly<Record<string, string>>, installation: string): boolean {
  return labels[labelKeys.managedBy] === managedBy && labels[labelKeys.installation] === installation;
}

/** Throws `foreign` unless the namespace is this installation's and that workspace's. */
export function assertOwnNamespace({ metadata: { name, labels } }: NamespaceObject, installation: string): void {
  if (isOurs(labels, installation) && labels[labelKeys.workspace] === name) return;
  throw new RuntimeError(
    "foreign",
    `The namespace ${name} is there and does not carry this installation's labels: it is left alone.`,
  );
}

/** Callers while a call is on its way share the next one: it began after each of them asked, so it is fresh for all. */
function sharing<T>(call: () => Promise<T>): () => Promise<T> {
  let current: Promise<unknown> = Promise.resolve();
  let next: Promise<T> | undefined;
  return () => {
    next ??= current.then(() => {
      next = undefined;
      const started = call();
      current = started.catch(() => {});
      return started;
    });
    return next;
  };
}
