import { Alias } from "@pulumi/aws/kms/alias.js";
import { Key, type KeyArgs } from "@pulumi/aws/kms/key.js";
import { KeyPolicy } from "@pulumi/aws/kms/keyPolicy.js";
import { Topic, type TopicArgs } from "@pulumi/aws/sns/topic.js";
import { TopicPolicy } from "@pulumi/aws/sns/topicPolicy.js";
import { TopicSubscription } from "@pulumi/aws/sns/topicSubscription.js";
import * as pulumi from "@pulumi/pulumi";
import { declare, type Transform } from "../transform.ts";
import { topicKeyPolicy, topicPolicy } from "./plan.ts";
import { type AlarmTopicSpecInput, parseAlarmTopicSpec } from "./spec.ts";

export interface AlarmTopicArgs {
  /** Who is told. Plain data, because it decides which subscriptions exist. */
  readonly spec: AlarmTopicSpecInput;
  /** Last changes to single children, where no argument says it. */
  readonly transform?: { readonly topic?: Transform<TopicArgs>; readonly key?: Transform<KeyArgs> };
}

/** The topic's resources; subscriptions by address. */
export interface AlarmTopicNodes {
  readonly key: Key;
  readonly keyPolicy: KeyPolicy;
  readonly alias: Alias;
  readonly topic: Topic;
  readonly policy: TopicPolicy;
  readonly subscriptions: Readonly<Record<string, TopicSubscription>>;
}

/**
 * Where alarms go: an encrypted SNS topic to which this account's CloudWatch alarms and budgets may send, and
 * Alertmanager, with an e-mail subscription for each address.
 *
 * Costs $1 a month for the key; the first thousand e-mails a month are free, then $2 for 100 000
 * (https://aws.amazon.com/sns/pricing/, https://aws.amazon.com/kms/pricing/).
 *
 * @example
 * const alarms = new AlarmTopic("alarms", { spec: { emails: ["oncall@example.com"] } });
 */
export class AlarmTopic extends pulumi.ComponentResource {
  /** ARN of the topic, known when the services may send to it. */
  readonly topicArn: pulumi.Output<string>;
  /** ARN of its key: who sends to the topic must be allowed to use it. */
  readonly keyArn: pulumi.Output<string>;
  readonly nodes: AlarmTopicNodes;

  constructor(name: string, args: AlarmTopicArgs, options?: pulumi.ComponentResourceOptions) {
    super("berth:observability:AlarmTopic", name, {}, options);
    const spec = parseAlarmTopicSpec(args.spec);
    const { transform = {} } = args;
    const here = { parent: this };

    const locked = declare<KeyArgs>(
      transform.key,
      { description: "Berth: alarms on their way", enableKeyRotation: true, deletionWindowInDays: 7 },
      here,
    );
    const key = new Key(`${name}-key`, locked.args, locked.options);
    const keyPolicy = new KeyPolicy(
      `${name}-key-policy`,
      { keyId: key.keyId, policy: key.arn.apply((arn) => JSON.stringify(topicKeyPolicy(arn))) },
      here,
    );
    const declared = declare<TopicArgs>(
      transform.topic,
      { displayName: "Berth", kmsMasterKeyId: key.arn },
      { ...here, dependsOn: [keyPolicy] },
    );
    const topic = new Topic(`${name}-topic`, declared.args, declared.options);
    const alias = new Alias(
      `${name}-key-alias`,
      { name: pulumi.interpolate`alias/berth/alarms/${topic.name}`, targetKeyId: key.keyId },
      here,
    );
    const policy = new TopicPolicy(
      `${name}-policy`,
      { arn: topic.arn, policy: topic.arn.apply((arn) => JSON.stringify(topicPolicy(arn))) },
      here,
    );
    const subscriptions = Object.fromEntries(
      spec.emails.map((endpoint) => [
        endpoint,
        new TopicSubscription(`${name}-to-${endpoint}`, { topic: topic.arn, protocol: "email", endpoint }, here),
      ]),
    );

    this.nodes = { key, keyPolicy, alias, topic, policy, subscriptions };
    this.topicArn = pulumi.all([topic.arn, policy.id]).apply(([arn]) => arn);
    this.keyArn = key.arn;
    this.registerOutputs({ topicArn: this.topicArn, keyArn: this.keyArn });
  }
}
