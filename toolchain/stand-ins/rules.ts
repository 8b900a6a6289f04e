import type { Cloud, CloudResource } from "./cloud.ts";
import { account, type Kind, partsOf } from "./kinds.ts";
import { isUnknown, same, texts, type Values } from "./values.ts";

/** What the cloud answers to a call that it refuses. */
export class Refused extends Error {
  override readonly name = "Refused";

  constructor(code: string, message: string) {
    super(`api error ${code}: ${message}`);
  }
}

/** The types of things with ids of a known form, and what EC2 answers when one is not there. */
const byPrefix: Readonly<Record<string, readonly [error: string, ...types: string[]]>> = {
  acl: ["InvalidNetworkAclID.NotFound", "aws:ec2/networkAcl:NetworkAcl"],
  eipalloc: ["InvalidAllocationID.NotFound", "aws:ec2/eip:Eip"],
  igw: ["InvalidInternetGatewayID.NotFound", "aws:ec2/internetGateway:InternetGateway"],
  lt: ["InvalidLaunchTemplateId.NotFound", "aws:ec2/launchTemplate:LaunchTemplate"],
  nat: ["InvalidNatGatewayID.NotFound", "aws:ec2/natGateway:NatGateway"],
  rtb: ["InvalidRouteTableID.NotFound", "aws:ec2/routeTable:RouteTable"],
  sg: [
    "InvalidGroup.NotFound",
    "aws:ec2/securityGroup:SecurityGroup",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
  ],
  subnet: ["InvalidSubnetID.NotFound", "aws:ec2/subnet:Subnet", "aws:ec2/defaultSubnet:DefaultSubnet"],
  vpc: ["InvalidVpcID.NotFound", "aws:ec2/vpc:Vpc", "aws:ec2/defaultVpc:DefaultVpc"],
  vpce: ["InvalidVpcEndpointId.NotFound", "aws:ec2/vpcEndpoint:VpcEndpoint"],
};
const ec2Id = new RegExp(`^(${Object.keys(byPrefix).join("|")})-[0-9a-f]{8,17}$`);

/** ARNs of this account whose things are looked for. */
const byArn: readonly (readonly [pattern: RegExp, type: string, error: string, property?: RegExp])[] = [
  [/^arn:aws:kms:[^:]+:\d+:key\/(.+)$/, "aws:kms/key:Key", "NotFoundException"],
  [
    /^(arn:aws:elasticloadbalancing:[^:]+:\d+:loadbalancer\/.+)$/,
    "aws:lb/loadBalancer:LoadBalancer",
    "LoadBalancerNotFound",
  ],
  [
    /^(arn:aws:elasticloadbalancing:[^:]+:\d+:targetgroup\/.+)$/,
    "aws:lb/targetGroup:TargetGroup",
    "TargetGroupNotFound",
  ],
  // Other places may name roles that Berth does not make, such as the people who may enter a cluster.
  [/^arn:aws:iam::\d+:role\/(?:.*\/)?(.+)$/, "aws:iam/role:Role", "InvalidParameterException", /(^|\.)(\w*R|r)oleArn$/],
];

/** Properties that hold the name of something, for the types whose path they are listed under. */
const byName: readonly (readonly [owner: RegExp, property: string, type: string, error: string])[] = [
  [/^aws:eks\//, "clusterName", "aws:eks/cluster:Cluster", "ResourceNotFoundException"],
  [/^aws:iam\/role(Policy|PolicyAttachment):/, "role", "aws:iam/role:Role", "NoSuchEntity"],
  [/^aws:s3\/bucket[A-Z]/, "bucket", "aws:s3/bucket:Bucket", "NoSuchBucket"],
  [
    /^aws:ecr\/(lifecycle|repository)Policy:/,
    "repository",
    "aws:ecr/repository:Repository",
    "RepositoryNotFoundException",
  ],
  [/^aws:rds\/instance:/, "dbSubnetGroupName", "aws:rds/subnetGroup:SubnetGroup", "DBSubnetGroupNotFoundFault"],
  [/^aws:backup\/selection:/, "planId", "aws:backup/plan:Plan", "ResourceNotFoundException"],
  [/^aws:autoscaling\/attachment:/, "autoscalingGroupName", "aws:autoscaling/group:Group", "ValidationError"],
  [
    /^cloudflare:index\/zeroTrustTunnelCloudflaredConfig:/,
    "tunnelId",
    "cloudflare:index/zeroTrustTunnelCloudflared:ZeroTrustTunnelCloudflared",
    "1003",
  ],
];

/** What an input names must be there. */
export function checkReferences(cloud: Cloud, type: string, inputs: Values): void {
  for (const { path, text } of texts(inputs)) {
    const [, prefix = ""] = ec2Id.exec(text) ?? [];
    const [error = "", ...types] = byPrefix[prefix] ?? [];
    if (types.length > 0 && !types.some((of) => cloud.get(of, text))) throw missing(error, path, text);
    for (const [pattern, of, code, property] of byArn) {
      const [, id] = pattern.exec(text) ?? [];
      if (id === undefined || !text.includes(`:${account}:`) || property?.test(path) === false) continue;
      if (!cloud.get(of, id)) throw missing(code, path, text);
    }
  }
  for (const [owner, property, of, code] of byName) {
    const name = inputs[property];
    if (!owner.test(type) || typeof name !== "string" || isUnknown(name)) continue;
    if (!cloud.get(of, name)) throw missing(code, property, name);
  }
  // What is not made here is known by its form: https://developers.cloudflare.com/fundamentals/account/find-account-and-zone-ids/
  for (const property of type.startsWith("cloudflare:") ? ["accountId", "zoneId"] : []) {
    const id = inputs[property];
    if (typeof id !== "string" || /^[0-9a-f]{32}$/.test(id)) continue;
    throw new Refused("7003", `${property}: '${id}' is no identifier; there are 32 hexadecimal digits in one`);
  }
}

function missing(code: string, path: string, text: string): Refused {
  return new Refused(code, `${path}: '${text}' does not exist`);
}

/** How each service says that a name is taken. */
const takenErrors: Readonly<Record<string, string>> = {
  backup: "AlreadyExistsException",
  budgets: "DuplicateRecordException",
  cloudflare: "81058",
  ec2: "InvalidParameterValue.Duplicate",
  ecr: "RepositoryAlreadyExistsException",
  eks: "ResourceInUseException",
  iam: "EntityAlreadyExists",
  lb: "DuplicateLoadBalancerName",
  cloudwatch: "ResourceAlreadyExistsException",
  rds: "DBInstanceAlreadyExists",
  s3: "BucketAlreadyOwnedByYou",
};

/** What must be there once only must not be there yet. */
export function checkUnique(cloud: Cloud, type: string, kind: Kind, id: string, state: Values): void {
  const { package: name, module } = partsOf(type);
  const properties = kind.unique ?? [];
  const taken = cloud.list(type).find((other) => {
    if (other.id === id) return true;
    if (properties.every((property) => state[property] === undefined)) return false;
    return properties.every((property) => same(state[property], other.state[property]));
  });
  if (!taken) return;
  const code = takenErrors[name === "aws" ? module : name] ?? "AlreadyExists";
  const shown = properties.flatMap((property) =>
    state[property] === undefined ? [] : `${property} ${state[property]}`,
  );
  throw new Refused(code, `${type} with ${shown.join(", ") || `id ${id}`} already exists`);
}

/** Those that the cloud does not remove while something else names their id. */
const heldById = /^aws:ec2\/(vpc|subnet|securityGroup|internetGateway|launchTemplate):/;

/** Those that it does not remove while one of these names them. */
const heldByName: Readonly<Record<string, readonly (readonly [type: string, property: string])[]>> = {
  "aws:eks/cluster:Cluster": [["aws:eks/nodeGroup:NodeGroup", "clusterName"]],
  "aws:iam/role:Role": [
    ["aws:iam/rolePolicyAttachment:RolePolicyAttachment", "role"],
    ["aws:iam/rolePolicy:RolePolicy", "role"],
  ],
  "aws:rds/subnetGroup:SubnetGroup": [["aws:rds/instance:Instance", "dbSubnetGroupName"]],
};

/** Refuses to remove what is protected, filled, or in use. */
export function checkRemoval(cloud: Cloud, { type, id, state }: CloudResource): void {
  const guard = ["deletionProtection", "enableDeletionProtection", "deletionProtectionEnabled"].find(
    (property) => state[property] === true,
  );
  if (guard) throw new Refused("OperationNotPermitted", `${id} has ${guard} on: turn it off first`);
  if (type === "aws:rds/instance:Instance" && state.skipFinalSnapshot !== true && !state.finalSnapshotIdentifier) {
    throw new Refused(
      "InvalidParameterCombination",
      "finalSnapshotIdentifier is required when skipFinalSnapshot is false",
    );
  }
  // Nothing here writes objects: a test says that there are some.
  if (type === "aws:s3/bucket:Bucket" && state.standInObjects && state.forceDestroy !== true) {
    throw new Refused("BucketNotEmpty", `The bucket ${id} is not empty, and forceDestroy is not set`);
  }
  const user = userOf(cloud, type, id);
  if (user) throw new Refused(inUseError(type), `${id} has a dependent object: ${user.type} ${user.id}`);
}

function userOf(cloud: Cloud, type: string, id: string): CloudResource | undefined {
  if (heldById.test(type)) {
    return cloud
      .list()
      .find(
        (other) => other.id !== id && other.ownedBy !== id && [...texts(other.inputs)].some(({ text }) => text === id),
      );
  }
  return (heldByName[type] ?? [])
    .flatMap(([of, property]) => cloud.list(of).filter(({ inputs }) => inputs[property] === id))
    .at(0);
}

function inUseError(type: string): string {
  const { module } = partsOf(type);
  if (module === "ec2") return "DependencyViolation";
  return module === "iam" ? "DeleteConflict" : "ResourceInUseException";
}
