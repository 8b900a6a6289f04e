import { isUnknown, type ResourceRule, read, readList } from "../../rule.ts";
import { shown } from "../kubernetes-shared/objects.ts";
import { eachContainer, podTypes } from "../kubernetes-shared/pods.ts";

/** The only one that the restricted level allows. */
const allowed = "NET_BIND_SERVICE";

export const dropPodCapabilities = {
  name: "kubernetes-pod-drop-capabilities",
  description: `Every container drops all of the kernel's capabilities and adds none but ${allowed}.`,
  severity: "mandatory",
  types: podTypes,
  check: (subject) =>
    eachContainer(
      subject,
      `Write securityContext.capabilities: { drop: ["ALL"] } on the container, and add none but ${allowed}.`,
      ({ fields }) => {
        const drop = read(fields, "securityContext", "capabilities", "drop");
        const dropped = readList(fields, "securityContext", "capabilities", "drop");
        const added = readList(fields, "securityContext", "capabilities", "add").filter(
          (one) => one !== allowed && !isUnknown(one),
        );
        return [
          ...(isUnknown(drop) || dropped.includes("ALL") || dropped.some(isUnknown)
            ? []
            : [`keeps capabilities: capabilities.drop is ${shown(drop)}`]),
          ...(added.length === 0 ? [] : [`adds capabilities: capabilities.add has ${added.map(String).join(", ")}`]),
        ];
      },
    ),
} satisfies ResourceRule;
