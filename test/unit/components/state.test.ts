import { describe, expect, test } from "vitest";
import { backendUrlOf, secretsProviderOf } from "../../../components/state/plan.ts";
import { parseStateBucketSpec } from "../../../components/state/spec.ts";

describe("a state bucket's spec", () => {
  test("may be empty: the name is then made, and all safeguards are on", () => {
    expect(parseStateBucketSpec({})).toEqual({
      oldVersionDays: 90,
      abortUploadDays: 7,
      forceDestroy: false,
      protectData: true,
    });
  });

  test.each([
    [
      "a name that S3 refuses",
      { bucketName: "Berth.State" },
      `spec.bucketName: found "Berth.State". Write 3 to 63 of a-z, 0-9 and '-', beginning and ending with a letter or digit.`,
    ],
    ["old versions kept for no time", { oldVersionDays: 0 }, "spec.oldVersionDays: found 0. Write 1 to 3650."],
    [
      "states that go with a bucket that is protected",
      { forceDestroy: true },
      "spec.forceDestroy: found true. Leave it false while protectData is true: take protectData away first to part with the states.",
    ],
    [
      "an option of another component",
      { versioning: true },
      "spec.versioning: found true. There is no such option: take it out or correct its name.",
    ],
  ])("refuses %s", (_, spec, message) => {
    expect(() => parseStateBucketSpec(spec)).toThrow(expect.objectContaining({ message }));
  });
});

describe("what Pulumi is told", () => {
  const key = "arn:aws:kms:us-gov-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";

  test("names the region, in other partitions too", () => {
    expect(backendUrlOf("states", key)).toBe("s3://states?region=us-gov-west-1&awssdk=v2");
    expect(secretsProviderOf(key)).toBe(`awskms:///${key}?region=us-gov-west-1`);
  });

  test("is not made of what is no ARN", () => {
    expect(() => secretsProviderOf("alias/berth")).toThrow("There is no region in alias/berth");
  });
});
