import type { ResourceSubject } from "../../../policies/rule.ts";

/** A resource of a stack as rules see it, named after what it is in the tests. */
export function subjectOf(
  type: string,
  name: string,
  props: ResourceSubject["props"],
  rest: Pick<ResourceSubject, "protect" | "provider"> = {},
): ResourceSubject {
  return { type, name, urn: `urn:pulumi:test::berth::${type}::${name}`, props, ...rest };
}

/** The same resource as a child of a component. */
export function below(component: string, subject: ResourceSubject): ResourceSubject {
  return { ...subject, urn: `urn:pulumi:test::berth::${component}$${subject.type}::${subject.name}` };
}

export const tags = {
  "managed-by": "berth",
  "berth.dev/installation": "test",
  "berth.dev/stack": "test",
  "berth.dev/owner": "platform",
  "berth.dev/cost-centre": "engineering",
};

export const keyArn = "arn:aws:kms:eu-central-1:111122223333:key/1";

export const eksCluster = subjectOf("aws:eks/cluster:Cluster", "cluster", {
  vpcConfig: { endpointPublicAccess: true, publicAccessCidrs: ["203.0.113.0/24"] },
  encryptionConfig: { provider: { keyArn }, resources: ["secrets"] },
  enabledClusterLogTypes: ["audit", "authenticator"],
  accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: false },
  deletionProtection: true,
});

export const launchTemplate = subjectOf("aws:ec2/launchTemplate:LaunchTemplate", "template", {
  instanceType: "m7i.large",
  metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
  blockDeviceMappings: [
    { deviceName: "/dev/xvda", ebs: { encrypted: "true", volumeSize: 50 } },
    { deviceName: "/dev/sdb", virtualName: "ephemeral0" },
  ],
  tagSpecifications: [
    { resourceType: "instance", tags },
    { resourceType: "volume", tags },
  ],
});

export const instance = subjectOf("aws:ec2/instance:Instance", "desktop", {
  instanceType: "t3.xlarge",
  metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 },
  rootBlockDevice: { encrypted: true },
  ebsBlockDevices: [{ deviceName: "/dev/sdb", encrypted: true }],
});

export const volume = subjectOf("aws:ebs/volume:Volume", "home", { encrypted: true, kmsKeyId: keyArn });

export const logGroup = subjectOf("aws:cloudwatch/logGroup:LogGroup", "logs", { retentionInDays: 30 });

export const topic = subjectOf("aws:sns/topic:Topic", "alarms", { kmsMasterKeyId: keyArn });

export const repository = subjectOf("aws:ecr/repository:Repository", "desktop", {
  imageTagMutability: "IMMUTABLE",
  imageScanningConfiguration: { scanOnPush: true },
  encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: keyArn }],
  forceDelete: false,
});

export const database = subjectOf("aws:rds/instance:Instance", "database", {
  instanceClass: "db.m7g.large",
  publiclyAccessible: false,
  storageEncrypted: true,
  kmsKeyId: keyArn,
  backupRetentionPeriod: 7,
  deletionProtection: true,
  skipFinalSnapshot: false,
  manageMasterUserPassword: true,
});

export const bucket = subjectOf("aws:s3/bucket:Bucket", "state", { bucket: "state-1", forceDestroy: false });
export const accessBlock = subjectOf("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "state-block", {
  bucket: "state-1",
  blockPublicAcls: true,
  blockPublicPolicy: true,
  ignorePublicAcls: true,
  restrictPublicBuckets: true,
});
export const versioning = subjectOf("aws:s3/bucketVersioning:BucketVersioning", "state-versions", {
  bucket: "state-1",
  versioningConfiguration: { status: "Enabled" },
});
export const encryption = subjectOf(
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  "state-encryption",
  {
    bucket: "state-1",
    rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: keyArn } }],
  },
);

export const key = subjectOf("aws:kms/key:Key", "key", { arn: keyArn, enableKeyRotation: true }, { protect: true });
