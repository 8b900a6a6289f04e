import type { WorkspaceSpec } from "../spec.ts";
import { annotationsOf, labelsOf, metadataOf, objectNames } from "./metadata.ts";

/** Labels that make the API server refuse every pod that is not confined (Pod Security Standards, level `restricted`). */
export const restrictedLabels: Readonly<Record<string, string>> = {
  "pod-security.kubernetes.io/enforce": "restricted",
  "pod-security.kubernetes.io/enforce-version": "latest",
  "pod-security.kubernetes.io/audit": "restricted",
  "pod-security.kubernetes.io/warn": "restricted",
};

/** The namespace that holds the workspace, and takes everything in it along when it goes. */
export function namespaceManifest(spec: WorkspaceSpec) {
  return {
    apiVersion: "v1" as const,
    kind: "Namespace" as const,
    metadata: {
      name: spec.id,
      labels: { ...labelsOf(spec), ...restrictedLabels },
      annotations: annotationsOf(spec),
    },
  };
}

/** What the workspace's pod runs as: no token, no right to anything. */
export function serviceAccountManifest(spec: WorkspaceSpec) {
  return {
    apiVersion: "v1" as const,
    kind: "ServiceAccount" as const,
    metadata: metadataOf(spec, objectNames.serviceAccount),
    automountServiceAccountToken: false,
  };
}
