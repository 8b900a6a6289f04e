import { type ResourceRule, read, violation } from "../../rule.ts";
import { allowedBy, isForEveryone, nameOf } from "../aws-shared/policy-document.ts";

export const limitIamRoleTrust = {
  name: "aws-iam-role-limit-trust",
  description:
    "Roles are taken by those that they name: never by everyone with an AWS account, whatever the condition.",
  severity: "mandatory",
  types: ["aws:iam/role:Role"],
  check: (subject) =>
    allowedBy(read(subject.props, "assumeRolePolicy"))
      .filter(isForEveryone)
      .map((statement) =>
        violation(
          subject,
          `${nameOf(statement)} of assumeRolePolicy lets everyone take the role.`,
          "Name the service, the accounts or the roles that take it.",
        ),
      ),
} satisfies ResourceRule;
