import { formatCpu, formatMemory, parseCpu, parseMemory } from "../../core/quantities.ts";
import type { WorkspaceSpec } from "../spec.ts";
import { metadataOf, objectNames } from "./metadata.ts";

/** A waking workspace may run beside its own terminating pod for a moment. */
const podsAtOnce = 2;

/**
 * At most so many pods, and their resources, in the namespace.
 *
 * Only what pods use is counted: a quota that also counts volume claims or services makes the API server refuse those
 * until its first status is there, and the stack creates them right after it. Pods are created by a controller, which
 * tries again.
 */
export function resourceQuotaManifest(spec: WorkspaceSpec) {
  const { requests, limits } = spec.shape.resources;
  return {
    apiVersion: "v1" as const,
    kind: "ResourceQuota" as const,
    metadata: metadataOf(spec, objectNames.quota),
    spec: {
      hard: {
        pods: String(podsAtOnce),
        "requests.cpu": formatCpu(parseCpu(requests.cpu) * podsAtOnce),
        "requests.memory": formatMemory(parseMemory(requests.memory) * podsAtOnce),
        "limits.cpu": formatCpu(parseCpu(limits.cpu) * podsAtOnce),
        "limits.memory": formatMemory(parseMemory(limits.memory) * podsAtOnce),
      },
    },
  };
}

/** What a container gets that says nothing, and the most that any may ask for. */
export function limitRangeManifest(spec: WorkspaceSpec) {
  const { requests, limits } = spec.shape.resources;
  return {
    apiVersion: "v1" as const,
    kind: "LimitRange" as const,
    metadata: metadataOf(spec, objectNames.limits),
    spec: { limits: [{ type: "Container", default: limits, defaultRequest: requests, max: limits }] },
  };
}
