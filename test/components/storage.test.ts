import { describe, expect, test } from "vitest";
import { defaultClassManifest, snapshotClassManifest } from "../../components/storage/plan.ts";
import { parseStorageSpec, type StorageSpecInput } from "../../components/storage/spec.ts";
import { Storage, type StorageArgs } from "../../components/storage/storage.ts";
import { registrationsOf, resolved } from "../support/mocks.ts";

const tags = { "berth.dev/stack": "prod", "managed-by": "berth" };
const prod: StorageSpecInput = {
  kmsKeyArn: "arn:aws:kms:eu-central-1:111122223333:key/0f0f0f0f-1111-2222-3333-444444444444",
};
const make = (spec: StorageSpecInput, args: Partial<StorageArgs> = {}) =>
  registrationsOf(() => new Storage("storage", { spec, tags, ...args }));

describe("a Storage", () => {
  test.each([
    ["development", {}],
    ["production", prod],
  ])("for %s is a default class of volumes and one of snapshots", async (_what, spec) => {
    const { registered } = await make(spec);
    const parsed = parseStorageSpec(spec);
    const made = registered.map(({ type, name, parent, inputs }) => [name, { type, parent, inputs }]);
    expect(Object.fromEntries(made)).toEqual({
      storage: { type: "berth:storage:Storage", parent: null, inputs: {} },
      "storage-default-class": {
        type: "kubernetes:storage.k8s.io/v1:StorageClass",
        parent: "storage",
        inputs: defaultClassManifest(parsed, tags),
      },
      "storage-snapshot-class": {
        type: "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshotClass",
        parent: "storage",
        inputs: snapshotClassManifest(parsed, tags),
      },
    });
  });

  test("gives the names of its classes", async () => {
    const { result } = await make({ className: "fast" });
    expect(await resolved(result.className)).toBe("fast");
    expect(await resolved(result.snapshotClassName)).toBe("ebs");
  });

  test("takes the last change from its user", async () => {
    const { registered } = await make(
      {},
      {
        transform: {
          defaultClass: ({ args, options }) => ({ args: { ...args, mountOptions: ["noatime"] }, options }),
          snapshotClass: ({ args, options }) => ({ args: { ...args, deletionPolicy: "Delete" }, options }),
        },
      },
    );
    const inputs = Object.fromEntries(registered.map((made) => [made.name, made.inputs]));
    expect(inputs["storage-default-class"]).toMatchObject({ mountOptions: ["noatime"] });
    expect(inputs["storage-snapshot-class"]).toMatchObject({ deletionPolicy: "Delete" });
  });
});
