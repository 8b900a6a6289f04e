import { type ResourceRule, read, readList, violation } from "../../rule.ts";
import { shown } from "../kubernetes-shared/objects.ts";
import { roleBindingTypes } from "../kubernetes-shared/roles.ts";

/** Groups of everyone, or of nobody in particular. */
const everyone = ["system:masters", "system:authenticated", "system:unauthenticated", "system:serviceaccounts"];

export const refuseAdminBinding = {
  name: "kubernetes-role-binding-refuse-admin",
  description:
    "No binding makes a program the cluster's administrator, or gives rights to everyone (all ServiceAccounts, all who " +
    "are, or are not, logged in).",
  severity: "mandatory",
  types: roleBindingTypes,
  check: (subject) => {
    const role = read(subject.props, "roleRef", "name");
    const kind = read(subject.props, "roleRef", "kind");
    const groups = readList(subject.props, "subjects").filter((one) => {
      const name = read(one, "name");
      return typeof name === "string" && (everyone.includes(name) || name === "system:anonymous");
    });
    return [
      ...(role === "cluster-admin" && kind !== "Role"
        ? [
            violation(
              subject,
              `it makes administrators: roleRef.name is ${shown(role)}.`,
              "Write a role with what its subjects need, and bind that.",
            ),
          ]
        : []),
      ...groups.map((one) =>
        violation(
          subject,
          `it gives rights to everyone: subjects has ${shown(read(one, "name"))}.`,
          "Name the ServiceAccount, the user or a group of your own.",
        ),
      ),
    ];
  },
} satisfies ResourceRule;
