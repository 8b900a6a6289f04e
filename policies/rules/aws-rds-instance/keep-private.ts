import { type ResourceRule, read, violation } from "../../rule.ts";
import { isOn } from "../aws-shared/words.ts";

export const keepRdsInstancePrivate = {
  name: "aws-rds-instance-keep-private",
  description: "Databases have no public address.",
  severity: "mandatory",
  types: ["aws:rds/instance:Instance", "aws:rds/clusterInstance:ClusterInstance"],
  check: (subject) =>
    isOn(read(subject.props, "publiclyAccessible"))
      ? [
          violation(
            subject,
            "publiclyAccessible is true: the database has a public address.",
            "Set it to false; reach it from within the network.",
          ),
        ]
      : [],
} satisfies ResourceRule;
