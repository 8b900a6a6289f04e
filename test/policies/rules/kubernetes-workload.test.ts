import { keepWorkloadAvailable } from "../../../policies/rules/kubernetes-workload/keep-available.ts";
import { describeStackRule } from "./describe-rule.ts";
import { deployment, inPlatform, ofApi } from "./kubernetes-fixtures.ts";

const budget = inPlatform("kubernetes:policy/v1:PodDisruptionBudget", "berth-api", {
  spec: { maxUnavailable: 1, selector: { matchLabels: ofApi } },
});
const says = (pods: number) => [
  `api (kubernetes:apps/v1:Deployment): all of its ${pods} pods may be taken away at once: no PodDisruptionBudget selects them. Add a PodDisruptionBudget in its namespace with maxUnavailable: 1 and the selector of its pods.`,
];

describeStackRule(
  keepWorkloadAvailable,
  { deployment, budget },
  {
    refuses: {
      "two pods without a budget": { change: [["budget"], undefined], says: says(2) },
      "a budget of other pods": {
        change: [["budget", "spec", "selector", "matchLabels", "berth.dev/component"], "router"],
        says: says(2),
      },
      "a budget of other pods by an expression": {
        change: [
          ["budget", "spec", "selector"],
          { matchExpressions: [{ key: "berth.dev/component", operator: "NotIn", values: ["api"] }] },
        ],
        says: says(2),
      },
      "a budget of no pods": { change: [["budget", "spec", "selector"], undefined], says: says(2) },
      "a budget in another namespace": {
        change: [["budget", "metadata", "namespace"], "default"],
        says: says(2),
      },
    },
    allows: {
      "a budget by an expression": {
        change: [
          ["budget", "spec", "selector"],
          { matchExpressions: [{ key: "berth.dev/component", operator: "In", values: ["api", "router"] }] },
        ],
      },
    },
    waitsFor: [
      ["budget", "spec", "selector"],
      ["budget", "spec", "selector", "matchLabels", "berth.dev/component"],
      ["budget", "metadata", "namespace"],
      ["deployment", "spec", "replicas"],
    ],
  },
);

const scaler = inPlatform("kubernetes:autoscaling/v2:HorizontalPodAutoscaler", "berth-api", {
  spec: { scaleTargetRef: { kind: "Deployment", name: "berth-api" }, minReplicas: 3 },
});
describeStackRule(
  { ...keepWorkloadAvailable, name: "kubernetes-workload-keep-available, of what is scaled" },
  { deployment, budget, scaler },
  {
    refuses: { "as many pods as there are at least": { change: [["budget"], undefined], says: says(3) } },
    waitsFor: [["scaler", "spec", "minReplicas"]],
  },
);
describeStackRule(
  { ...keepWorkloadAvailable, name: "kubernetes-workload-keep-available, of one pod" },
  { deployment: { ...deployment, props: { ...deployment.props, spec: { replicas: 1 } } } },
  {
    refuses: { two: { change: [["deployment", "spec", "replicas"], 2], says: says(2) } },
    waitsFor: [["deployment", "spec"]],
  },
);
