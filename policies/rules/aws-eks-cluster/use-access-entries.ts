import { isUnknown, type ResourceRule, read, violation } from "../../rule.ts";
import { shown } from "../aws-shared/words.ts";

export const useEksClusterAccessEntries = {
  name: "aws-eks-cluster-use-access-entries",
  description:
    "Access entries alone say who is who in the cluster: the aws-auth ConfigMap can be changed from within, and nobody sees it in AWS.",
  severity: "mandatory",
  types: ["aws:eks/cluster:Cluster"],
  check(subject) {
    const mode = read(subject.props, "accessConfig", "authenticationMode");
    const creator = read(subject.props, "accessConfig", "bootstrapClusterCreatorAdminPermissions") ?? true;
    return [
      ...(isUnknown(mode) || mode === "API"
        ? []
        : [
            violation(
              subject,
              `accessConfig.authenticationMode is ${shown(mode)}: the aws-auth ConfigMap gives access too.`,
              'Set it to "API".',
            ),
          ]),
      ...(isUnknown(creator) || creator === false
        ? []
        : [
            violation(
              subject,
              "whoever makes the cluster becomes its admin, under no entry that the program has.",
              "Set accessConfig.bootstrapClusterCreatorAdminPermissions to false, and write an access entry for each admin.",
            ),
          ]),
    ];
  },
} satisfies ResourceRule;
