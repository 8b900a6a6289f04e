import { describe, expect, test } from "vitest";
import { planFoundation } from "../../../components/platform/plan.ts";
import { parseFoundationSpec } from "../../../components/platform/spec.ts";
import { defaultClassManifest, snapshotClassManifest, workspaceStorage } from "../../../components/storage/plan.ts";
import { parseStorageSpec } from "../../../components/storage/spec.ts";

const tags = { "managed-by": "berth", "berth.dev/installation": "prod" };
const labels = { "app.kubernetes.io/managed-by": "berth", "berth.dev/component": "storage" };
const kmsKeyArn = "arn:aws:kms:eu-central-1:111122223333:key/0f0f0f0f-1111-2222-3333-444444444444";

describe("storage on EBS", () => {
  test("has a default class of encrypted, growing volumes that go with their claims", () => {
    expect(defaultClassManifest(parseStorageSpec({}), tags)).toEqual({
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name: "gp3", labels, annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
      provisioner: "ebs.csi.aws.com",
      parameters: {
        type: "gp3",
        encrypted: "true",
        "csi.storage.k8s.io/fstype": "ext4",
        tagSpecification_1: "berth.dev/installation=prod",
        tagSpecification_2: "managed-by=berth",
      },
      reclaimPolicy: "Delete",
      volumeBindingMode: "WaitForFirstConsumer",
      allowVolumeExpansion: true,
    });
  });

  test("keeps snapshots when their objects go", () => {
    expect(snapshotClassManifest(parseStorageSpec({}), tags)).toEqual({
      apiVersion: "snapshot.storage.k8s.io/v1",
      kind: "VolumeSnapshotClass",
      metadata: { name: "ebs", labels, annotations: { "snapshot.storage.kubernetes.io/is-default-class": "true" } },
      driver: "ebs.csi.aws.com",
      deletionPolicy: "Retain",
      parameters: { tagSpecification_1: "berth.dev/installation=prod", tagSpecification_2: "managed-by=berth" },
    });
  });

  test("gives workspaces volumes that stay, tagged with whose they are and to be backed up", () => {
    const storage = workspaceStorage({ kmsKeyArn, workspaceIops: 6000, workspaceThroughput: 250 }, tags);
    const { storageClass } = planFoundation(parseFoundationSpec({ installation: "prod", storage }));
    expect(storageClass).toEqual({
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name: "berth-workspace", labels: { ...labels, "berth.dev/component": "platform" } },
      provisioner: "ebs.csi.aws.com",
      parameters: {
        type: "gp3",
        encrypted: "true",
        "csi.storage.k8s.io/fstype": "ext4",
        kmsKeyId: kmsKeyArn,
        iops: "6000",
        throughput: "250",
        tagSpecification_1: "berth.dev/backup=true",
        tagSpecification_2: "berth.dev/installation=prod",
        tagSpecification_3: "berth.dev/workspace={{ .PVCNamespace }}",
        tagSpecification_4: "managed-by=berth",
      },
      reclaimPolicy: "Retain",
      volumeBindingMode: "WaitForFirstConsumer",
      allowVolumeExpansion: true,
    });
  });

  test("is the same whatever the order of the tags: another would make another class", () => {
    const reversed = Object.fromEntries(Object.entries(tags).reverse());
    expect(JSON.stringify(workspaceStorage({}, reversed))).toBe(JSON.stringify(workspaceStorage({}, tags)));
  });

  test("names every wrong field at once, with what to write instead", () => {
    const wrong = { className: "GP3", kmsKeyArn: "alias/aws/ebs", workspaceThroughput: 100, type: "io2" };
    expect(() => parseStorageSpec(wrong)).toThrow(
      [
        `spec.className: found "GP3". Must be one DNS label: a-z, 0-9 and '-', at most 63 characters.`,
        'spec.kmsKeyArn: found "alias/aws/ebs". Must be the ARN of a key: "arn:aws:kms:eu-central-1:123456789012:key/…".',
        "spec.workspaceThroughput: found 100. Write 125 to 2000.",
        'spec.type: found "io2". There is no such option: take it out or correct its name.',
      ].join("\n"),
    );
  });
});
