import { describe, expect, test } from "vitest";
import { unknownValue } from "../../../policies/rule.ts";
import { blockS3BucketPublicAccess } from "../../../policies/rules/aws-s3-bucket/block-public-access.ts";
import { closeS3BucketPolicy } from "../../../policies/rules/aws-s3-bucket/close-policy.ts";
import { encryptS3Bucket } from "../../../policies/rules/aws-s3-bucket/encrypt.ts";
import { keepS3BucketAclPrivate } from "../../../policies/rules/aws-s3-bucket/keep-acl-private.ts";
import { versionS3BucketObjects } from "../../../policies/rules/aws-s3-bucket/version-objects.ts";
import { accessBlock, bucket, encryption, subjectOf, versioning } from "./aws-fixtures.ts";
import { describeRule, describeStackRule } from "./describe-rule.ts";

const state = "state (aws:s3/bucket:Bucket):";

const unblocked = `${state} nothing keeps the bucket from being made public. Add a BucketPublicAccessBlock for it with blockPublicAcls, blockPublicPolicy, ignorePublicAcls, restrictPublicBuckets: true.`;
const off = (keys: string) =>
  `state-block (${accessBlock.type}): ${keys} not on: it can be made public. Set all four to true.`;
describeStackRule(
  blockS3BucketPublicAccess,
  { bucket, accessBlock },
  {
    refuses: {
      "a bucket without a block": { change: [["accessBlock"], undefined], says: [unblocked] },
      "a block of another bucket": { change: [["accessBlock", "bucket"], "other-1"], says: [unblocked] },
      "a block with one switch off": {
        change: [["accessBlock", "blockPublicPolicy"], false],
        says: [off("blockPublicPolicy of bucket state is")],
      },
      "a block of which a switch is not said": {
        change: [["accessBlock", "restrictPublicBuckets"], undefined],
        says: [off("restrictPublicBuckets of bucket state is")],
      },
    },
    waitsFor: [
      ["accessBlock", "bucket"],
      ["bucket", "bucket"],
      ["accessBlock", "blockPublicAcls"],
      ["accessBlock", "blockPublicPolicy"],
      ["accessBlock", "ignorePublicAcls"],
      ["accessBlock", "restrictPublicBuckets"],
    ],
  },
);

const lost = `${state} the bucket keeps no versions: what is overwritten is lost. Add a BucketVersioning for it with versioningConfiguration: { status: "Enabled" }.`;
const suspended = (status: string) =>
  `state-versions (${versioning.type}): versioningConfiguration.status is ${status}: what is overwritten in state is lost. Set it to "Enabled".`;
describeStackRule(
  versionS3BucketObjects,
  { bucket, versioning },
  {
    refuses: {
      "a bucket without versions": { change: [["versioning"], undefined], says: [lost] },
      "versions of another bucket": { change: [["versioning", "bucket"], "other-1"], says: [lost] },
      "versions that were ended": {
        change: [["versioning", "versioningConfiguration", "status"], "Suspended"],
        says: [suspended('"Suspended"')],
      },
      "versions of which nothing is said": {
        change: [["versioning", "versioningConfiguration"], undefined],
        says: [suspended("not set")],
      },
    },
    waitsFor: [
      ["versioning", "bucket"],
      ["bucket", "bucket"],
      ["versioning", "versioningConfiguration"],
      ["versioning", "versioningConfiguration", "status"],
    ],
  },
);
describeStackRule(
  versionS3BucketObjects,
  { bucket: subjectOf(bucket.type, "state", { bucket: "state-1", versioning: { enabled: true } }) },
  {
    refuses: {
      "versions in the old form, off": { change: [["bucket", "versioning", "enabled"], false], says: [lost] },
    },
    waitsFor: [
      ["bucket", "versioning"],
      ["bucket", "versioning", "enabled"],
    ],
  },
);

const ownKey = `${state} its objects are encrypted with S3's own key. Add a BucketServerSideEncryptionConfiguration for it with sseAlgorithm "aws:kms" and a key of yours.`;
const by = (algorithm: string, whose = `state-encryption (${encryption.type}):`) =>
  `${whose} objects of bucket state are encrypted by ${algorithm}, with S3's own key. Set sseAlgorithm to "aws:kms", and kmsMasterKeyId to a key of yours.`;
const algorithm = ["rules", 0, "applyServerSideEncryptionByDefault", "sseAlgorithm"] as const;
describeStackRule(
  encryptS3Bucket,
  { bucket, encryption },
  {
    refuses: {
      "a bucket of which nothing is said": { change: [["encryption"], undefined], says: [ownKey] },
      "S3's own key": { change: [["encryption", ...algorithm], "AES256"], says: [by('"AES256"')] },
      "a rule that says nothing": { change: [["encryption", "rules"], []], says: [by("not set")] },
    },
    allows: { "two layers of encryption": { change: [["encryption", ...algorithm], "aws:kms:dsse"] } },
    waitsFor: [
      ["encryption", "bucket"],
      ["encryption", "rules"],
      ["encryption", "rules", 0],
      ["encryption", ...algorithm],
      ["bucket", "bucket"],
    ],
  },
);
const inline = { rule: { applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms" } } };
describeStackRule(
  encryptS3Bucket,
  { bucket: subjectOf(bucket.type, "state", { bucket: "state-1", serverSideEncryptionConfiguration: inline }) },
  {
    refuses: {
      "S3's own key, in the old form": {
        change: [
          ["bucket", "serverSideEncryptionConfiguration", "rule", "applyServerSideEncryptionByDefault", "sseAlgorithm"],
          "AES256",
        ],
        says: [by('"AES256"', state)],
      },
    },
    waitsFor: [
      ["bucket", "serverSideEncryptionConfiguration"],
      ["bucket", "serverSideEncryptionConfiguration", "rule"],
    ],
  },
);

describe("a bucket that Pulumi names", () => {
  const nameless = subjectOf(bucket.type, "state", {});
  const messages = (...subjects: readonly (typeof bucket)[]) =>
    blockS3BucketPublicAccess.checkStack(subjects).map(({ message }) => message);

  test("is refused in a preview where nothing can be its block", () => {
    expect(messages(nameless)).toEqual([unblocked]);
  });

  test("waits for its name where something can be its block", () => {
    expect(messages(nameless, { ...accessBlock, props: { ...accessBlock.props, bucket: unknownValue } })).toEqual([]);
  });

  test("is refused where the only block is of a bucket that is known", () => {
    expect(messages(nameless, { ...bucket, name: "other" }, accessBlock)).toEqual([unblocked]);
  });
});

const acl = subjectOf("aws:s3/bucketAcl:BucketAcl", "state-acl", {
  bucket: "state-1",
  acl: "private",
  accessControlPolicy: { grants: [{ permission: "FULL_CONTROL", grantee: { type: "CanonicalUser", id: "1" } }] },
});
const readBy = (what: string) =>
  `state-acl (aws:s3/bucketAcl:BucketAcl): ${what}: everyone reads it. Take it out, and set objectOwnership to "BucketOwnerEnforced", which ends ACLs.`;
const everybody = "http://acs.amazonaws.com/groups/global/AllUsers";
describeRule(keepS3BucketAclPrivate, acl, {
  refuses: {
    "what everyone may read": { change: [["acl"], "public-read"], says: [readBy('acl is "public-read"')] },
    "what everyone may write": { change: [["acl"], "public-read-write"], says: [readBy('acl is "public-read-write"')] },
    "everyone with an account": {
      change: [["acl"], "authenticated-read"],
      says: [readBy('acl is "authenticated-read"')],
    },
    "a grant for everyone": {
      change: [["accessControlPolicy", "grants", 0, "grantee"], { type: "Group", uri: everybody }],
      says: [readBy(`a grant is for ${everybody}`)],
    },
    "a grant in the old form": {
      change: [["grants"], [{ type: "Group", uri: everybody, permissions: ["READ"] }]],
      says: [readBy(`a grant is for ${everybody}`)],
    },
  },
  waitsFor: [["acl"], ["accessControlPolicy"], ["accessControlPolicy", "grants", 0, "grantee"]],
});

const policyOf = (...statements: readonly unknown[]) =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });
const plainHttp = { Sid: "PlainHttp", Effect: "Deny", Principal: "*", Action: "s3:*", Resource: "*" };
const policy = subjectOf("aws:s3/bucketPolicy:BucketPolicy", "state-policy", {
  bucket: "state-1",
  policy: policyOf(plainHttp, {
    Effect: "Allow",
    Principal: { AWS: "111122223333" },
    Action: "s3:GetObject",
    Resource: "*",
  }),
});
const letsIn = (statement: string, actions: string) =>
  `state-policy (aws:s3/bucketPolicy:BucketPolicy): ${statement} of its policy lets everyone do ${actions}. Name principals, or add a condition on aws:SourceAccount, aws:PrincipalOrgID or the like.`;
const open = { Sid: "Site", Effect: "Allow", Principal: "*", Action: ["s3:GetObject", "s3:ListBucket"], Resource: "*" };
const withCondition = (Condition: unknown) => policyOf({ ...open, Condition });
const refused = letsIn("the statement Site", "s3:GetObject, s3:ListBucket");
describeRule(closeS3BucketPolicy, policy, {
  refuses: {
    everyone: { change: [["policy"], policyOf(open)], says: [refused] },
    "everyone in a policy that is no text": {
      change: [["policy"], { Statement: { ...open, Principal: { AWS: ["*"] } } }],
      says: [refused],
    },
    "everyone but somebody": {
      change: [
        ["policy"],
        policyOf({
          Effect: "Allow",
          NotPrincipal: { AWS: "111122223333" },
          NotAction: "s3:DeleteBucket",
          Resource: "*",
        }),
      ],
      says: [letsIn("a statement", "all but something")],
    },
    "a condition that anybody meets": {
      change: [["policy"], withCondition({ Bool: { "aws:SecureTransport": "true" } })],
      says: [refused],
    },
    "a condition on anybody": {
      change: [["policy"], withCondition({ StringLike: { "aws:PrincipalArn": "*" } })],
      says: [refused],
    },
    "a condition on any account": {
      change: [["policy"], withCondition({ ArnLike: { "aws:PrincipalArn": "arn:aws:iam::*:role/deployer" } })],
      says: [refused],
    },
    "a condition on every network": {
      change: [["policy"], withCondition({ IpAddress: { "aws:SourceIp": ["0.0.0.0/0"] } })],
      says: [refused],
    },
    "a condition that holds where the key is missing": {
      change: [["policy"], withCondition({ StringEqualsIfExists: { "aws:SourceAccount": "111122223333" } })],
      says: [refused],
    },
  },
  allows: {
    "everyone of an organization": {
      change: [["policy"], withCondition({ StringEquals: { "aws:PrincipalOrgID": "o-1234567890" } })],
    },
    "everyone from a network": {
      change: [["policy"], withCondition({ IpAddress: { "AWS:SourceIP": ["203.0.113.0/24"] } })],
    },
    "what is no policy, which AWS refuses": { change: [["policy"], "none"] },
  },
  waitsFor: [["policy"]],
});
describeRule(
  closeS3BucketPolicy,
  subjectOf(policy.type, "state-policy", { policy: { Statement: [{ ...open, Principal: "111122223333" }] } }),
  {
    refuses: {
      "everyone in one of its fields": { change: [["policy", "Statement", 0, "Principal"], "*"], says: [refused] },
    },
    waitsFor: [
      ["policy", "Statement"],
      ["policy", "Statement", 0],
      ["policy", "Statement", 0, "Principal"],
      ["policy", "Statement", 0, "Effect"],
    ],
  },
);
