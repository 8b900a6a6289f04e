import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { type ResourceSubject, unknownValue } from "../../../policies/rule.ts";
import { watchSpending } from "../../../policies/rules/aws-budget/watch-spending.ts";
import { protectKmsKey } from "../../../policies/rules/aws-kms-key/protect.ts";
import { keepAwsResourceContent } from "../../../policies/rules/aws-resource/keep-content.ts";
import { protectAwsResource } from "../../../policies/rules/aws-resource/protect.ts";
import { tagAwsResource } from "../../../policies/rules/aws-resource/tag.ts";
import { taggableTypes } from "../../../policies/rules/aws-shared/taggable.ts";
import {
  below,
  bucket,
  database,
  eksCluster,
  encryption,
  instance,
  key,
  repository,
  subjectOf,
  tags,
  topic,
  volume,
} from "./aws-fixtures.ts";
import { describeRule, describeStackRule } from "./describe-rule.ts";

const providerOf = (name: string, given: unknown) =>
  subjectOf("pulumi:providers:aws", name, { region: "eu-central-1", defaultTags: given });
const provider = providerOf("aws", JSON.stringify({ tags }));
const own = { ...topic, provider: provider.urn };
const fix = "Give the AWS provider defaultTags with them (`ownershipTags`), or the resource tags.";
const all = "managed-by, berth.dev/installation, berth.dev/stack, berth.dev/owner, berth.dev/cost-centre";
const untagged = `alarms (aws:sns/topic:Topic): it has no tags ${all}. ${fix}`;
const ownerless = `alarms (aws:sns/topic:Topic): it has no tag berth.dev/owner. ${fix}`;
const { "berth.dev/owner": owner, ...others } = tags;

describeStackRule(
  tagAwsResource,
  { provider, topic: own },
  {
    refuses: {
      "a provider without default tags": { change: [["provider", "defaultTags"], undefined], says: [untagged] },
      "a provider that leaves the owner out": {
        change: [["provider", "defaultTags"], JSON.stringify({ tags: others })],
        says: [ownerless],
      },
      "an owner without a name": {
        change: [["provider", "defaultTags"], { tags: { ...tags, "berth.dev/owner": "" } }],
        says: [ownerless],
      },
      "tags of one's own that are missing": {
        settings: { keys: ["team"] },
        says: [`alarms (aws:sns/topic:Topic): it has no tag team. ${fix}`],
      },
      "what no provider is known of": { change: [["provider"], undefined], says: [untagged] },
    },
    allows: { "a provider with tags that are no text": { change: [["provider", "defaultTags"], { tags }] } },
    waitsFor: [
      ["provider", "defaultTags"],
      ["topic", "tags"],
    ],
  },
);
describeStackRule(
  tagAwsResource,
  { provider: providerOf("aws", undefined), topic: { ...own, props: { tags: others, tagsAll: tags } } },
  {
    refuses: {
      "what AWS says of it in the end": { change: [["topic", "tagsAll"], others], says: [ownerless] },
      "what is not known, where the program says all there is": {
        change: [["topic", "tagsAll"], unknownValue],
        says: [ownerless],
      },
    },
    allows: { "tags of its own": { change: [["topic"], undefined] } },
    waitsFor: [["topic", "tags"]],
  },
);

describe("aws-resource-tag where there are several providers", () => {
  const bare = providerOf("bare", undefined);
  const messages = (...subjects: readonly ResourceSubject[]) =>
    tagAwsResource.checkStack(subjects, {}).map(({ message }) => message);

  test("asks the resource's own", () => {
    expect(messages(provider, bare, own)).toEqual([]);
    expect(messages(provider, bare, { ...own, provider: bare.urn })).toEqual([untagged]);
  });

  test("counts what all give, where it cannot be told which is its own", () => {
    expect(messages(provider, topic)).toEqual([]);
    expect(messages(provider, bare, topic)).toEqual([untagged]);
  });

  test("says nothing of what takes no tags", () => {
    expect(messages(bare, encryption)).toEqual([]);
  });
});

test("knows which resources take tags, as AWS' provider says", () => {
  const services = new Set([...taggableTypes].map((type) => type.slice("aws:".length, type.indexOf("/"))));
  const root = dirname(fileURLToPath(import.meta.resolve("@pulumi/aws")));
  const found = [...services].flatMap((service) =>
    readdirSync(join(root, service))
      .filter((file) => file.endsWith(".d.ts"))
      .flatMap((file) => {
        const args = /export interface \w+Args \{\n([\s\S]*?)\n\}/.exec(
          readFileSync(join(root, service, file), "utf8"),
        );
        const name = file.slice(0, -".d.ts".length);
        const takes = args?.[1] !== undefined && /^ {4}tags\?: pulumi\.Input<\{/m.test(args[1]);
        return takes && !name.startsWith("get")
          ? [`aws:${service}/${name}:${name.charAt(0).toUpperCase()}${name.slice(1)}`]
          : [];
      }),
  );
  expect([...taggableTypes].sort()).toEqual(found.sort());
});

describe("aws-resource-protect", () => {
  const check = (subject: ResourceSubject, settings = {}) =>
    protectAwsResource.checkStack([subject], settings).map(({ message }) => message);
  const unprotected = ({ name, type }: ResourceSubject) =>
    `${name} (${type}): Pulumi would delete it, with the data in it, without being asked. Give it the resource option protect: true.`;

  test.each([database, bucket, repository, eksCluster, volume])("refuses $type that is not protected", (subject) => {
    expect(check({ ...subject, protect: false })).toEqual([unprotected(subject)]);
    expect(check({ ...subject, protect: true })).toEqual([]);
  });

  test("says nothing where it cannot be told", () => {
    expect(check(database)).toEqual([]);
  });

  test("says nothing of what holds no data, unless it is told to", () => {
    const plain = { ...topic, protect: false };
    expect(check(plain)).toEqual([]);
    expect(check(plain, { types: [topic.type] })).toEqual([unprotected(topic)]);
  });
});

const takesAlong = (field: string, about: string) =>
  `${about}: ${field} is true: whoever deletes it deletes all that is in it. Set it to false.`;
describeRule(keepAwsResourceContent, bucket, {
  refuses: {
    "a bucket that goes with its objects": {
      change: [["forceDestroy"], true],
      says: [takesAlong("forceDestroy", "state (aws:s3/bucket:Bucket)")],
    },
  },
  waitsFor: [["forceDestroy"]],
});
describeRule(keepAwsResourceContent, repository, {
  refuses: {
    "a repository that goes with its images": {
      change: [["forceDelete"], true],
      says: [takesAlong("forceDelete", "desktop (aws:ecr/repository:Repository)")],
    },
  },
  waitsFor: [["forceDelete"]],
});

describe("aws-kms-key-protect", () => {
  const loose = { ...key, protect: false };
  const check = (subject: ResourceSubject, settings = {}) =>
    protectKmsKey.check(subject, settings).map(({ message }) => message);

  test("refuses a key that is not protected", () => {
    expect(check(loose)).toEqual([
      "key (aws:kms/key:Key): Pulumi would delete the key without being asked, and with it all that it encrypts. Give it the resource option protect: true; name it in the policy's passing where it encrypts no data that is kept.",
    ]);
    expect(check(key)).toEqual([]);
  });

  test("allows a key of the platform's alarms, and one that is named", () => {
    expect(check(below("berth:observability:AlarmTopic", loose))).toEqual([]);
    expect(check(below("berth:observability:AlarmTopic", loose), { passing: [] })).toHaveLength(1);
    expect(check(loose, { passing: ["k*"] })).toEqual([]);
  });

  test("says nothing where it cannot be told", () => {
    expect(check(subjectOf(key.type, "key", key.props))).toEqual([]);
  });
});

const budget = subjectOf("aws:budgets/budget:Budget", "budget", {
  limitAmount: "900",
  notifications: [{ threshold: 80, subscriberEmailAddresses: ["platform@example.com"] }],
});
const nobody =
  "budget (aws:budgets/budget:Budget): the budget tells nobody when it is exceeded. Add notifications with subscriberEmailAddresses or subscriberSnsTopicArns.";
describeStackRule(
  watchSpending,
  { instance, database, budget },
  {
    refuses: {
      "a stack without a budget": {
        change: [["budget"], undefined],
        says: [
          "The stack has 2 resources that are paid for by the hour (desktop first), and no budget. Add an aws.budgets.Budget with notifications (`BudgetAlarm`).",
        ],
      },
      "a budget that is silent": { change: [["budget", "notifications"], undefined], says: [nobody] },
      "a budget that nobody hears": {
        change: [["budget", "notifications", 0, "subscriberEmailAddresses"], []],
        says: [nobody],
      },
    },
    waitsFor: [
      ["budget", "notifications"],
      ["budget", "notifications", 0, "subscriberEmailAddresses"],
      ["budget", "notifications", 0, "subscriberEmailAddresses", 0],
      ["budget", "notifications", 0, "subscriberSnsTopicArns"],
    ],
  },
);
test("asks for no budget where nothing is paid for by the hour", () => {
  expect(watchSpending.checkStack([bucket, topic])).toEqual([]);
});
