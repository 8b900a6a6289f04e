import { isUnknown, type ResourceRule, read, violation } from "../../rule.ts";

export const encryptSnsTopic = {
  name: "aws-sns-topic-encrypt",
  description: "What waits in a topic is encrypted: SNS does so only where a key is named.",
  severity: "mandatory",
  types: ["aws:sns/topic:Topic"],
  check(subject) {
    const key = read(subject.props, "kmsMasterKeyId");
    return isUnknown(key) || (typeof key === "string" && key !== "")
      ? []
      : [
          violation(
            subject,
            "the topic's messages are stored in plain.",
            "Set kmsMasterKeyId to a key of yours: alias/aws/sns does not let CloudWatch and Budgets send.",
          ),
        ];
  },
} satisfies ResourceRule;
