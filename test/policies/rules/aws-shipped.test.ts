import { beforeAll, describe, expect, test } from "vitest";
import { judge } from "../../../policies/judge.ts";
import type { ResourceSubject } from "../../../policies/rule.ts";
import { taggableTypes } from "../../../policies/rules/aws-shared/taggable.ts";
import { rules } from "../../../policies/rules/index.ts";
import { parseSettings } from "../../../policies/settings.ts";
import { shippedPlatform } from "../../support/platform-program.ts";
import { subjectsOf } from "../../support/policy-subjects.ts";

const ofClouds = rules.filter(({ name }) => /^(aws|cloudflare|docker)-/.test(name));

const judged = (subjects: readonly ResourceSubject[]) =>
  judge(ofClouds, parseSettings(ofClouds, {}), subjects, "2026-11-21");

/** What no platform has under mocks: eks makes the cluster in its plugin, and a program through the engine has it. */
const absent = [
  "aws-ebs-volume-encrypt",
  "aws-ec2-instance-encrypt-disks",
  "aws-ec2-instance-require-imdsv2",
  ...["encrypt-secrets", "guard-deletion", "log-audit", "restrict-endpoint", "use-access-entries"].map(
    (verb) => `aws-eks-cluster-${verb}`,
  ),
  "cloudflare-zone-setting-require-tls",
];

/** Changes of a whole platform that rules over a stack must see, and which of its resources they then name. */
const changes: readonly {
  readonly what: string;
  readonly change: (subjects: readonly ResourceSubject[]) => readonly ResourceSubject[];
  readonly says: readonly string[];
}[] = [
  {
    what: "a state bucket without its public access block",
    change: without("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"),
    says: ["aws-s3-bucket-block-public-access: state-bucket"],
  },
  {
    what: "a state bucket without versions",
    change: without("aws:s3/bucketVersioning:BucketVersioning"),
    says: ["aws-s3-bucket-version-objects: state-bucket"],
  },
  {
    what: "a state bucket with S3's own key",
    change: without("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"),
    says: ["aws-s3-bucket-encrypt: state-bucket"],
  },
  {
    what: "a database that Pulumi would delete",
    change: (subjects) =>
      subjects.map((subject) =>
        subject.type === "aws:rds/instance:Instance" ? { ...subject, protect: false } : subject,
      ),
    says: ["aws-resource-protect: database-instance"],
  },
  {
    what: "keys of data that Pulumi would delete",
    change: (subjects) =>
      subjects.map((subject) => (subject.type === "aws:kms/key:Key" ? { ...subject, protect: false } : subject)),
    says: ["cluster-key", "database-key", "state-key", "backup-key", "registry-key"].map(
      (key) => `aws-kms-key-protect: ${key} `,
    ),
  },
  {
    what: "a platform without a budget",
    change: without("aws:budgets/budget:Budget"),
    says: ["aws-budget-watch-spending: The stack has"],
  },
];

describe.each(["dev", "prod"] as const)("the program of %s", (stack) => {
  let subjects: readonly ResourceSubject[] = [];
  beforeAll(async () => {
    subjects = subjectsOf(await shippedPlatform(stack), stack);
  }, 60_000);

  test("keeps every rule about its clouds, without an exception", () => {
    expect(judged(subjects)).toEqual([]);
  });

  test("meets every rule about kinds that a platform has", () => {
    const types = new Set(subjects.map(({ type }) => type));
    const idle = ofClouds.filter((rule) => "types" in rule && !rule.types.some((type) => types.has(type)));
    expect(idle.map(({ name }) => name)).toEqual(absent);
  });

  test.each(changes)("is refused with $what", ({ change, says }) => {
    const found = judged(change(subjects)).map(({ rule, message }) => `${rule}: ${message}`);
    expect(found.map((text, index) => text.slice(0, says[index]?.length))).toEqual(says);
  });

  test("is refused where its provider gives no tags, for each resource that takes some", () => {
    const bare = subjects.map((subject) =>
      subject.type === "pulumi:providers:aws" ? { ...subject, props: { region: "eu-central-1" } } : subject,
    );
    const found = judged(bare);
    expect(new Set(found.map(({ rule }) => rule))).toEqual(new Set(["aws-resource-tag"]));
    expect(found.length).toBe(subjects.filter(({ type }) => taggableTypes.has(type)).length);
  });
});

function without(type: string): (subjects: readonly ResourceSubject[]) => readonly ResourceSubject[] {
  return (subjects) => subjects.filter((subject) => subject.type !== type);
}
