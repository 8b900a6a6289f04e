import { Alias } from "@pulumi/aws/kms/alias.js";
import { Key, type KeyArgs } from "@pulumi/aws/kms/key.js";
import { Bucket, type BucketArgs } from "@pulumi/aws/s3/bucket.js";
import {
  BucketLifecycleConfiguration,
  type BucketLifecycleConfigurationArgs,
} from "@pulumi/aws/s3/bucketLifecycleConfiguration.js";
import { BucketOwnershipControls } from "@pulumi/aws/s3/bucketOwnershipControls.js";
import { BucketPolicy } from "@pulumi/aws/s3/bucketPolicy.js";
import { BucketPublicAccessBlock } from "@pulumi/aws/s3/bucketPublicAccessBlock.js";
import { BucketServerSideEncryptionConfiguration } from "@pulumi/aws/s3/bucketServerSideEncryptionConfiguration.js";
import { BucketVersioning } from "@pulumi/aws/s3/bucketVersioning.js";
import * as pulumi from "@pulumi/pulumi";
import { declare, type Transform } from "../transform.ts";
import { backendUrlOf, bucketEncryption, bucketPolicy, planStateBucket, secretsProviderOf } from "./plan.ts";
import { parseStateBucketSpec, type StateBucketSpecInput } from "./spec.ts";

export interface StateBucketArgs {
  /** What the bucket is. Plain data, because names and safeguards are made of it. */
  readonly spec: StateBucketSpecInput;
  /** Last changes to single children, where no argument says it. */
  readonly transform?: {
    readonly bucket?: Transform<BucketArgs>;
    readonly key?: Transform<KeyArgs>;
    readonly lifecycle?: Transform<BucketLifecycleConfigurationArgs>;
  };
}

/** The bucket's resources. */
export interface StateBucketNodes {
  readonly key: Key;
  readonly alias: Alias;
  readonly bucket: Bucket;
  readonly ownership: BucketOwnershipControls;
  readonly publicAccess: BucketPublicAccessBlock;
  readonly versioning: BucketVersioning;
  readonly encryption: BucketServerSideEncryptionConfiguration;
  readonly policy: BucketPolicy;
  readonly lifecycle: BucketLifecycleConfiguration;
}

/**
 * Where the Pulumi states of workspaces are: a bucket whose old versions can be had back, encrypted with a key of its
 * own, closed to the public and to anything below TLS 1.2; the same key encrypts the secrets in the states.
 *
 * Bucket and key are protected, and stay where they are (`retainOnDelete`) even when somebody lifts the protection by
 * hand: without them nobody knows what the workspaces are made of.
 *
 * Costs $1 a month for the key, $0.023 a GB and $0.005 for a thousand writes in us-east-1: cents
 * (https://aws.amazon.com/s3/pricing/, https://aws.amazon.com/kms/pricing/).
 *
 * @example
 * const state = new StateBucket("state", { spec: { bucketName: "example-berth-prod-state" } });
 * export const backendUrl = state.backendUrl; // s3://example-berth-prod-state?region=eu-central-1&awssdk=v2
 */
export class StateBucket extends pulumi.ComponentResource {
  /** Name of the bucket, known when every lock is on it. */
  readonly bucketName: pulumi.Output<string>;
  /** ARN of the bucket, known when every lock is on it. */
  readonly bucketArn: pulumi.Output<string>;
  /** ARN of the key that encrypts what is in it. */
  readonly keyArn: pulumi.Output<string>;
  /** What `pulumi login` takes, known when every lock is on the bucket. */
  readonly backendUrl: pulumi.Output<string>;
  /** What `pulumi stack init --secrets-provider` takes. */
  readonly secretsProvider: pulumi.Output<string>;
  readonly nodes: StateBucketNodes;

  constructor(name: string, args: StateBucketArgs, options?: pulumi.ComponentResourceOptions) {
    super("berth:state:StateBucket", name, {}, options);
    const plan = planStateBucket(parseStateBucketSpec(args.spec));
    const { transform = {} } = args;
    const here = { parent: this };
    const safe = { ...here, protect: plan.protect, retainOnDelete: plan.protect };

    // No key policy: the default one leaves it to IAM who may use it, and AWS services by their grants.
    // https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
    const locked = declare<KeyArgs>(transform.key, plan.key, safe);
    const key = new Key(`${name}-key`, locked.args, locked.options);
    const declared = declare<BucketArgs>(transform.bucket, plan.bucket, safe);
    const bucket = new Bucket(`${name}-bucket`, declared.args, declared.options);
    const alias = new Alias(
      `${name}-key-alias`,
      { name: pulumi.interpolate`alias/berth/state/${bucket.bucket}`, targetKeyId: key.keyId },
      here,
    );

    const of = { bucket: bucket.bucket };
    const ownership = new BucketOwnershipControls(`${name}-ownership`, { ...of, ...plan.ownership }, here);
    const publicAccess = new BucketPublicAccessBlock(`${name}-public-access`, { ...of, ...plan.publicAccess }, here);
    const versioning = new BucketVersioning(`${name}-versioning`, { ...of, ...plan.versioning }, here);
    const encryption = new BucketServerSideEncryptionConfiguration(
      `${name}-encryption`,
      { ...of, ...bucketEncryption(key.arn) },
      here,
    );
    const text = pulumi.all([bucket.arn, key.arn]).apply(([own, its]) => JSON.stringify(bucketPolicy(own, its)));
    // S3 takes one change of a bucket's access at a time, and answers others with a conflict.
    const policy = new BucketPolicy(
      `${name}-policy`,
      { ...of, policy: text },
      { ...here, dependsOn: [publicAccess, ownership] },
    );
    // Rules for old versions make sense only to a bucket that keeps them.
    const tidied = declare<BucketLifecycleConfigurationArgs>(
      transform.lifecycle,
      { ...of, ...plan.lifecycle },
      { ...here, dependsOn: [versioning] },
    );
    const lifecycle = new BucketLifecycleConfiguration(`${name}-lifecycle`, tidied.args, tidied.options);

    this.nodes = { key, alias, bucket, ownership, publicAccess, versioning, encryption, policy, lifecycle };
    const whenLocked = (value: pulumi.Output<string>) =>
      pulumi.all([value, versioning.id, encryption.id, policy.id]).apply(([own]) => own);
    this.bucketName = whenLocked(bucket.bucket);
    this.bucketArn = whenLocked(bucket.arn);
    this.keyArn = key.arn;
    this.backendUrl = pulumi.all([this.bucketName, key.arn]).apply(([own, its]) => backendUrlOf(own, its));
    this.secretsProvider = key.arn.apply(secretsProviderOf);
    this.registerOutputs({
      ...{ bucketName: this.bucketName, bucketArn: this.bucketArn, keyArn: this.keyArn },
      ...{ backendUrl: this.backendUrl, secretsProvider: this.secretsProvider },
    });
  }
}
