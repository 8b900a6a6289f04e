import type { ResourceTransform } from "@pulumi/pulumi";

/**
 * What awsx has no argument for. Its public subnets give every instance a public address: ours need none, as NAT
 * gateways and load balancers bring their own. And only what would take the cluster and its volumes with it is
 * protected: a NAT gateway may go.
 */
export function shapeChildren(deletionProtection: boolean): ResourceTransform {
  return ({ type, props, opts }) => {
    const kept = { ...opts, protect: deletionProtection };
    if (type === "aws:ec2/vpc:Vpc") return { props, opts: kept };
    if (type === "aws:ec2/subnet:Subnet") return { props: { ...props, mapPublicIpOnLaunch: false }, opts: kept };
    // awsx itself comes by here too: what is given back unchanged would lose what a preview does not know of it.
    return undefined;
  };
}
