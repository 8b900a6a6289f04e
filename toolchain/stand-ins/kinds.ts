import { createHash, randomBytes } from "node:crypto";
import type { Shape } from "./typings/shape.ts";
import type { Values } from "./values.ts";

/** The account in which everything is. One of those that AWS' documentation uses for examples. */
export const account = "111122223333";

/** How resources of one type are named and known; what the typings cannot say. */
export interface Kind {
  /**
   * The id: `vpc-*` ends in 17 hexadecimal digits, `uuid`, `hex32`, `arn`, else a template of properties such as
   * `{clusterName}:{addonName}`.
   */
  readonly id?: string;
  /** The ARN after `arn:aws:`, a template of `{region}`, `{account}`, `{id}`, `{hex16}` and properties. */
  readonly arn?: string;
  /** The property that gets a name where the program gives none. @default `name` where that is optional */
  readonly naming?: { readonly property: string; readonly longest?: number; readonly lower?: boolean } | false;
  /** The properties that together may be there once only. @default the property with the name; empty: any number */
  readonly unique?: readonly string[];
}

const once = (...unique: string[]): Pick<Kind, "unique"> => ({ unique });
const ec2 = (prefix: string, part: string, more: Kind = {}): Kind => ({
  id: `${prefix}-*`,
  arn: `ec2:{region}:{account}:${part}/{id}`,
  naming: false,
  ...more,
});
const named = (arn: string, more: Kind = {}): Kind => ({ id: "{name}", arn, ...more });

const aws: Readonly<Record<string, Kind>> = {
  "autoscaling/attachment": { id: "{autoscalingGroupName}-*" },
  "backup/plan": {
    id: "uuid",
    arn: "backup:{region}:{account}:backup-plan:{id}",
    naming: { property: "name" },
    unique: [],
  },
  "backup/selection": { id: "uuid", unique: [] },
  "backup/vault": named("backup:{region}:{account}:backup-vault:{name}"),
  "budgets/budget": { id: "{account}:{name}", arn: "budgets::{account}:budget/{name}" },
  "cloudwatch/eventRule": named("events:{region}:{account}:rule/{name}"),
  "cloudwatch/logGroup": named("logs:{region}:{account}:log-group:{name}"),
  "cloudwatch/metricAlarm": named("cloudwatch:{region}:{account}:alarm:{name}"),
  "ec2/defaultSecurityGroup": ec2("sg", "security-group"),
  "ec2/eip": ec2("eipalloc", "elastic-ip"),
  "ec2/flowLog": ec2("fl", "vpc-flow-log"),
  "ec2/instance": ec2("i", "instance"),
  "ec2/internetGateway": ec2("igw", "internet-gateway"),
  "ec2/launchTemplate": ec2("lt", "launch-template", { naming: { property: "name" } }),
  "ec2/natGateway": ec2("nat", "natgateway"),
  "ec2/networkAcl": ec2("acl", "network-acl"),
  "ec2/networkInterface": ec2("eni", "network-interface"),
  "ec2/route": {
    id: "r-{routeTableId}-*",
    ...once("routeTableId", "destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"),
  },
  "ec2/routeTable": ec2("rtb", "route-table"),
  "ec2/routeTableAssociation": { id: "rtbassoc-*", ...once("subnetId", "gatewayId") },
  "ec2/securityGroup": ec2("sg", "security-group", { naming: { property: "name" }, unique: ["vpcId", "name"] }),
  "ec2/securityGroupRule": { id: "sgrule-*" },
  "ec2/subnet": ec2("subnet", "subnet", once("vpcId", "cidrBlock")),
  "ec2/volume": ec2("vol", "volume"),
  "ec2/vpc": ec2("vpc", "vpc"),
  "ec2/vpcEndpoint": ec2("vpce", "vpc-endpoint"),
  "ecr/lifecyclePolicy": { id: "{repository}", ...once("repository") },
  "ecr/repository": named("ecr:{region}:{account}:repository/{name}", {
    naming: { property: "name", longest: 256, lower: true },
  }),
  "ecr/repositoryPolicy": { id: "{repository}", ...once("repository") },
  "eks/accessEntry": {
    id: "{clusterName}:{principalArn}",
    arn: "eks:{region}:{account}:access-entry/{clusterName}/{hex16}",
    ...once("clusterName", "principalArn"),
  },
  "eks/accessPolicyAssociation": {
    id: "{clusterName}#{principalArn}#{policyArn}",
    ...once("clusterName", "principalArn", "policyArn"),
  },
  "eks/addon": {
    id: "{clusterName}:{addonName}",
    arn: "eks:{region}:{account}:addon/{clusterName}/{addonName}/{hex16}",
    ...once("clusterName", "addonName"),
  },
  "eks/cluster": named("eks:{region}:{account}:cluster/{name}"),
  "eks/nodeGroup": {
    id: "{clusterName}:{nodeGroupName}",
    arn: "eks:{region}:{account}:nodegroup/{clusterName}/{nodeGroupName}/{hex16}",
    naming: { property: "nodeGroupName" },
    unique: ["clusterName", "nodeGroupName"],
  },
  "eks/podIdentityAssociation": {
    id: "a-*",
    arn: "eks:{region}:{account}:podidentityassociation/{clusterName}/{id}",
    ...once("clusterName", "namespace", "serviceAccount"),
  },
  "iam/instanceProfile": named("iam::{account}:instance-profile/{name}"),
  "iam/openIdConnectProvider": { id: "arn", arn: "iam::{account}:oidc-provider/{url}", ...once("url") },
  "iam/policy": { id: "arn", arn: "iam::{account}:policy/{name}" },
  "iam/role": named("iam::{account}:role/{name}", { naming: { property: "name", longest: 64 } }),
  "iam/rolePolicy": { id: "{role}:{name}", unique: ["role", "name"] },
  "iam/rolePolicyAttachment": { id: "{role}/{policyArn}", ...once("role", "policyArn") },
  "kms/alias": named("kms:{region}:{account}:{name}"),
  "kms/key": { id: "uuid", arn: "kms:{region}:{account}:key/{id}" },
  "kms/keyPolicy": { id: "{keyId}", ...once("keyId") },
  "lb/listener": {
    id: "arn",
    arn: "elasticloadbalancing:{region}:{account}:listener/{hex16}",
    ...once("loadBalancerArn", "port"),
  },
  "lb/loadBalancer": {
    id: "arn",
    arn: "elasticloadbalancing:{region}:{account}:loadbalancer/{family}/{name}/{hex16}",
    naming: { property: "name", longest: 32 },
  },
  "lb/targetGroup": {
    id: "arn",
    arn: "elasticloadbalancing:{region}:{account}:targetgroup/{name}/{hex16}",
    naming: { property: "name", longest: 32 },
  },
  "rds/instance": {
    id: "db-*",
    arn: "rds:{region}:{account}:db:{identifier}",
    naming: { property: "identifier", longest: 63, lower: true },
  },
  "rds/parameterGroup": named("rds:{region}:{account}:pg:{name}", { naming: { property: "name", lower: true } }),
  "rds/subnetGroup": named("rds:{region}:{account}:subgrp:{name}", { naming: { property: "name", lower: true } }),
  "route53/record": { id: "{zoneId}_{name}_{type}", ...once("zoneId", "name", "type", "setIdentifier") },
  "route53/zone": { id: "zone", arn: "route53:::hostedzone/{id}", naming: false, unique: [] },
  "s3/bucket": { id: "{bucket}", arn: "s3:::{bucket}", naming: { property: "bucket", longest: 63, lower: true } },
  "secretsmanager/secret": { id: "arn", arn: "secretsmanager:{region}:{account}:secret:{name}-{hex6}" },
  "sns/topic": { id: "arn", arn: "sns:{region}:{account}:{name}" },
  "sns/topicPolicy": { id: "{arn}", ...once("arn") },
  "sns/topicSubscription": { id: "arn", arn: "sns:{region}:{account}:subscription:{hex16}" },
  "sqs/queue": named("sqs:{region}:{account}:{name}"),
  "vpc/securityGroupEgressRule": ec2("sgr", "security-group-rule"),
  "vpc/securityGroupIngressRule": ec2("sgr", "security-group-rule"),
};

const cloudflare: Readonly<Record<string, Kind>> = {
  "index/dnsRecord": { id: "hex32", naming: false, unique: ["zoneId", "name", "type", "content"] },
  "index/zeroTrustTunnelCloudflared": { id: "uuid", naming: false, unique: ["accountId", "name"] },
  "index/zeroTrustTunnelCloudflaredConfig": { id: "{tunnelId}", unique: ["tunnelId"] },
  "index/zone": { id: "hex32", naming: false, unique: ["name"] },
};

const docker: Readonly<Record<string, Kind>> = {
  "index/image": { id: "{imageName}", naming: false, unique: [] },
};

const kinds: Readonly<Record<string, Readonly<Record<string, Kind>>>> = { aws, cloudflare, docker };

export interface TokenParts {
  readonly package: string;
  /** `ec2/vpc`. */
  readonly path: string;
  /** `ec2`. */
  readonly module: string;
  /** `Vpc`. */
  readonly member: string;
}

export function partsOf(token: string): TokenParts {
  const [name = "", path = "", member = ""] = token.split(":");
  return { package: name, path, module: path.split("/")[0] ?? "", member };
}

/** What is known of a type: from the tables above, else by the rules that most types follow. */
export function kindOf(shape: Shape): Kind {
  const { package: name, path, module, member } = partsOf(shape.token);
  const known = kinds[name]?.[path] ?? (path.startsWith("s3/bucket") ? { id: "{bucket}" } : {});
  if (name !== "aws") return { id: "hex32", naming: false, unique: [], ...known };
  const naming = known.naming ?? (isOptionalName(shape) ? { property: "name" } : false);
  return {
    id: naming ? `{${naming.property}}` : "uuid",
    unique: naming ? [naming.property] : [],
    ...(shape.outputs.arn ? { arn: `${module}:{region}:{account}:${kebab(member)}/{id}` } : {}),
    ...known,
    naming,
  };
}

function isOptionalName({ inputs, outputs }: Shape): boolean {
  return inputs.name?.required === false && inputs.name.type.kind === "string" && outputs.name?.required === true;
}

function kebab(name: string): string {
  return name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, "-").toLowerCase();
}

/** A name for a resource that was given none: its logical name and seven digits, as the official provider's. */
export function automaticName(kind: Kind, logicalName: string, prefix: string | undefined, seed: Uint8Array): string {
  const random = seed.length > 0 ? createHash("sha256").update(seed).digest("hex") : randomBytes(4).toString("hex");
  const rules = kind.naming || { property: "name" };
  const longest = rules.longest ?? 255;
  const start = prefix ?? `${logicalName}-`;
  const name = `${start.slice(0, longest - 7)}${random.slice(0, 7)}`;
  return rules.lower ? name.toLowerCase() : name;
}

/** Whether a name is one that `automaticName` gives. */
export function isAutomatic(kind: Kind, logicalName: string, prefix: string | undefined, name: unknown): boolean {
  if (typeof name !== "string" || !/[0-9a-f]{7}$/.test(name)) return false;
  return automaticName(kind, logicalName, prefix, new Uint8Array(0)).slice(0, -7) === name.slice(0, -7);
}

/** Fills a template of a kind; `*` and `{hex…}` become random digits. */
export function fill(template: string, values: Values): string {
  return template
    .replaceAll(/\{(\w+)\}/g, (_whole, name: string) => {
      const [, digits] = /^hex(\d+)$/.exec(name) ?? [];
      return digits ? hex(Number(digits)) : String(values[name] ?? "");
    })
    .replace("*", () => hex(17));
}

export function hex(digits: number): string {
  return randomBytes(Math.ceil(digits / 2))
    .toString("hex")
    .slice(0, digits);
}
