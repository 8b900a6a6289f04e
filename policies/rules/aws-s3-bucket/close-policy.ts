import { type ResourceRule, read } from "../../rule.ts";
import { checkResourcePolicy } from "../aws-shared/open-statements.ts";
import { bucketTypes } from "./buckets.ts";

export const closeS3BucketPolicy = {
  name: "aws-s3-bucket-close-policy",
  description: "No policy of a bucket lets everyone in.",
  severity: "mandatory",
  types: ["aws:s3/bucketPolicy:BucketPolicy", ...bucketTypes],
  check: (subject) => checkResourcePolicy(subject, read(subject.props, "policy")),
} satisfies ResourceRule;
