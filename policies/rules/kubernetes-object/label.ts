import { labelKeys, managedBy } from "../../../components/core/labels.ts";
import { isUnknown, type ResourceSubject, read, type StackRule, violation } from "../../rule.ts";
import {
  isObject,
  isOfWorkspace,
  kindOf,
  labelOf,
  namespaceOf,
  objectName,
  shown,
} from "../kubernetes-shared/objects.ts";

const { workspace, owner, blueprint, installation, component } = labelKeys;

/** A stack rule, as it is about objects of every kind, those of definitions too. */
export const labelKubernetesObject = {
  name: "kubernetes-object-label",
  description:
    "Every object in the cluster says that it is Berth's, and whose: a workspace's its workspace, owner, blueprint and " +
    "installation, any other its component. By these labels it is found, paid for, and deleted; nothing without them " +
    "is ever touched.",
  severity: "mandatory",
  checkStack: (subjects) =>
    subjects.filter(isObject).flatMap((subject) => {
      if (isUnknown(read(subject.props, "metadata", "labels"))) return [];
      const wrong = wrongLabels(subject);
      if (wrong.length === 0) return [];
      const found = wrong.map((key) => `${key} is ${shown(labelOf(subject, key))}`).join(", ");
      return [
        violation(
          subject,
          `its labels do not say whose it is: ${found}.`,
          isOfWorkspace(subject)
            ? "Give it workspaceLabels(…), with the workspace's own id."
            : 'Give it componentLabels("…"), with the part of the platform that it belongs to.',
        ),
      ];
    }),
} satisfies StackRule;

function wrongLabels(subject: ResourceSubject): readonly string[] {
  const ours = [labelKeys.managedBy].filter((key) => !isEither(labelOf(subject, key), managedBy));
  const needed = isOfWorkspace(subject) ? [owner, blueprint, installation] : [component];
  const missing = needed.filter((key) => !isEither(labelOf(subject, key)));
  return [...ours, ...(isOfWorkspace(subject) ? misplaced(subject) : []), ...missing];
}

/** A workspace's objects carry its id, which is the name of their namespace. */
function misplaced(subject: ResourceSubject): readonly string[] {
  const place = kindOf(subject) === "Namespace" ? objectName(subject) : namespaceOf(subject);
  const id = labelOf(subject, workspace);
  return isUnknown(place) || isUnknown(id) || id === place ? [] : [workspace];
}

/** Whether a label's value is the wanted one, or any; what is not known yet may be. */
function isEither(value: unknown, wanted?: string): boolean {
  if (isUnknown(value)) return true;
  return wanted === undefined ? typeof value === "string" && value !== "" : value === wanted;
}
