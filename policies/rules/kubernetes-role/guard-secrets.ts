import { isUnknown, type ResourceRule, read, readList, violation } from "../../rule.ts";
import { kindOf } from "../kubernetes-shared/objects.ts";
import { roleTypes } from "../kubernetes-shared/roles.ts";

const reading = ["get", "list", "watch", "*"];

export const guardSecretsFromRole = {
  name: "kubernetes-role-guard-secrets",
  description:
    "No role of ours may read all Secrets of the cluster: a ClusterRole names the ones that it reads. (To list Secrets " +
    "is to read them.)",
  severity: "mandatory",
  types: roleTypes,
  check: (subject) => {
    if (kindOf(subject) !== "ClusterRole") return [];
    return readList(subject.props, "rules").flatMap((rule, index) => {
      const groups = readList(rule, "apiGroups");
      const resources = readList(rule, "resources");
      const concerned =
        ["secrets", "*"].some((name) => resources.includes(name)) && ["", "*"].some((name) => groups.includes(name));
      const verbs = readList(rule, "verbs").filter((verb) => reading.some((one) => one === verb));
      const names = read(rule, "resourceNames");
      if (!concerned || verbs.length === 0 || isUnknown(names) || readList(names).length > 0) return [];
      return [
        violation(
          subject,
          `rules[${index}] lets it read every Secret of the cluster: ${verbs.join(", ")} on secrets without resourceNames.`,
          "Name the Secrets in resourceNames, or use a Role in the namespace that they are in.",
        ),
      ];
    });
  },
} satisfies ResourceRule;
