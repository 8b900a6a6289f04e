import type { StateBucketSpec } from "./spec.ts";

/** What the bucket of states is made of, without what only the cloud knows. */
export function planStateBucket(spec: StateBucketSpec) {
  return {
    key: {
      description: "Berth: states of workspaces, and the secrets in them",
      enableKeyRotation: true,
      // The longest that AWS has: https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html
      deletionWindowInDays: 30,
    },
    bucket: {
      ...(spec.bucketName === undefined ? {} : { bucket: spec.bucketName }),
      forceDestroy: spec.forceDestroy,
    },
    versioning: { versioningConfiguration: { status: "Enabled" } },
    ownership: { rule: { objectOwnership: "BucketOwnerEnforced" } },
    publicAccess: {
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    lifecycle: {
      rules: [
        {
          id: "old-versions",
          status: "Enabled",
          filter: { prefix: "" },
          noncurrentVersionExpiration: { noncurrentDays: spec.oldVersionDays },
          // Locks come and go with each run: without this their markers would stay for ever.
          expiration: { expiredObjectDeleteMarker: true },
        },
        {
          id: "unfinished-uploads",
          status: "Enabled",
          filter: { prefix: "" },
          abortIncompleteMultipartUpload: { daysAfterInitiation: spec.abortUploadDays },
        },
      ],
    },
    protect: spec.protectData,
  };
}

/** Encryption of what is written without saying how, as Pulumi does; a bucket key spares a call to KMS per object. */
export function bucketEncryption<Text>(keyArn: Text) {
  return {
    rules: [
      {
        bucketKeyEnabled: true,
        applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: keyArn },
      },
    ],
  };
}

/**
 * What nobody may do, whatever IAM allows them: reach the bucket without TLS 1.2, or write with another encryption than
 * the bucket's. A write that says nothing of encryption gets the bucket's own.
 */
export function bucketPolicy(bucketArn: string, keyArn: string) {
  const deny = (
    sid: string,
    action: string,
    condition: Readonly<Record<string, Readonly<Record<string, string>>>>,
  ) => ({
    Sid: sid,
    Effect: "Deny",
    Principal: "*",
    Action: action,
    Resource: action === "s3:PutObject" ? [`${bucketArn}/*`] : [bucketArn, `${bucketArn}/*`],
    Condition: condition,
  });
  // A negated operator matches a request without the key too: Null keeps those out.
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
  const given = (key: string) => ({ Null: { [key]: "false" } });
  const algorithm = "s3:x-amz-server-side-encryption";
  const key = "s3:x-amz-server-side-encryption-aws-kms-key-id";
  const customerKey = "s3:x-amz-server-side-encryption-customer-algorithm";
  return {
    Version: "2012-10-17",
    Statement: [
      deny("PlainHttp", "s3:*", { Bool: { "aws:SecureTransport": "false" } }),
      deny("OldTls", "s3:*", { NumericLessThan: { "s3:TlsVersion": "1.2" } }),
      deny("OtherEncryption", "s3:PutObject", { StringNotEquals: { [algorithm]: "aws:kms" }, ...given(algorithm) }),
      deny("OtherKey", "s3:PutObject", { StringNotEquals: { [key]: keyArn }, ...given(key) }),
      deny("CustomerKey", "s3:PutObject", given(customerKey)),
    ],
  };
}

/**
 * The bucket as Pulumi's backend takes it (`pulumi login`, `PULUMI_BACKEND_URL`).
 * Parameters: https://pkg.go.dev/gocloud.dev/aws#V2ConfigFromURLParams and
 * https://www.pulumi.com/docs/iac/concepts/state-and-backends/#aws-s3
 */
export function backendUrlOf(bucketName: string, keyArn: string): string {
  return `s3://${bucketName}?region=${regionOf(keyArn)}&awssdk=v2`;
}

/**
 * The key as Pulumi's secrets provider takes it; ARNs have the form with three slashes, for their colons are no host.
 * https://www.pulumi.com/docs/iac/concepts/secrets/#aws-key-management-service-kms
 */
export function secretsProviderOf(keyArn: string): string {
  return `awskms:///${keyArn}?region=${regionOf(keyArn)}`;
}

/** The region in `arn:aws:kms:<region>:<account>:key/<id>`. */
function regionOf(arn: string): string {
  const region = arn.split(":")[3];
  if (region === undefined || region === "") throw new Error(`There is no region in ${arn}`);
  return region;
}
