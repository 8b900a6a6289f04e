import { z } from "zod";
import { matchesGlob } from "../../glob.ts";
import { isUnknown, type ResourceRule, read, violation } from "../../rule.ts";
import { objectName, shown } from "../kubernetes-shared/objects.ts";
import { workspaceClasses } from "../kubernetes-shared/storage.ts";

const values = z.strictObject(workspaceClasses);

export const retainStorageClass = {
  name: "kubernetes-storage-class-retain",
  description:
    "Volumes of workspaces outlive their claims (reclaim policy Retain): a namespace takes its claims along when it " +
    "goes, and deleting what a user has is always a step of its own.",
  severity: "mandatory",
  types: ["kubernetes:storage.k8s.io/v1:StorageClass"],
  values,
  check: (subject, settings) => {
    const name = objectName(subject);
    if (isUnknown(name) || !values.parse(settings).classes.some((pattern) => matchesGlob(pattern, name))) return [];
    const policy = read(subject.props, "reclaimPolicy");
    if (policy === "Retain" || isUnknown(policy)) return [];
    return [
      violation(
        subject,
        `class ${shown(name)} deletes users' volumes with their claims: reclaimPolicy is ${shown(policy)}.`,
        "Write reclaimPolicy: Retain. A class cannot be changed: it is made anew, and volumes that are there keep theirs.",
      ),
    ];
  },
} satisfies ResourceRule;
