import { hasUnknown, type ResourceRule, read, readList, violation } from "../../rule.ts";
import { shown } from "../aws-shared/words.ts";

export const logEksClusterAudit = {
  name: "aws-eks-cluster-log-audit",
  description: "The control plane writes down who did what in the cluster, and as whom they came.",
  severity: "mandatory",
  types: ["aws:eks/cluster:Cluster"],
  check(subject) {
    const types = read(subject.props, "enabledClusterLogTypes");
    if (hasUnknown(types)) return [];
    const missing = ["audit", "authenticator"].filter((type) => !readList(types).includes(type));
    return missing.length === 0
      ? []
      : [
          violation(
            subject,
            `enabledClusterLogTypes is ${shown(types)}: what is done in the cluster leaves no trace.`,
            `Add ${missing.map((type) => `"${type}"`).join(" and ")}.`,
          ),
        ];
  },
} satisfies ResourceRule;
