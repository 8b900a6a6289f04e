import { RuntimeError } from "../runtime.ts";
import { assertOwnNamespace, type ClusterApi, isOurs } from "./api.ts";
import type { ObjectCache } from "./cache.ts";
import { isStatus } from "./client.ts";
import type { ClaimObject, DeploymentObject, NamespaceObject } from "./objects.ts";
import { whyNotGone } from "./observe.ts";
import type { Sleep } from "./sleep.ts";
import type { Volumes } from "./volumes.ts";
import { patiently, remaining, type Waiting, type Waits } from "./waits.ts";

export interface Removal {
  /** Resolves when the namespace that is terminating under that name, if any, is gone. */
  waitGone(workspace: string, waiting: Waiting): Promise<void>;
  remove(workspace: string, waiting: Waiting): Promise<void>;
}

/** The namespace's status changes now and then between reading and deleting it. */
const deleteTries = 8;

/** How long the pods may take to end before the namespace is deleted around them. */
const drainMs = 60_000;

interface Parts {
  readonly api: ClusterApi;
  readonly namespaces: ObjectCache<NamespaceObject>;
  readonly deployments: ObjectCache<DeploymentObject>;
  readonly claims: ObjectCache<ClaimObject>;
  readonly volumes: Volumes;
  readonly sleep: Sleep;
  readonly waits: Waits;
}

export function createRemoval({ api, namespaces, deployments, claims, volumes, sleep, waits }: Parts): Removal {
  const awaitGone = async (read: NamespaceObject, waiting: Waiting): Promise<void> => {
    const { name, uid, resourceVersion } = read.metadata;
    let last = read;
    await waits.until(
      name,
      waiting,
      () => {
        const now = namespaces.get(name, uid);
        last = now ?? last;
        return namespaces.hasSeen(resourceVersion) && !now ? true : undefined;
      },
      () => `its namespace is not gone${[": ", whyNotGone(last) ?? ""].join("").replace(/^: $/, "")}`,
    );
  };

  /**
   * Ends the pods in good order, then lets the claims go. The namespace's controller would do the same, but looks
   * again only after half of the pods' grace period (16 s) and after 8 s for the claims' finalizer: an empty namespace
   * goes at its first look, 5 s after its deletion. So this helps while a namespace is terminating, too.
   */
  const drain = async (workspace: string, waiting: Waiting): Promise<void> => {
    const since = Date.now();
    if (deployments.of(workspace).length > 0) {
      await sleep.scale(workspace, 0);
      await sleep.waitStopped(workspace, waiting);
    }
    for (const claim of await api.claims(workspace)) {
      if (!isOurs(claim.metadata.labels, api.installation)) continue;
      await api.deleteClaim(claim);
      const { uid, resourceVersion } = claim.metadata;
      const gone = (): true | undefined =>
        claims.hasSeen(resourceVersion) && !claims.get(workspace, uid) ? true : undefined;
      await waits.until(workspace, remaining(waiting, since), gone, () => "its claim is not gone");
    }
  };

  /** Reads, checks whose it is, deletes exactly that; again when it changed in between. */
  const deleteNamespace = async (workspace: string, waiting: Waiting): Promise<NamespaceObject | undefined> => {
    let drained = false;
    for (let attempt = 1; ; attempt += 1) {
      const namespace = await api.namespace(workspace);
      if (!namespace) return undefined;
      assertOwnNamespace(namespace, api.installation);
      const terminating = namespace.metadata.deletionTimestamp !== undefined;
      if (!terminating) await volumes.assertDisposed(workspace);
      if (!drained) {
        drained = true;
        await drain(workspace, { ...waiting, deadline: Math.min(drainMs, waiting.deadline) }).catch(
          (error: unknown) => {
            // Only a hurry: what cannot be drained is deleted with the namespace, and told of if that hangs too.
            if (!(error instanceof RuntimeError)) throw error;
          },
        );
        continue;
      }
      if (terminating) return namespace;
      try {
        await api.deleteNamespace(namespace);
        return namespace;
      } catch (error) {
        if (isStatus(error, 404)) return undefined;
        if (!isStatus(error, 409) || attempt === deleteTries) throw error;
      }
    }
  };

  return {
    async waitGone(workspace, waiting) {
      const since = Date.now();
      const namespace = await patiently(() => api.namespace(workspace), waiting);
      if (!namespace?.metadata.deletionTimestamp) return;
      assertOwnNamespace(namespace, api.installation);
      await awaitGone(namespace, remaining(waiting, since));
    },

    async remove(workspace, waiting) {
      const since = Date.now();
      const namespace = await deleteNamespace(workspace, waiting);
      if (namespace) await awaitGone(namespace, remaining(waiting, since));
      const [left] = await Promise.all([api.sweep(workspace), volumes.settled(workspace, remaining(waiting, since))]);
      if (left.length === 0) return;
      throw new RuntimeError("refused", `${workspace} is gone, but this still carries its labels: ${left.join(", ")}.`);
    },
  };
}
