import { isUnknown, type ResourceRule, violation } from "../../rule.ts";
import { isOfWorkspace, labelOf, objectName, shown } from "../kubernetes-shared/objects.ts";

const levels = ["privileged", "baseline", "restricted"];
const enforce = "pod-security.kubernetes.io/enforce";
const version = "pod-security.kubernetes.io/enforce-version";

/** https://kubernetes.io/docs/concepts/security/pod-security-admission/#pod-security-admission-labels-for-namespaces */
export const confineNamespace = {
  name: "kubernetes-namespace-confine",
  description:
    "A workspace's namespace refuses every pod that is not confined (Pod Security level `restricted`, the newest " +
    "version); every other says which level it needs: without a label it takes anything.",
  severity: "mandatory",
  types: ["kubernetes:core/v1:Namespace"],
  check: (subject) => {
    const level = labelOf(subject, enforce);
    if (isUnknown(level)) return [];
    const said = typeof level === "string" && levels.includes(level);
    if (isOfWorkspace(subject)) {
      const newest = labelOf(subject, version);
      return [
        ...(level === "restricted"
          ? []
          : [
              violation(
                subject,
                `workspace ${shown(objectName(subject))} takes pods that are not confined: label ${enforce} is ${shown(level)}.`,
                `Write ${enforce}: restricted.`,
              ),
            ]),
        ...(newest === undefined || newest === "latest" || isUnknown(newest)
          ? []
          : [
              violation(
                subject,
                `workspace ${shown(objectName(subject))} is held to an old version of the level: label ${version} is ${shown(newest)}.`,
                `Write ${version}: latest.`,
              ),
            ]),
      ];
    }
    return said
      ? []
      : [
          violation(
            subject,
            `namespace ${shown(objectName(subject))} does not say what its pods may do: label ${enforce} is ${shown(level)}.`,
            `Write ${enforce}: restricted, or the lowest of ${levels.toReversed().join(", ")} that its pods run with.`,
          ),
        ];
  },
} satisfies ResourceRule;
