import { isUnknown, read, type StackRule, violation } from "../../rule.ts";
import { isOn, shown } from "../aws-shared/words.ts";
import { companionsOf } from "./buckets.ts";

export const versionS3BucketObjects = {
  name: "aws-s3-bucket-version-objects",
  description: "What is overwritten or deleted in a bucket can be had back.",
  severity: "mandatory",
  checkStack: (subjects) =>
    companionsOf(subjects, [
      "aws:s3/bucketVersioning:BucketVersioning",
      "aws:s3/bucketVersioningV2:BucketVersioningV2",
    ]).flatMap(({ bucket, own, undecided }) => {
      const inline = read(bucket.props, "versioning", "enabled");
      if (isUnknown(inline) || isOn(inline)) return [];
      const [versioning] = own;
      if (versioning === undefined) {
        return undecided
          ? []
          : [
              violation(
                bucket,
                "the bucket keeps no versions: what is overwritten is lost.",
                'Add a BucketVersioning for it with versioningConfiguration: { status: "Enabled" }.',
              ),
            ];
      }
      const status = read(versioning.props, "versioningConfiguration", "status");
      return isUnknown(status) || status === "Enabled"
        ? []
        : [
            violation(
              versioning,
              `versioningConfiguration.status is ${shown(status)}: what is overwritten in ${bucket.name} is lost.`,
              'Set it to "Enabled".',
            ),
          ];
    }),
} satisfies StackRule;
