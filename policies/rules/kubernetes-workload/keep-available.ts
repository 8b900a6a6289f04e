import { type ResourceSubject, read, type StackRule, violation } from "../../rule.ts";
import { kindOf, namespaceOf, objectName } from "../kubernetes-shared/objects.ts";
import { podLabelsOf } from "../kubernetes-shared/pods.ts";
import { type Answer, every, same, selects, some } from "../kubernetes-shared/selectors.ts";

const workloads = ["kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet"];

export const keepWorkloadAvailable = {
  name: "kubernetes-workload-keep-available",
  description:
    "What runs in two pods or more has a PodDisruptionBudget: nodes are drained for each update, and without one all " +
    "pods may go at once.",
  severity: "mandatory",
  checkStack: (subjects) => {
    const budgets = subjects.filter(({ type }) => type === "kubernetes:policy/v1:PodDisruptionBudget");
    const scalers = subjects.filter(({ type }) => /^kubernetes:autoscaling\/v\d:HorizontalPodAutoscaler$/.test(type));
    return subjects
      .filter(({ type }) => workloads.includes(type))
      .flatMap((workload) => {
        const replicas = leastReplicas(workload, scalers);
        if (typeof replicas !== "number" || replicas < 2) return [];
        if (some(budgets.map((budget) => guards(budget, workload))) !== false) return [];
        return [
          violation(
            workload,
            `all of its ${replicas} pods may be taken away at once: no PodDisruptionBudget selects them.`,
            "Add a PodDisruptionBudget in its namespace with maxUnavailable: 1 and the selector of its pods.",
          ),
        ];
      });
  },
} satisfies StackRule;

/** How many pods there are at least: what it says, or what scales it says. */
function leastReplicas(workload: ResourceSubject, scalers: readonly ResourceSubject[]): unknown {
  const scaler = scalers.find(
    (one) =>
      every([
        same(read(one.props, "spec", "scaleTargetRef", "kind"), kindOf(workload)),
        same(read(one.props, "spec", "scaleTargetRef", "name"), objectName(workload)),
        same(namespaceOf(one), namespaceOf(workload)),
      ]) === true,
  );
  if (scaler !== undefined) return read(scaler.props, "spec", "minReplicas") ?? 1;
  return read(workload.props, "spec", "replicas") ?? 1;
}

function guards(budget: ResourceSubject, workload: ResourceSubject): Answer {
  return every([
    same(namespaceOf(budget), namespaceOf(workload)),
    selects(read(budget.props, "spec", "selector"), podLabelsOf(workload)),
  ]);
}
