import { type ResourceRule, read, readList, violation } from "../../rule.ts";
import { bucketTypes } from "./buckets.ts";

const publicAcls: readonly unknown[] = ["public-read", "public-read-write", "authenticated-read"];
/** Groups of everyone, and of everyone with an AWS account. https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html */
const publicGroups: readonly unknown[] = [
  "http://acs.amazonaws.com/groups/global/AllUsers",
  "http://acs.amazonaws.com/groups/global/AuthenticatedUsers",
];

export const keepS3BucketAclPrivate = {
  name: "aws-s3-bucket-keep-acl-private",
  description: "No access control list gives a bucket, or an object, to everyone.",
  severity: "mandatory",
  types: [
    ...bucketTypes,
    "aws:s3/bucketAcl:BucketAcl",
    "aws:s3/bucketAclV2:BucketAclV2",
    "aws:s3/bucketObject:BucketObject",
    "aws:s3/bucketObjectv2:BucketObjectv2",
  ],
  check(subject) {
    const { props } = subject;
    const acl = read(props, "acl");
    const granted = [
      ...readList(props, "grants").map((grant) => read(grant, "uri")),
      ...readList(props, "accessControlPolicy", "grants").map((grant) => read(grant, "grantee", "uri")),
    ].filter((uri) => publicGroups.includes(uri));
    const found = [
      ...(publicAcls.includes(acl) ? [`acl is "${String(acl)}"`] : []),
      ...granted.map((uri) => `a grant is for ${String(uri)}`),
    ];
    return found.map((what) =>
      violation(
        subject,
        `${what}: everyone reads it.`,
        'Take it out, and set objectOwnership to "BucketOwnerEnforced", which ends ACLs.',
      ),
    );
  },
} satisfies ResourceRule;
