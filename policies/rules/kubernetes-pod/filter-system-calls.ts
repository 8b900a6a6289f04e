import { isUnknown, type ResourceRule } from "../../rule.ts";
import { shown } from "../kubernetes-shared/objects.ts";
import { eachContainer, podTypes, securityOf } from "../kubernetes-shared/pods.ts";

export const filterPodSystemCalls = {
  name: "kubernetes-pod-filter-system-calls",
  description:
    "Every container runs behind a seccomp profile, the container runtime's own (RuntimeDefault) or one of the node " +
    "(Localhost): without one it reaches the whole kernel.",
  severity: "mandatory",
  types: podTypes,
  check: (subject) =>
    eachContainer(
      subject,
      'Write securityContext.seccompProfile: { type: "RuntimeDefault" } on the pod.',
      (container) => {
        const profile = securityOf(subject, container, "seccompProfile", "type");
        if (profile === "RuntimeDefault" || profile === "Localhost" || isUnknown(profile)) return [];
        return [`may call all of the kernel: seccompProfile.type is ${shown(profile)}`];
      },
    ),
} satisfies ResourceRule;
