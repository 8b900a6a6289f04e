import { type ResourceRule, readList, violation } from "../../rule.ts";
import { shown } from "../kubernetes-shared/objects.ts";
import { roleTypes } from "../kubernetes-shared/roles.ts";

/** Verbs that give whoever has them the rights of others: https://kubernetes.io/docs/concepts/security/rbac-good-practices/ */
const takeover = ["escalate", "bind", "impersonate"];

export const limitRoleRights = {
  name: "kubernetes-role-limit-rights",
  description:
    "No role of ours may do everything with everything, or take the rights of others (escalate, bind, impersonate).",
  severity: "mandatory",
  types: roleTypes,
  check: (subject) =>
    readList(subject.props, "rules").flatMap((rule, index) => {
      const [verbs, resources] = [readList(rule, "verbs"), readList(rule, "resources")];
      const stolen = takeover.filter((verb) => verbs.includes(verb));
      return [
        ...(verbs.includes("*") && resources.includes("*")
          ? [
              violation(
                subject,
                `rules[${index}] gives every right on everything: verbs and resources are ["*"].`,
                "Name the resources that it works with, and the verbs that it needs on each.",
              ),
            ]
          : []),
        ...(stolen.length > 0
          ? [
              violation(
                subject,
                `rules[${index}] gives the rights of others: verbs has ${stolen.join(", ")} on ${shown(resources)}.`,
                "Take these verbs out, and give it what it needs itself.",
              ),
            ]
          : []),
      ];
    }),
} satisfies ResourceRule;
