import { isUnknown, type ResourceRule, read } from "../../rule.ts";
import { isOfWorkspace, shown } from "../kubernetes-shared/objects.ts";
import { eachContainer, podTypes } from "../kubernetes-shared/pods.ts";

export const sealPodRootFilesystem = {
  name: "kubernetes-pod-seal-root-filesystem",
  description:
    "A container cannot write over the programs of its image. Only a workspace's may, as a desktop's apps write where " +
    "they please, and it says so.",
  severity: "mandatory",
  types: podTypes,
  check: (subject) => {
    const open = isOfWorkspace(subject);
    return eachContainer(
      subject,
      open
        ? "Write securityContext.readOnlyRootFilesystem: true, or false where the workspace must write beside its volumes."
        : "Write securityContext.readOnlyRootFilesystem: true, and mount an emptyDir where it must write.",
      ({ fields }) => {
        const value = read(fields, "securityContext", "readOnlyRootFilesystem");
        if (value === true || isUnknown(value) || (open && value === false)) return [];
        return [
          open
            ? `does not say whether its image's files can be written: readOnlyRootFilesystem is ${shown(value)}`
            : `may write its image's files: readOnlyRootFilesystem is ${shown(value)}`,
        ];
      },
    );
  },
} satisfies ResourceRule;
