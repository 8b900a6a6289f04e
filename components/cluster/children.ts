import type { ResourceTransform } from "@pulumi/pulumi";

/**
 * What eks has no argument for. It makes whoever runs pulumi an admin by having made the cluster: here only those are
 * whom the configuration names, and an entry of EKS' own would stand in the way of one for the same principal. Only the
 * cluster itself is protected. And its subnets stay those that it was made with: EKS takes none of a further zone later,
 * nor needs any for nodes there (https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html).
 */
export function shapeChildren(deletionProtection: boolean): ResourceTransform {
  return ({ type, props, opts }) =>
    type === "aws:eks/cluster:Cluster"
      ? {
          props: {
            ...props,
            accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: false },
          },
          opts: {
            ...opts,
            protect: deletionProtection,
            ignoreChanges: [...(opts.ignoreChanges ?? []), "vpcConfig.subnetIds"],
          },
        }
      : // eks itself comes by here too: what is given back unchanged would lose what a preview does not know of it.
        undefined;
}
