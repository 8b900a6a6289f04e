import { isUnknown, type ResourceSubject, read, type StackRule, violation } from "../../rule.ts";
import { isOn } from "../aws-shared/words.ts";
import { companionsOf } from "./buckets.ts";

const switches = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"] as const;

export const blockS3BucketPublicAccess = {
  name: "aws-s3-bucket-block-public-access",
  description:
    "No ACL and no policy can ever make a bucket public: all four switches of its public access block are on.",
  severity: "mandatory",
  checkStack: (subjects) =>
    companionsOf(subjects, ["aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"]).flatMap(
      ({ bucket, own, undecided }) => {
        if (own.length === 0) return undecided ? [] : [missing(bucket)];
        return own.flatMap((block) => {
          const off = switches.filter((key) => {
            const value = read(block.props, key);
            return !isUnknown(value) && !isOn(value);
          });
          return off.length === 0
            ? []
            : [
                violation(
                  block,
                  `${off.join(", ")} of bucket ${bucket.name} ${off.length === 1 ? "is" : "are"} not on: it can be made public.`,
                  "Set all four to true.",
                ),
              ];
        });
      },
    ),
} satisfies StackRule;

function missing(bucket: ResourceSubject) {
  return violation(
    bucket,
    "nothing keeps the bucket from being made public.",
    `Add a BucketPublicAccessBlock for it with ${switches.join(", ")}: true.`,
  );
}
