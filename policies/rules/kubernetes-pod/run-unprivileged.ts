import { isUnknown, type ResourceRule, read } from "../../rule.ts";
import { shown } from "../kubernetes-shared/objects.ts";
import { eachContainer, podTypes, securityOf } from "../kubernetes-shared/pods.ts";

/** https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted */
export const runPodUnprivileged = {
  name: "kubernetes-pod-run-unprivileged",
  description:
    "Every container runs as another user than root, is not privileged, and gains no privileges while it runs: root in " +
    "a container is root on the node when it breaks out.",
  severity: "mandatory",
  types: podTypes,
  check: (subject) => {
    return eachContainer(
      subject,
      "Set runAsNonRoot: true (and runAsUser to another than 0) on the pod or the container, allowPrivilegeEscalation: " +
        "false on the container, and leave privileged out.",
      (container) => {
        const nonRoot = securityOf(subject, container, "runAsNonRoot");
        const user = securityOf(subject, container, "runAsUser");
        const escalation = read(container.fields, "securityContext", "allowPrivilegeEscalation");
        const privileged = read(container.fields, "securityContext", "privileged");
        const hostProcess = securityOf(subject, container, "windowsOptions", "hostProcess");
        return [
          ...(nonRoot === true || isUnknown(nonRoot) ? [] : [`may run as root: runAsNonRoot is ${shown(nonRoot)}`]),
          ...(user === 0 ? ["runs as root: runAsUser is 0"] : []),
          ...(escalation === false || isUnknown(escalation)
            ? []
            : [`may gain privileges: allowPrivilegeEscalation is ${shown(escalation)}`]),
          ...(privileged === true ? ["is privileged: privileged is true"] : []),
          ...(hostProcess === true ? ["runs on its node itself: windowsOptions.hostProcess is true"] : []),
        ];
      },
    );
  },
} satisfies ResourceRule;
