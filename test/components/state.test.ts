import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { StateBucket, type StateBucketArgs } from "../../components/state/state-bucket.ts";
import { type Registration, registrationsOf, resolved } from "../support/mocks.ts";

const keyArn = "arn:aws:kms:eu-central-1:123456789012:key/state";
const outputs = {
  "aws:kms/key:Key": () => ({ keyId: "key-id", arn: keyArn }),
  "aws:s3/bucket:Bucket": () => ({ bucket: "states", arn: "arn:aws:s3:::states" }),
};
const make = (args: StateBucketArgs) => registrationsOf(() => new StateBucket("state", args), "test", { outputs });
const byName = (registered: readonly Registration[]) =>
  Object.fromEntries(registered.map(({ name, type, parent, inputs }) => [name, { type, parent, inputs }]));

const parent = "state";
const both = ["arn:aws:s3:::states", "arn:aws:s3:::states/*"];
const objects = ["arn:aws:s3:::states/*"];
const deny = { Effect: "Deny", Principal: "*" };
const policy = {
  Version: "2012-10-17",
  Statement: [
    {
      Sid: "PlainHttp",
      ...deny,
      Action: "s3:*",
      Resource: both,
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
    {
      Sid: "OldTls",
      ...deny,
      Action: "s3:*",
      Resource: both,
      Condition: { NumericLessThan: { "s3:TlsVersion": "1.2" } },
    },
    {
      Sid: "OtherEncryption",
      ...deny,
      Action: "s3:PutObject",
      Resource: objects,
      Condition: {
        StringNotEquals: { "s3:x-amz-server-side-encryption": "aws:kms" },
        Null: { "s3:x-amz-server-side-encryption": "false" },
      },
    },
    {
      Sid: "OtherKey",
      ...deny,
      Action: "s3:PutObject",
      Resource: objects,
      Condition: {
        StringNotEquals: { "s3:x-amz-server-side-encryption-aws-kms-key-id": keyArn },
        Null: { "s3:x-amz-server-side-encryption-aws-kms-key-id": "false" },
      },
    },
    {
      Sid: "CustomerKey",
      ...deny,
      Action: "s3:PutObject",
      Resource: objects,
      Condition: { Null: { "s3:x-amz-server-side-encryption-customer-algorithm": "false" } },
    },
  ],
};
const whole = (bucket: object, oldVersionDays: number) => ({
  state: { type: "berth:state:StateBucket", parent: null, inputs: {} },
  "state-key": {
    type: "aws:kms/key:Key",
    parent,
    inputs: {
      description: "Berth: states of workspaces, and the secrets in them",
      enableKeyRotation: true,
      deletionWindowInDays: 30,
    },
  },
  "state-bucket": { type: "aws:s3/bucket:Bucket", parent, inputs: bucket },
  "state-key-alias": {
    type: "aws:kms/alias:Alias",
    parent,
    inputs: { name: "alias/berth/state/states", targetKeyId: "key-id" },
  },
  "state-ownership": {
    type: "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    parent,
    inputs: { bucket: "states", rule: { objectOwnership: "BucketOwnerEnforced" } },
  },
  "state-public-access": {
    type: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    parent,
    inputs: {
      bucket: "states",
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
  },
  "state-versioning": {
    type: "aws:s3/bucketVersioning:BucketVersioning",
    parent,
    inputs: { bucket: "states", versioningConfiguration: { status: "Enabled" } },
  },
  "state-encryption": {
    type: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    parent,
    inputs: {
      bucket: "states",
      rules: [
        {
          bucketKeyEnabled: true,
          applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: keyArn },
        },
      ],
    },
  },
  "state-policy": {
    type: "aws:s3/bucketPolicy:BucketPolicy",
    parent,
    inputs: { bucket: "states", policy: JSON.stringify(policy) },
  },
  "state-lifecycle": {
    type: "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    parent,
    inputs: {
      bucket: "states",
      rules: [
        {
          id: "old-versions",
          status: "Enabled",
          filter: { prefix: "" },
          noncurrentVersionExpiration: { noncurrentDays: oldVersionDays },
          expiration: { expiredObjectDeleteMarker: true },
        },
        {
          id: "unfinished-uploads",
          status: "Enabled",
          filter: { prefix: "" },
          abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
        },
      ],
    },
  },
});

describe("a StateBucket", () => {
  test("of dev can be thrown away with what is in it", async () => {
    const { registered } = await make({ spec: { forceDestroy: true, protectData: false, oldVersionDays: 7 } });
    expect(byName(registered)).toEqual(whole({ forceDestroy: true }, 7));
    expect(registered.filter(({ protect }) => protect)).toEqual([]);
  });

  test("of prod keeps its bucket and key", async () => {
    const { registered } = await make({ spec: { bucketName: "example-berth-prod-state" } });
    expect(byName(registered)).toEqual(whole({ bucket: "example-berth-prod-state", forceDestroy: false }, 90));
    expect(registered.filter(({ protect }) => protect).map(({ name }) => name)).toEqual(["state-key", "state-bucket"]);
  });

  test("leaves bucket and key where they are even when they leave the program", async () => {
    const kept: (boolean | undefined)[] = [];
    await make({
      spec: {},
      transform: {
        bucket: ({ args, options }) => {
          kept.push(options.retainOnDelete);
          return { args, options };
        },
        key: ({ args, options }) => {
          kept.push(options.retainOnDelete);
          return { args, options };
        },
      },
    });
    expect(kept).toEqual([true, true]);
  });

  test("is told of as Pulumi takes it, when every lock is on", async () => {
    const { result } = await make({ spec: {} });
    const told = [result.bucketName, result.bucketArn, result.keyArn, result.backendUrl, result.secretsProvider];
    expect(await resolved(pulumi.all(told))).toEqual([
      "states",
      "arn:aws:s3:::states",
      keyArn,
      "s3://states?region=eu-central-1&awssdk=v2",
      `awskms:///${keyArn}?region=eu-central-1`,
    ]);
  });

  test("changes its bucket's access one thing after the other", async () => {
    const { registered } = await make({ spec: {} });
    const dependenciesOf = (name: string) => registered.find((one) => one.name === name)?.dependsOn;
    expect(dependenciesOf("state-policy")).toEqual(expect.arrayContaining(["state-public-access", "state-ownership"]));
    expect(dependenciesOf("state-lifecycle")).toEqual(expect.arrayContaining(["state-versioning"]));
  });

  test("refuses a wrong spec before anything is made", async () => {
    await expect(make({ spec: { bucketName: "My_Bucket" } })).rejects.toThrow('spec.bucketName: found "My_Bucket".');
  });
});
