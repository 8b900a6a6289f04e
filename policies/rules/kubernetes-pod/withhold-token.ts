import { isRecord, isUnknown, type ResourceRule, read, readList, violation } from "../../rule.ts";
import { isOfWorkspace, shown } from "../kubernetes-shared/objects.ts";
import { podSpecOf, podTypes } from "../kubernetes-shared/pods.ts";

export const withholdPodToken = {
  name: "kubernetes-pod-withhold-token",
  description:
    "No pod is handed its ServiceAccount's token by itself; one of the platform's that needs it mounts one that ends (a " +
    "projected volume), and a workspace gets none at all.",
  severity: "mandatory",
  types: podTypes,
  check: (subject) => {
    const pod = podSpecOf(subject);
    if (isUnknown(pod)) return [];
    const automount = read(pod, "automountServiceAccountToken");
    const mounted = isOfWorkspace(subject)
      ? readList(pod, "volumes").filter((volume) =>
          readList(volume, "projected", "sources").some((source) => isRecord(read(source, "serviceAccountToken"))),
        )
      : [];
    return [
      ...(automount === false || isUnknown(automount)
        ? []
        : [
            violation(
              subject,
              `its pods are handed a token for the API server: automountServiceAccountToken is ${shown(automount)}.`,
              "Write automountServiceAccountToken: false on the pod.",
            ),
          ]),
      ...mounted.map((volume) =>
        violation(
          subject,
          `volume ${shown(read(volume, "name"))} hands the workspace a token for the API server.`,
          "Take its serviceAccountToken source out: what users run has no business with the cluster.",
        ),
      ),
    ];
  },
} satisfies ResourceRule;
