import type { WorkspaceSpec } from "../spec.ts";
import { annotationsOf, metadataOf, objectNames } from "./metadata.ts";

/** The user's own volume. Everything but its size is fixed once it is there. */
export function homeManifest(spec: WorkspaceSpec) {
  return {
    apiVersion: "v1" as const,
    kind: "PersistentVolumeClaim" as const,
    metadata: { ...metadataOf(spec, objectNames.home), annotations: annotationsOf(spec) },
    spec: {
      accessModes: ["ReadWriteOnce"],
      storageClassName: spec.placement.storageClassName,
      resources: { requests: { storage: spec.shape.home.size } },
      ...(spec.existingVolume === undefined ? {} : { volumeName: spec.existingVolume }),
    },
  };
}
