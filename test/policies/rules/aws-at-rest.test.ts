import { encryptLogGroup } from "../../../policies/rules/aws-cloudwatch-log-group/encrypt.ts";
import { expireLogGroup } from "../../../policies/rules/aws-cloudwatch-log-group/expire.ts";
import { encryptEcrRepository } from "../../../policies/rules/aws-ecr-repository/encrypt.ts";
import { freezeEcrRepositoryTags } from "../../../policies/rules/aws-ecr-repository/freeze-tags.ts";
import { scanEcrRepository } from "../../../policies/rules/aws-ecr-repository/scan.ts";
import { rotateKmsKey } from "../../../policies/rules/aws-kms-key/rotate.ts";
import { encryptSnsTopic } from "../../../policies/rules/aws-sns-topic/encrypt.ts";
import { key, keyArn, logGroup, repository, subjectOf, topic } from "./aws-fixtures.ts";
import { describeRule } from "./describe-rule.ts";

const logs = "logs (aws:cloudwatch/logGroup:LogGroup):";
describeRule(encryptLogGroup, logGroup, {
  refuses: {
    "a group that needs a key of its own": {
      settings: { ownKey: ["audit", "log*"] },
      says: [
        `${logs} the log group has no key of its own, and the policy's ownKey asks for one ("log*"). Set kmsKeyId to a key whose policy lets CloudWatch Logs use it.`,
      ],
    },
  },
  allows: {
    "one that has it": { change: [["kmsKeyId"], keyArn], settings: { ownKey: ["*"] } },
    "another that needs it": { settings: { ownKey: ["audit"] } },
  },
  waitsFor: [["kmsKeyId"]],
});

const forEver = (value: string) =>
  `${logs} retentionInDays is ${value}: its logs are kept for ever. Set it to as many days as they are needed.`;
describeRule(expireLogGroup, logGroup, {
  refuses: {
    "logs of which nothing is said": { change: [["retentionInDays"], undefined], says: [forEver("not set")] },
    "logs for ever": { change: [["retentionInDays"], 0], says: [forEver("0")] },
  },
  waitsFor: [["retentionInDays"]],
});

describeRule(encryptSnsTopic, topic, {
  refuses: {
    "a topic without a key": {
      change: [["kmsMasterKeyId"], undefined],
      says: [
        "alarms (aws:sns/topic:Topic): the topic's messages are stored in plain. Set kmsMasterKeyId to a key of yours: alias/aws/sns does not let CloudWatch and Budgets send.",
      ],
    },
  },
  waitsFor: [["kmsMasterKeyId"]],
});

const desktop = "desktop (aws:ecr/repository:Repository):";
const othersKey = `${desktop} its images are encrypted with a key of Amazon S3's. Set encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: key.arn }]; a repository is made anew for it.`;
describeRule(encryptEcrRepository, repository, {
  refuses: {
    "a repository of which nothing is said": { change: [["encryptionConfigurations"], undefined], says: [othersKey] },
    "S3's own key": { change: [["encryptionConfigurations", 0, "encryptionType"], "AES256"], says: [othersKey] },
  },
  waitsFor: [
    ["encryptionConfigurations"],
    ["encryptionConfigurations", 0],
    ["encryptionConfigurations", 0, "encryptionType"],
    ["encryptionConfigurations", 0, "kmsKey"],
  ],
});

const moved = (value: string) =>
  `${desktop} imageTagMutability is ${value}: a tag can be moved to another image. Set it to "IMMUTABLE".`;
describeRule(freezeEcrRepositoryTags, repository, {
  refuses: {
    "tags that move": { change: [["imageTagMutability"], "MUTABLE"], says: [moved('"MUTABLE"')] },
    "tags of which some move": {
      change: [["imageTagMutability"], "IMMUTABLE_WITH_EXCLUSION"],
      says: [moved('"IMMUTABLE_WITH_EXCLUSION"')],
    },
    "nothing said of them": { change: [["imageTagMutability"], undefined], says: [moved("not set")] },
  },
  waitsFor: [["imageTagMutability"]],
});

const untold = (value: string) =>
  `${desktop} imageScanningConfiguration.scanOnPush is ${value}: nobody is told of known holes in its images. Set it to true.`;
describeRule(scanEcrRepository, repository, {
  refuses: {
    "no scan": { change: [["imageScanningConfiguration", "scanOnPush"], false], says: [untold("false")] },
    "nothing said of it": { change: [["imageScanningConfiguration"], undefined], says: [untold("not set")] },
  },
  waitsFor: [["imageScanningConfiguration"], ["imageScanningConfiguration", "scanOnPush"]],
});

const same = (value: string) =>
  `key (aws:kms/key:Key): enableKeyRotation is ${value}: the key's material stays the same for ever. Set it to true.`;
describeRule(rotateKmsKey, key, {
  refuses: {
    "a key that stays": { change: [["enableKeyRotation"], false], says: [same("false")] },
    "nothing said of it": { change: [["enableKeyRotation"], undefined], says: [same("not set")] },
  },
  waitsFor: [["enableKeyRotation"]],
});
describeRule(
  rotateKmsKey,
  subjectOf(key.type, "key", { keyUsage: "SIGN_VERIFY", customerMasterKeySpec: "ECC_NIST_P256" }),
  {
    refuses: {},
    allows: { "a key that is kept elsewhere": { change: [["keyUsage"], undefined] } },
    waitsFor: [["keyUsage"], ["customerMasterKeySpec"]],
  },
);
