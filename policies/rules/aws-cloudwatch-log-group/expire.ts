import { isUnknown, type ResourceRule, read, violation } from "../../rule.ts";
import { shown } from "../aws-shared/words.ts";

export const expireLogGroup = {
  name: "aws-cloudwatch-log-group-expire",
  description:
    "Logs are thrown away after a time that somebody chose: kept for ever they cost more each month, and tell on people for ever.",
  severity: "mandatory",
  types: ["aws:cloudwatch/logGroup:LogGroup"],
  check(subject) {
    const days = read(subject.props, "retentionInDays");
    return isUnknown(days) || (typeof days === "number" && days > 0)
      ? []
      : [
          violation(
            subject,
            `retentionInDays is ${shown(days)}: its logs are kept for ever.`,
            "Set it to as many days as they are needed.",
          ),
        ];
  },
} satisfies ResourceRule;
