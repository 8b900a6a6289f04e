import { componentLabels } from "../../core/labels.ts";
import { foundationNames } from "../names.ts";
import type { FoundationSpec } from "../spec.ts";

/** The platform's own programs go before any workspace. */
export function platformPriorityManifest(spec: FoundationSpec) {
  return {
    apiVersion: "scheduling.k8s.io/v1" as const,
    kind: "PriorityClass" as const,
    metadata: { name: foundationNames(spec).priorityClasses.platform, labels: componentLabels("platform") },
    value: 1_000_000,
    globalDefault: false,
    description: "Berth's own programs: router, API, engine.",
  };
}

/** A workspace waits for room; it never takes another one's away. */
export function workspacePriorityManifest(spec: FoundationSpec) {
  return {
    apiVersion: "scheduling.k8s.io/v1" as const,
    kind: "PriorityClass" as const,
    metadata: { name: foundationNames(spec).priorityClasses.workspace, labels: componentLabels("platform") },
    value: 1_000,
    globalDefault: false,
    preemptionPolicy: "Never",
    description: "Users' workspaces.",
  };
}

/**
 * The class of workspaces' volumes. A volume stays when its claim goes, whatever takes the claim away: deleting data is
 * always a step of its own.
 */
export function storageClassManifest(spec: FoundationSpec) {
  const { provisioner, parameters, volumeBindingMode } = spec.storage;
  return {
    apiVersion: "storage.k8s.io/v1" as const,
    kind: "StorageClass" as const,
    metadata: { name: foundationNames(spec).storageClass, labels: componentLabels("platform") },
    provisioner,
    ...(Object.keys(parameters).length === 0 ? {} : { parameters }),
    reclaimPolicy: "Retain",
    volumeBindingMode,
    allowVolumeExpansion: true,
  };
}
