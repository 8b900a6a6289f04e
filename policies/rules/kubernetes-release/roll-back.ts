import { isUnknown, type ResourceRule, read, violation } from "../../rule.ts";
import { shown } from "../kubernetes-shared/objects.ts";

export const rollBackRelease = {
  name: "kubernetes-release-roll-back",
  description:
    "A release that fails is rolled back to what was there (atomic): half of a new version beside half of an old one " +
    "stays for somebody to clear up.",
  severity: "mandatory",
  types: ["kubernetes:helm.sh/v3:Release"],
  check: (subject) => {
    const atomic = read(subject.props, "atomic");
    if (atomic === true || isUnknown(atomic)) return [];
    return [
      violation(
        subject,
        `a failed update of chart ${shown(read(subject.props, "chart"))} stays half done: atomic is ${shown(atomic)}.`,
        "Write atomic: true.",
      ),
    ];
  },
} satisfies ResourceRule;
