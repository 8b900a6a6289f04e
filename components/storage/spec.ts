import { z } from "zod";
import { dnsLabel } from "../core/dns-names.ts";
import { parseOrExplain } from "../core/parse.ts";

/** Volumes on EBS. */
export const storageSpec = z
  .strictObject({
    className: dnsLabel.default("gp3").describe("Name of the cluster's default storage class"),
    snapshotClassName: dnsLabel.default("ebs").describe("Name of the cluster's default volume snapshot class"),
    kmsKeyArn: z
      .string()
      .regex(
        /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[a-zA-Z0-9-]+$/,
        'must be the ARN of a key: "arn:aws:kms:eu-central-1:123456789012:key/…"',
      )
      .optional()
      .describe("Key of the volumes, which the EBS CSI driver's role may use; without it the account's own for EBS"),
    // https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html#gp3-ebs-volume-type
    workspaceIops: z
      .int()
      .min(3000)
      .max(80_000)
      .optional()
      .describe("Input and output operations a second of a workspace's volume; 3000 are included in gp3's price"),
    workspaceThroughput: z
      .int()
      .min(125)
      .max(2000)
      .optional()
      .describe("MiB a second of a workspace's volume; 125 are included in gp3's price"),
  })
  .describe("Volumes on EBS")
  .meta({ examples: [{ className: "gp3", workspaceThroughput: 250 }] });
/** What it is once read: every default filled in. */
export type StorageSpec = z.infer<typeof storageSpec>;
/** The same as one writes it: what has a default may be left out. */
export type StorageSpecInput = z.input<typeof storageSpec>;

/** A spec with every default filled in; throws one `UserError` naming each wrong field, its value and the fix. */
export function parseStorageSpec(spec: unknown): StorageSpec {
  return parseOrExplain(storageSpec, spec, "spec");
}
