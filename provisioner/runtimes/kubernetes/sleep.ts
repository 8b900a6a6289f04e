import { RuntimeError } from "../runtime.ts";
import { type ClusterApi, isOurs } from "./api.ts";
import type { ObjectCache } from "./cache.ts";
import { isStatus } from "./client.ts";
import type { DeploymentObject, PodObject } from "./objects.ts";
import { isAsleep } from "./observe.ts";
import { patiently, remaining, type Waiting, type Waits } from "./waits.ts";

/** The hot path: sleeping and waking. */
export interface Sleep {
  scale(workspace: string, replicas: 0 | 1): Promise<void>;
  waitStopped(workspace: string, waiting: Waiting): Promise<void>;
}

export function createSleep(
  api: ClusterApi,
  deployments: ObjectCache<DeploymentObject>,
  pods: ObjectCache<PodObject>,
  waits: Waits,
  whyLate: (workspace: string, what: string) => Promise<string>,
): Sleep {
  return {
    async scale(workspace, replicas) {
      // The watch holds only what carries our labels; what is not in it is looked at before it is touched.
      if (deployments.of(workspace).length === 0) {
        const deployment = await api.deployment(workspace);
        if (!deployment) throw nothingToScale(workspace);
        if (!isOurs(deployment.metadata.labels, api.installation)) {
          throw new RuntimeError(
            "foreign",
            `The Deployment in ${workspace} is not this installation's: it is left alone.`,
          );
        }
      }
      try {
        await api.scale(workspace, replicas);
      } catch (error) {
        throw isStatus(error, 404) ? nothingToScale(workspace) : error;
      }
    },

    async waitStopped(workspace, waiting) {
      const since = Date.now();
      for (;;) {
        const asked = await patiently(() => api.deployment(workspace), remaining(waiting, since));
        await waits.until(
          workspace,
          remaining(waiting, since),
          () => {
            const deployment = deployments.of(workspace)[0];
            if (asked && !deployments.hasSeen(asked.metadata.resourceVersion)) return undefined;
            return pods.of(workspace).length === 0 && (!deployment || isAsleep(deployment)) ? true : undefined;
          },
          () => whyLate(workspace, `it has not stopped: ${pods.of(workspace).length} pods are left`),
        );
        // The watches of pods and of Deployments do not wait for each other: only a list is proof.
        const left = await patiently(() => api.pods(workspace), remaining(waiting, since));
        if (left.length === 0) return;
        if (Date.now() - since > waiting.deadline) {
          throw new RuntimeError("timeout", `${workspace}: it has not stopped: pods are left.`);
        }
      }
    },
  };
}

function nothingToScale(workspace: string): RuntimeError {
  return new RuntimeError("refused", `${workspace} has no Deployment to scale.`);
}
