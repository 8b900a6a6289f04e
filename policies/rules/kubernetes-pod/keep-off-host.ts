import { isRecord, type ResourceRule, read, readList, violation } from "../../rule.ts";
import { shown } from "../kubernetes-shared/objects.ts";
import { eachContainer, podSpecOf, podTypes } from "../kubernetes-shared/pods.ts";

const shares = { hostNetwork: "network", hostPID: "processes", hostIPC: "shared memory" };

export const keepPodOffHost = {
  name: "kubernetes-pod-keep-off-host",
  description:
    "No pod shares its node's network, processes, shared memory, files or ports: each of them leads out of the container.",
  severity: "mandatory",
  types: podTypes,
  check: (subject) => {
    const pod = podSpecOf(subject);
    return [
      ...Object.entries(shares)
        .filter(([field]) => read(pod, field) === true)
        .map(([field, what]) =>
          violation(subject, `the pod shares its node's ${what}: ${field} is true.`, `Leave ${field} out.`),
        ),
      ...readList(pod, "volumes")
        .filter((volume) => isRecord(read(volume, "hostPath")))
        .map((volume) =>
          violation(
            subject,
            `volume ${shown(read(volume, "name"))} is a folder of the node: hostPath is ${shown(read(volume, "hostPath", "path"))}.`,
            "Mount an emptyDir, a PersistentVolumeClaim, a ConfigMap or a Secret instead.",
          ),
        ),
      ...eachContainer(subject, "Leave hostPort out, and lead to the pod by a Service.", ({ fields }) =>
        readList(fields, "ports").flatMap((port) => {
          const hostPort = read(port, "hostPort");
          return typeof hostPort === "number" && hostPort !== 0
            ? [`takes a port of its node: hostPort is ${hostPort}`]
            : [];
        }),
      ),
    ];
  },
} satisfies ResourceRule;
