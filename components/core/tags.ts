import { z } from "zod";

/**
 * Tags of AWS resources. Keys and values as AWS takes them for every service:
 * https://docs.aws.amazon.com/general/latest/gr/aws_tagging.html
 */
export const tagsSpec = z.record(
  z
    .string()
    .regex(
      /^(?!aws:)[\w .:/=+@-]{1,128}$/,
      "must be 1 to 128 of the letters, digits and blanks, or one of . : / = + @ - _",
    ),
  z
    .string()
    .regex(/^[\w .:/=+@-]{0,256}$/, "must be at most 256 of the letters, digits, blanks, or one of . : / = + @ - _"),
);
/** Tags of a resource in AWS, by key. */
export type Tags = Readonly<Record<string, string>>;

/** Whose a cloud resource is, who answers for it, and who pays for it. */
export interface CloudOwnership {
  /** Which Berth it is of. */
  readonly installation: string;
  /** The stack that made it. */
  readonly stack: string;
  /** The team or person who answers for it: whom to ask before touching it. */
  readonly owner: string;
  /** Who pays for it. */
  readonly costCentre: string;
}

/** Tags of everything in the cloud: the same words as on the cluster's objects. */
export function ownershipTags({ installation, stack, owner, costCentre }: CloudOwnership): Tags {
  return {
    "managed-by": "berth",
    "berth.dev/installation": installation,
    "berth.dev/stack": stack,
    "berth.dev/owner": owner,
    "berth.dev/cost-centre": costCentre,
  };
}

/** Marks volumes that are to be backed up, whoever makes them. */
export const backedUp: Tags = { "berth.dev/backup": "true" };
