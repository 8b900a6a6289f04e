import { isUnknown, type ResourceRule, read, violation } from "../../rule.ts";
import { isWorld } from "../aws-shared/world.ts";

/** What EKS does where nothing is said. Source: https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html */
const everyone = "0.0.0.0/0";

export const restrictEksClusterEndpoint = {
  name: "aws-eks-cluster-restrict-endpoint",
  description: "The API server answers within the network only, or to named blocks of addresses: never to the world.",
  severity: "mandatory",
  types: ["aws:eks/cluster:Cluster"],
  check(subject) {
    const isPublic = read(subject.props, "vpcConfig", "endpointPublicAccess") ?? true;
    if (isPublic !== true) return [];
    const written = read(subject.props, "vpcConfig", "publicAccessCidrs");
    if (isUnknown(written)) return [];
    const blocks = Array.isArray(written) && written.length > 0 ? written : [everyone];
    const open = blocks.filter(isWorld);
    return open.length === 0
      ? []
      : [
          violation(
            subject,
            `the cluster's API server answers the whole internet (vpcConfig.publicAccessCidrs: ${open.join(", ")}).`,
            "Name the blocks that you run pulumi from, or set vpcConfig.endpointPublicAccess to false.",
          ),
        ];
  },
} satisfies ResourceRule;
