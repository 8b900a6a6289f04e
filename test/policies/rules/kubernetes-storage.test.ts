import { keepWorkspaceClaim } from "../../../policies/rules/kubernetes-persistent-volume-claim/keep.ts";
import { encryptStorageClass } from "../../../policies/rules/kubernetes-storage-class/encrypt.ts";
import { retainStorageClass } from "../../../policies/rules/kubernetes-storage-class/retain.ts";
import { describeRule } from "./describe-rule.ts";
import { inWorkspace, ofApi, subjectOf } from "./kubernetes-fixtures.ts";

const type = "kubernetes:storage.k8s.io/v1:StorageClass";
const storageClass = subjectOf(type, "storage-class", {
  metadata: { name: "berth-workspace", labels: ofApi },
  provisioner: "ebs.csi.aws.com",
  parameters: { type: "gp3", encrypted: "true" },
  reclaimPolicy: "Retain",
});

const retain =
  "Write reclaimPolicy: Retain. A class cannot be changed: it is made anew, and volumes that are there keep theirs.";
describeRule(retainStorageClass, storageClass, {
  refuses: {
    "a class that deletes users' volumes": {
      change: [["reclaimPolicy"], "Delete"],
      says: [
        `storage-class (${type}): class "berth-workspace" deletes users' volumes with their claims: reclaimPolicy is "Delete". ${retain}`,
      ],
    },
    "a class that says nothing, which is to delete": {
      change: [["reclaimPolicy"], undefined],
      says: [
        `storage-class (${type}): class "berth-workspace" deletes users' volumes with their claims: reclaimPolicy is missing. ${retain}`,
      ],
    },
    "a class that is a workspaces' by the settings": {
      change: [["reclaimPolicy"], "Delete"],
      settings: { classes: ["berth-*"] },
      says: [
        `storage-class (${type}): class "berth-workspace" deletes users' volumes with their claims: reclaimPolicy is "Delete". ${retain}`,
      ],
    },
  },
  allows: {
    "another class that deletes": {
      change: [["reclaimPolicy"], "Delete"],
      settings: { classes: ["homes"] },
    },
  },
  waitsFor: [["reclaimPolicy"], ["metadata", "name"]],
});

const encrypt = 'Write parameters: { encrypted: "true" }, and kmsKeyId for a key of your own.';
describeRule(encryptStorageClass, storageClass, {
  refuses: {
    "volumes that are not encrypted": {
      change: [["parameters", "encrypted"], "false"],
      says: [
        `storage-class (${type}): class "berth-workspace" makes volumes that are not encrypted: parameters.encrypted is "false". ${encrypt}`,
      ],
    },
    "a class that says nothing": {
      change: [["parameters"], undefined],
      says: [
        `storage-class (${type}): class "berth-workspace" makes volumes that are not encrypted: parameters.encrypted is missing. ${encrypt}`,
      ],
    },
  },
  allows: { "a provisioner whose classes do not say it": { change: [["provisioner"], "kubernetes.io/host-path"] } },
  waitsFor: [["parameters", "encrypted"], ["parameters"], ["provisioner"]],
});

const claimType = "kubernetes:core/v1:PersistentVolumeClaim";
const claim = inWorkspace(claimType, "home", { spec: { storageClassName: "berth-workspace" } });
const claimed = "Claim it in a class of workspaces (*-workspace), or add the class to `classes`.";
describeRule(keepWorkspaceClaim, claim, {
  refuses: {
    "another class": {
      change: [["spec", "storageClassName"], "gp3"],
      says: [
        `workspace-home (${claimType}): the workspace's volume may go with its claim: storageClassName is "gp3". ${claimed}`,
      ],
    },
    "the cluster's default class": {
      change: [["spec", "storageClassName"], undefined],
      says: [
        `workspace-home (${claimType}): the workspace's volume may go with its claim: storageClassName is missing. ${claimed}`,
      ],
    },
  },
  allows: {
    "another class that keeps": { change: [["spec", "storageClassName"], "homes"], settings: { classes: ["homes"] } },
    "what the platform claims for itself": {
      change: [["metadata"], { name: "data", namespace: "berth-monitoring", labels: ofApi }],
      settings: { classes: [] },
    },
  },
  waitsFor: [["spec", "storageClassName"], ["spec"]],
});

const setType = "kubernetes:apps/v1:StatefulSet";
describeRule(
  { ...keepWorkspaceClaim, name: "kubernetes-persistent-volume-claim-keep, of a StatefulSet" },
  inWorkspace(setType, "desktop", {
    spec: { volumeClaimTemplates: [{ spec: { storageClassName: "berth-workspace" } }] },
  }),
  {
    refuses: {
      "another class": {
        change: [["spec", "volumeClaimTemplates", 0, "spec", "storageClassName"], "gp3"],
        says: [
          `workspace-desktop (${setType}): the workspace's volume may go with its claim: storageClassName is "gp3". ${claimed}`,
        ],
      },
    },
    waitsFor: [
      ["spec", "volumeClaimTemplates", 0, "spec", "storageClassName"],
      ["spec", "volumeClaimTemplates", 0],
      ["spec", "volumeClaimTemplates"],
    ],
  },
);
