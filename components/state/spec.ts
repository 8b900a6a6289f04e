import { z } from "zod";
import { parseOrExplain } from "../core/parse.ts";

/** The bucket of workspaces' Pulumi state. */
export const stateBucketSpec = z
  .strictObject({
    bucketName: z
      .string()
      // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html; without dots, which break TLS.
      .regex(
        /^(?!xn--|sthree-)[a-z0-9][a-z0-9-]{1,61}[a-z0-9](?<!-s3alias)$/,
        "Write 3 to 63 of a-z, 0-9 and '-', beginning and ending with a letter or digit",
      )
      .optional()
      .describe("Name of the bucket, one in the whole world; without it one with a random end is made, once")
      .meta({ examples: ["example-berth-prod-state"] }),
    oldVersionDays: z
      .int()
      .min(1)
      .max(3650)
      .default(90)
      .describe("Days that overwritten and deleted states can be had back"),
    abortUploadDays: z.int().min(1).max(365).default(7).describe("Days after which unfinished uploads are thrown away"),
    forceDestroy: z
      .boolean()
      .default(false)
      .describe("Whether the bucket may be deleted with what is in it; without it AWS refuses while it is not empty"),
    protectData: z
      .boolean()
      .default(true)
      .describe("Whether Pulumi refuses to delete or replace the bucket and its key"),
  })
  .superRefine((spec, context) => {
    if (spec.forceDestroy && spec.protectData) {
      const message = "Leave it false while protectData is true: take protectData away first to part with the states";
      context.addIssue({ code: "custom", path: ["forceDestroy"], message });
    }
  });
/** What it is once read: every default filled in. */
export type StateBucketSpec = z.infer<typeof stateBucketSpec>;
/** The same as one writes it: what has a default may be left out. */
export type StateBucketSpecInput = z.input<typeof stateBucketSpec>;

/** A spec with every default filled in; throws one `UserError` naming each wrong field, its value and the fix. */
export function parseStateBucketSpec(spec: unknown): StateBucketSpec {
  return parseOrExplain(stateBucketSpec, spec, "spec");
}
