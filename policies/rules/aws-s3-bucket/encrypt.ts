import { isUnknown, type ResourceSubject, read, readList, type StackRule, violation } from "../../rule.ts";
import { shown } from "../aws-shared/words.ts";
import { companionsOf } from "./buckets.ts";

export const encryptS3Bucket = {
  name: "aws-s3-bucket-encrypt",
  description: "Objects are encrypted with a key of KMS, which can be watched and taken away: S3's own key cannot.",
  severity: "mandatory",
  checkStack: (subjects) =>
    companionsOf(subjects, [
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
      "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
    ]).flatMap(({ bucket, own, undecided }) => {
      const [encryption] = own;
      if (encryption !== undefined) return judge(encryption, bucket, read(encryption.props, "rules"));
      const inline = read(bucket.props, "serverSideEncryptionConfiguration");
      if (isUnknown(inline) || undecided) return [];
      const rule = read(inline, "rule");
      if (rule !== undefined) return judge(bucket, bucket, [rule]);
      return [
        violation(
          bucket,
          "its objects are encrypted with S3's own key.",
          'Add a BucketServerSideEncryptionConfiguration for it with sseAlgorithm "aws:kms" and a key of yours.',
        ),
      ];
    }),
} satisfies StackRule;

function judge(subject: ResourceSubject, bucket: ResourceSubject, rules: unknown) {
  if (isUnknown(rules)) return [];
  const algorithms = readList(rules).map((rule) => read(rule, "applyServerSideEncryptionByDefault", "sseAlgorithm"));
  const other = algorithms.find(
    (algorithm) => !isUnknown(algorithm) && algorithm !== "aws:kms" && algorithm !== "aws:kms:dsse",
  );
  return algorithms.length > 0 && other === undefined && !algorithms.includes(undefined)
    ? []
    : [
        violation(
          subject,
          `objects of bucket ${bucket.name} are encrypted by ${shown(other)}, with S3's own key.`,
          'Set sseAlgorithm to "aws:kms", and kmsMasterKeyId to a key of yours.',
        ),
      ];
}
