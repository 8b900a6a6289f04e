import { componentLabels } from "../core/labels.ts";
import { backedUp, type Tags } from "../core/tags.ts";
import type { FoundationSpecInput } from "../platform/spec.ts";
import { parseStorageSpec, type StorageSpec, type StorageSpecInput } from "./spec.ts";

/** The driver of the EBS CSI add-on. */
const provisioner = "ebs.csi.aws.com";

/** Where the driver's parameters are explained: https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/parameters.md */
function volumeParameters({ kmsKeyArn }: StorageSpec) {
  return {
    type: "gp3",
    encrypted: "true",
    "csi.storage.k8s.io/fstype": "ext4",
    ...(kmsKeyArn === undefined ? {} : { kmsKeyId: kmsKeyArn }),
  };
}

/**
 * Tags as the driver takes them, in the order of their keys: a class's parameters never change, so another order would
 * make another class. Values are templates to the driver, in which `{{` begins a placeholder; AWS takes no such sign, so
 * none of ours has one. See https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/tagging.md
 */
export function tagParameters(tags: Tags): Readonly<Record<string, string>> {
  const sorted = Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([key, value], index) => [`tagSpecification_${index + 1}`, `${key}=${value}`]));
}

/**
 * The class of volumes that name none: those of the platform's own programs. A volume goes with its claim, as none of
 * them holds what cannot be made again.
 */
export function defaultClassManifest(spec: StorageSpec, tags: Tags) {
  return {
    apiVersion: "storage.k8s.io/v1" as const,
    kind: "StorageClass" as const,
    metadata: {
      name: spec.className,
      labels: componentLabels("storage"),
      annotations: { "storageclass.kubernetes.io/is-default-class": "true" },
    },
    provisioner,
    parameters: { ...volumeParameters(spec), ...tagParameters(tags) },
    reclaimPolicy: "Delete",
    volumeBindingMode: "WaitForFirstConsumer",
    allowVolumeExpansion: true,
  };
}

/** The class of snapshots. One stays when its object goes: deleting data is always a step of its own. */
export function snapshotClassManifest(spec: StorageSpec, tags: Tags) {
  return {
    apiVersion: "snapshot.storage.k8s.io/v1" as const,
    kind: "VolumeSnapshotClass" as const,
    metadata: {
      name: spec.snapshotClassName,
      labels: componentLabels("storage"),
      annotations: { "snapshot.storage.kubernetes.io/is-default-class": "true" },
    },
    driver: provisioner,
    deletionPolicy: "Retain",
    parameters: { ...tagParameters(tags) },
  };
}

/**
 * The volumes of workspaces, as `Foundation` takes them: encrypted, tagged with whose they are, with the workspace's
 * name (its namespace), and as to be backed up. Throws a `UserError` naming what is wrong in the spec.
 */
export function workspaceStorage(spec: StorageSpecInput, tags: Tags): FoundationSpecInput["storage"] {
  const parsed = parseStorageSpec(spec);
  const { workspaceIops, workspaceThroughput } = parsed;
  return {
    provisioner,
    parameters: {
      ...volumeParameters(parsed),
      ...(workspaceIops === undefined ? {} : { iops: String(workspaceIops) }),
      ...(workspaceThroughput === undefined ? {} : { throughput: String(workspaceThroughput) }),
      ...tagParameters({ ...tags, ...backedUp, "berth.dev/workspace": "{{ .PVCNamespace }}" }),
    },
    volumeBindingMode: "WaitForFirstConsumer",
  };
}
