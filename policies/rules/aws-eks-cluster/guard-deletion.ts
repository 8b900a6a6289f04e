import { isUnknown, type ResourceRule, read, violation } from "../../rule.ts";
import { isOn, shown } from "../aws-shared/words.ts";

export const guardEksClusterDeletion = {
  name: "aws-eks-cluster-guard-deletion",
  description: "AWS refuses to delete the cluster: every workspace is gone with it.",
  severity: "mandatory",
  types: ["aws:eks/cluster:Cluster"],
  check(subject) {
    const guarded = read(subject.props, "deletionProtection");
    return isUnknown(guarded) || isOn(guarded)
      ? []
      : [
          violation(
            subject,
            `deletionProtection is ${shown(guarded)}: one call deletes the cluster with all workspaces.`,
            "Set it to true.",
          ),
        ];
  },
} satisfies ResourceRule;
