import { isUnknown, type ResourceRule, read, violation } from "../../rule.ts";
import { shown } from "../kubernetes-shared/objects.ts";

export const withholdServiceAccountToken = {
  name: "kubernetes-service-account-withhold-token",
  description: "A ServiceAccount hands its token to no pod by itself: who needs one mounts one that ends.",
  severity: "mandatory",
  types: ["kubernetes:core/v1:ServiceAccount"],
  check: (subject) => {
    const automount = read(subject.props, "automountServiceAccountToken");
    if (automount === false || isUnknown(automount)) return [];
    return [
      violation(
        subject,
        `its token is mounted into every pod that runs as it: automountServiceAccountToken is ${shown(automount)}.`,
        "Write automountServiceAccountToken: false.",
      ),
    ];
  },
} satisfies ResourceRule;
