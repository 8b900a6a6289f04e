import type { ClusterArgs } from "@pulumi/eks/cluster.js";

/** What the real component can do besides; each wants children that are not here. */
const refused = [
  "autoMode",
  "clusterSecurityGroup",
  "createInstanceRole",
  "creationRoleProvider",
  "fargate",
  "instanceProfileName",
  "instanceRole",
  "instanceRoles",
  "nodeGroupOptions",
  "roleMappings",
  "serviceRole",
  "storageClasses",
  "userMappings",
] as const satisfies readonly (keyof ClusterArgs)[];

/** @throws Error for what the real component refuses, and for what this stand-in cannot make. */
export function checkArgs(args: ClusterArgs): void {
  const wanted = refused.find((option) => args[option] !== undefined && args[option] !== false);
  if (wanted) throw new Error(`${wanted} is not supported by this stand-in of eks.`);
  if (!args.skipDefaultNodeGroup) {
    throw new Error("skipDefaultNodeGroup must be true: this stand-in of eks makes no default node group.");
  }
  if (args.authenticationMode !== "API") {
    throw new Error(
      `authenticationMode must be "API", not "${args.authenticationMode ?? "CONFIG_MAP (the default)"}": this stand-in of eks writes no aws-auth ConfigMap.`,
    );
  }
  if (args.vpcId === undefined) throw new Error("vpcId must be given: this stand-in of eks knows no default VPC.");
  if (args.subnetIds && (args.publicSubnetIds || args.privateSubnetIds)) {
    throw new Error(
      "subnetIds, and the use of publicSubnetIds and/or privateSubnetIds are mutually exclusive. Choose a single approach.",
    );
  }
  if (!args.subnetIds && !args.publicSubnetIds && !args.privateSubnetIds) {
    throw new Error("subnetIds must be given: this stand-in of eks knows no default VPC.");
  }
  if (args.publicAccessCidrs && args.endpointPublicAccess === false) {
    throw new Error("`publicAccessCidrs` can only be set when `endpointPublicAccess` is true");
  }
}
