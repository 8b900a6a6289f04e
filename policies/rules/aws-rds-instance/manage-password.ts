import { isUnknown, type ResourceRule, read, violation } from "../../rule.ts";
import { isOn } from "../aws-shared/words.ts";

export const manageRdsInstancePassword = {
  name: "aws-rds-instance-manage-password",
  description:
    "RDS makes, keeps and rotates the master password: one that the program gives stays in its state, and as it is.",
  severity: "mandatory",
  types: ["aws:rds/instance:Instance", "aws:rds/cluster:Cluster"],
  check(subject) {
    const { props } = subject;
    const managed = read(props, "manageMasterUserPassword");
    if (isUnknown(managed) || isOn(managed)) return [];
    return ["password", "masterPassword"]
      .filter((field) => typeof read(props, field) === "string")
      .map((field) =>
        violation(
          subject,
          `${field} is given by the program: it is in the stack's state, and never changes.`,
          `Take it out and set manageMasterUserPassword to true, or give it as ${field}Wo, which is not kept.`,
        ),
      );
  },
} satisfies ResourceRule;
