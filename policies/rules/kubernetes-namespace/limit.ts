import { isUnknown, type ResourceSubject, read, type StackRule, violation } from "../../rule.ts";
import { isOfWorkspace, namespaceOf, objectName, shown } from "../kubernetes-shared/objects.ts";
import { same } from "../kubernetes-shared/selectors.ts";

const counted = ["pods", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"];

export const limitWorkspaceNamespace = {
  name: "kubernetes-namespace-limit",
  description:
    "Every workspace's namespace has a ResourceQuota for pods and for what they request and use, so that one user " +
    "cannot take the nodes of all.",
  severity: "mandatory",
  checkStack: (subjects) => {
    const quotas = subjects.filter(({ type }) => type === "kubernetes:core/v1:ResourceQuota");
    return subjects
      .filter((subject) => subject.type === "kubernetes:core/v1:Namespace" && isOfWorkspace(subject))
      .flatMap((namespace) => {
        const name = objectName(namespace);
        const here = quotas.filter((quota) => same(namespaceOf(quota), name) !== false);
        if (here.some((quota) => isUnknown(same(namespaceOf(quota), name)))) return [];
        const free = counted.filter((what) => !here.some((quota) => limits(quota, what)));
        if (free.length === 0) return [];
        return [
          violation(
            namespace,
            `workspace ${shown(name)} has no limit of ${free.join(", ")}.`,
            `Add a ResourceQuota in it whose spec.hard has ${counted.join(", ")}.`,
          ),
        ];
      });
  },
} satisfies StackRule;

/** A quota of some scopes is one of some pods only. */
function limits({ props }: ResourceSubject, what: string): boolean {
  const hard = read(props, "spec", "hard");
  const scoped = read(props, "spec", "scopes") ?? read(props, "spec", "scopeSelector");
  return isUnknown(hard) || isUnknown(scoped) || (read(hard, what) !== undefined && scoped === undefined);
}
