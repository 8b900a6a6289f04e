import { z } from "zod";
import { matchesGlob } from "../../glob.ts";
import { isUnknown, type ResourceRule, read, violation } from "../../rule.ts";

const values = z.object({
  ownKey: z.array(z.string().min(1)).default([]).meta({
    description: "Log groups that need a key of one's own: logical names or URNs, `*` stands for any characters.",
  }),
});

/** CloudWatch encrypts every group: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html */
export const encryptLogGroup = {
  name: "aws-cloudwatch-log-group-encrypt",
  description:
    "Log groups that hold what only few may read are encrypted with a key of one's own. AWS encrypts the others with its own.",
  severity: "mandatory",
  values,
  types: ["aws:cloudwatch/logGroup:LogGroup"],
  check(subject, settings) {
    const { ownKey } = values.parse(settings);
    const asked = ownKey.find((glob) => matchesGlob(glob, subject.name) || matchesGlob(glob, subject.urn));
    const key = read(subject.props, "kmsKeyId");
    return asked === undefined || isUnknown(key) || (typeof key === "string" && key !== "")
      ? []
      : [
          violation(
            subject,
            `the log group has no key of its own, and the policy's ownKey asks for one ("${asked}").`,
            "Set kmsKeyId to a key whose policy lets CloudWatch Logs use it.",
          ),
        ];
  },
} satisfies ResourceRule;
