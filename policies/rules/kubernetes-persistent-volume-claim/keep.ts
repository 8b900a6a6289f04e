import { z } from "zod";
import { matchesGlob } from "../../glob.ts";
import { isUnknown, type ResourceRule, type ResourceSubject, read, readList, violation } from "../../rule.ts";
import { isOfWorkspace, kindOf, shown } from "../kubernetes-shared/objects.ts";
import { workspaceClasses } from "../kubernetes-shared/storage.ts";

const values = z.strictObject(workspaceClasses);

export const keepWorkspaceClaim = {
  name: "kubernetes-persistent-volume-claim-keep",
  description:
    "A workspace claims its volume in a class whose volumes outlive their claims: the cluster's default class deletes them.",
  severity: "mandatory",
  types: ["kubernetes:core/v1:PersistentVolumeClaim", "kubernetes:apps/v1:StatefulSet"],
  values,
  check: (subject, settings) => {
    if (!isOfWorkspace(subject)) return [];
    const { classes } = values.parse(settings);
    return claimsOf(subject).flatMap((claim) => {
      const wanted = read(claim, "spec", "storageClassName");
      const kept = typeof wanted === "string" && classes.some((pattern) => matchesGlob(pattern, wanted));
      if (kept || isUnknown(wanted)) return [];
      return [
        violation(
          subject,
          `the workspace's volume may go with its claim: storageClassName is ${shown(wanted)}.`,
          `Claim it in a class of workspaces (${classes.join(", ")}), or add the class to \`classes\`.`,
        ),
      ];
    });
  },
} satisfies ResourceRule;

/** A claim itself, or those that a StatefulSet makes for each of its pods. */
function claimsOf(subject: ResourceSubject): readonly unknown[] {
  if (kindOf(subject) === "PersistentVolumeClaim") return [subject.props];
  return readList(subject.props, "spec", "volumeClaimTemplates");
}
