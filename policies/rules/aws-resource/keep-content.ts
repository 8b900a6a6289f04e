import { type ResourceRule, read, violation } from "../../rule.ts";
import { isOn } from "../aws-shared/words.ts";

export const keepAwsResourceContent = {
  name: "aws-resource-keep-content",
  description:
    "Nothing that is deleted takes what is in it along: a bucket, a repository or a vault has to be empty first.",
  severity: "mandatory",
  types: [
    "aws:s3/bucket:Bucket",
    "aws:s3/bucketV2:BucketV2",
    "aws:ecr/repository:Repository",
    "aws:backup/vault:Vault",
    "aws:backup/logicallyAirGappedVault:LogicallyAirGappedVault",
  ],
  check: (subject) =>
    ["forceDestroy", "forceDelete"]
      .filter((field) => isOn(read(subject.props, field)))
      .map((field) =>
        violation(subject, `${field} is true: whoever deletes it deletes all that is in it.`, "Set it to false."),
      ),
} satisfies ResourceRule;
