import { isUnknown, type ResourceSubject, read, readList, type StackRule, violation } from "../../rule.ts";
import { isOfWorkspace, namespaceOf, objectName, shown } from "../kubernetes-shared/objects.ts";
import { type Answer, every, same, selectsAll, some } from "../kubernetes-shared/selectors.ts";

const directions = { Ingress: "let in", Egress: "let out" };

/** https://kubernetes.io/docs/concepts/services-networking/network-policies/#default-policies */
export const fenceNamespace = {
  name: "kubernetes-namespace-fence",
  description:
    "Every namespace that a stack makes has a NetworkPolicy for all of its pods in both directions, so that nothing " +
    "passes but what a policy names: users' own programs run beside each other.",
  severity: "mandatory",
  checkStack: (subjects) => {
    const policies = subjects.filter(({ type }) => type === "kubernetes:networking.k8s.io/v1:NetworkPolicy");
    return subjects
      .filter(({ type }) => type === "kubernetes:core/v1:Namespace")
      .flatMap((namespace) => {
        const name = objectName(namespace);
        const open = Object.entries(directions).filter(
          ([direction]) => some(policies.map((policy) => fences(policy, name, direction))) === false,
        );
        if (open.length === 0) return [];
        const what = isOfWorkspace(namespace) ? "workspace" : "namespace";
        return [
          violation(
            namespace,
            `${what} ${shown(name)} is open: no NetworkPolicy of it says what is ${open.map(([, said]) => said).join(" and what is ")} for all of its pods.`,
            'Add a NetworkPolicy in it with podSelector: {} and policyTypes: ["Ingress", "Egress"], and others for what may pass.',
          ),
        ];
      });
  },
} satisfies StackRule;

/** Whether a policy is for all pods of a namespace in one direction, and does not let everything pass. */
function fences(policy: ResourceSubject, namespace: unknown, direction: string): Answer {
  return every([
    same(namespaceOf(policy), namespace),
    selectsAll(read(policy.props, "spec", "podSelector") ?? {}),
    concerns(policy, direction),
    !readList(policy.props, "spec", direction.toLowerCase()).some(letsAllPass),
  ]);
}

/** Without types a policy is one for what comes in, and for what goes out where it has rules for that. */
function concerns({ props }: ResourceSubject, direction: string): Answer {
  const types = read(props, "spec", "policyTypes");
  if (isUnknown(types)) return types;
  if (types === undefined) return direction === "Ingress" || readList(props, "spec", "egress").length > 0;
  return some(readList(types).map((type) => same(type, direction)));
}

/** A rule without peers and without ports. */
function letsAllPass(rule: unknown): boolean {
  return ["from", "to", "ports"].every((field) => {
    const value = read(rule, field);
    return value === undefined || (Array.isArray(value) && value.length === 0);
  });
}
