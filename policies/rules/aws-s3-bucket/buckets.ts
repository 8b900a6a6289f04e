import { isUnknown, type ResourceSubject, read } from "../../rule.ts";

/** A bucket in AWS' provider: a second name is left from when its settings moved into resources of their own. */
export const bucketTypes = ["aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"] as const;

/** Names by which other resources point at a bucket; none where it is not known yet. */
function namesOf({ props }: ResourceSubject): readonly string[] {
  return [read(props, "bucket"), read(props, "id")].filter((name) => typeof name === "string");
}

/** What a stack says about one bucket in a resource beside it. */
export interface Companions {
  readonly bucket: ResourceSubject;
  /** Those that are for it. */
  readonly own: readonly ResourceSubject[];
  /** Whether one could be for it, and a preview cannot tell. */
  readonly undecided: boolean;
}

/** Each bucket of a stack with the resources of some types that are for it. */
export function companionsOf(subjects: readonly ResourceSubject[], types: readonly string[]): readonly Companions[] {
  const buckets = subjects.filter(({ type }) => bucketTypes.some((bucketType) => bucketType === type));
  const companions = subjects.filter(({ type }) => types.includes(type));
  const known = new Set(buckets.flatMap(namesOf));
  return buckets.map((bucket) => {
    const names = namesOf(bucket);
    const own = companions.filter(({ props }) => names.some((name) => name === read(props, "bucket")));
    // A bucket that Pulumi is to name has none yet, nor does what points at it.
    const undecided = companions.some(({ props }) => {
      const target = read(props, "bucket");
      return isUnknown(target) || (names.length === 0 && typeof target === "string" && !known.has(target));
    });
    return { bucket, own, undecided };
  });
}
