import { isUnknown, type ResourceRule, read } from "../../rule.ts";
import { eachContainer, podTypes } from "../kubernetes-shared/pods.ts";

const wanted = ["requests", "limits"].flatMap((part) => ["cpu", "memory"].map((what) => [part, what] as const));

export const limitPodResources = {
  name: "kubernetes-pod-limit-resources",
  description:
    "Every container says what it needs and what it may use at most, of CPU and of memory: the scheduler packs nodes by " +
    "the one, and neighbours are safe by the other.",
  severity: "mandatory",
  types: podTypes,
  check: (subject) =>
    eachContainer(
      subject,
      'Write resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { cpu: "1", memory: "256Mi" } } with its own figures.',
      ({ fields }) => {
        const missing = wanted.filter(([part, what]) => {
          const value = read(fields, "resources", part, what);
          return !isUnknown(value) && typeof value !== "string" && typeof value !== "number";
        });
        return missing.length === 0
          ? []
          : [`lacks ${missing.map(([part, what]) => `resources.${part}.${what}`).join(", ")}`];
      },
    ),
} satisfies ResourceRule;
