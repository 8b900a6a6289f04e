import { createHash, randomInt, randomUUID } from "node:crypto";
import type { Cloud, CloudResource } from "./cloud.ts";
import { account, hex } from "./kinds.ts";
import { isObject, same, type Value, type Values } from "./values.ts";

/** What a value that only the cloud knows may depend on. */
export interface Making {
  readonly cloud: Cloud;
  readonly id: string;
  readonly region: string;
  readonly inputs: Values;
}

/** What comes with a resource and goes with it, as the cloud makes it. */
export type Companion = Pick<CloudResource, "type" | "id" | "state">;

interface Special {
  /** The id, where the resource is one that is there already. */
  adopts?(making: Omit<Making, "id">): string | undefined;
  /** Computed values whose shape the general rules would miss; what the program gives counts more. */
  computed?(making: Making): Values;
  /** Computed values that change with an update; a preview does not know them yet. */
  updated?(state: Values, inputs: Values, olds: Values): Values;
  companions?(making: Making, state: Values): Companion[];
}

const ecrHost = (region: string) => `${account}.dkr.ecr.${region}.amazonaws.com`;
const publicAddress = () => `203.0.113.${1 + Math.floor(Math.random() * 254)}`;

/** The network of the first subnet that is named. */
function networkOf(cloud: Cloud, subnets: Value | undefined): string {
  const [first] = Array.isArray(subnets) ? subnets : [];
  const vpc = typeof first === "string" ? cloud.get("aws:ec2/subnet:Subnet", first)?.state.vpcId : undefined;
  return typeof vpc === "string" ? vpc : "";
}

function member(value: Value | undefined, name: string): Value | undefined {
  return isObject(value) ? value[name] : undefined;
}

/** The default port of each engine: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html */
function databasePort(engine: string): number {
  if (/^(mysql|mariadb|aurora-mysql)/.test(engine)) return 3306;
  return /^postgres|^aurora-postgres/.test(engine) ? 5432 : /^oracle/.test(engine) ? 1521 : 1433;
}

/** A major version stands for its newest minor one. */
function actualVersion({ engineVersion }: Values): string {
  const version = typeof engineVersion === "string" ? engineVersion : "18";
  return version.includes(".") ? version : `${version}.1`;
}

/** Letters and digits: what is special in others' eyes is nobody's choice here. */
function randomText(length: number): string {
  const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  return Array.from({ length }, () => letters[randomInt(letters.length)]).join("");
}

/** An image's digest depends on what it is built from, as far as a program says. */
function imageOf(inputs: Values): Values {
  const name = String(inputs.imageName);
  const [, repository = name] = /^(.*?)(?::[^:/]*)?$/.exec(name) ?? [];
  const digest = createHash("sha256")
    .update(JSON.stringify([name, inputs.build ?? null]))
    .digest("hex");
  const pushed = inputs.skipPush !== true;
  return {
    baseImageName: name,
    repoDigest: pushed ? `${repository}@sha256:${digest}` : `sha256:${digest}`,
    registryServer: member(inputs.registry, "server") ?? repository.split("/")[0] ?? "",
    context: member(inputs.build, "context") ?? ".",
    dockerfile: member(inputs.build, "dockerfile") ?? "Dockerfile",
  };
}

const specials: Readonly<Record<string, Special>> = {
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": {
    adopts: ({ cloud, inputs }) => {
      const id = cloud.get("aws:ec2/vpc:Vpc", String(inputs.vpcId))?.state.defaultSecurityGroupId;
      return typeof id === "string" ? id : undefined;
    },
    computed: () => ({ name: "default", description: "default VPC security group" }),
  },
  "aws:ec2/eip:Eip": {
    computed: ({ id }) => ({ allocationId: id, publicIp: publicAddress() }),
  },
  "aws:ec2/launchTemplate:LaunchTemplate": {
    computed: () => ({ latestVersion: 1, defaultVersion: 1 }),
    updated: ({ latestVersion }, inputs, olds) => {
      // The template's own tags are no part of a version; those of what is launched from it are.
      const versioned = ({ tags: _, ...rest }: Values): Values => rest;
      if (same(versioned(inputs), versioned(olds))) return {};
      const latest = Number(latestVersion) + 1;
      return { latestVersion: latest, ...(inputs.updateDefaultVersion === true ? { defaultVersion: latest } : {}) };
    },
  },
  "aws:ec2/natGateway:NatGateway": {
    computed: () => ({ publicIp: publicAddress(), networkInterfaceId: `eni-${hex(17)}` }),
  },
  "aws:ec2/vpc:Vpc": {
    computed: () => {
      const table = `rtb-${hex(17)}`;
      return {
        defaultNetworkAclId: `acl-${hex(17)}`,
        defaultRouteTableId: table,
        mainRouteTableId: table,
        defaultSecurityGroupId: `sg-${hex(17)}`,
        dhcpOptionsId: `dopt-${hex(17)}`,
        instanceTenancy: "default",
        enableDnsSupport: true,
      };
    },
    companions: ({ id }, state) => [
      {
        type: "aws:ec2/securityGroup:SecurityGroup",
        id: String(state.defaultSecurityGroupId),
        state: { vpcId: id, name: "default" },
      },
      { type: "aws:ec2/routeTable:RouteTable", id: String(state.defaultRouteTableId), state: { vpcId: id } },
      { type: "aws:ec2/networkAcl:NetworkAcl", id: String(state.defaultNetworkAclId), state: { vpcId: id } },
    ],
  },
  "aws:ecr/repository:Repository": {
    computed: ({ id, region }) => ({ registryId: account, repositoryUrl: `${ecrHost(region)}/${id}` }),
  },
  "aws:eks/addon:Addon": { computed: () => ({ addonVersion: "v1.0.0-eksbuild.1" }) },
  "aws:eks/cluster:Cluster": {
    computed: ({ cloud, region, inputs }) => ({
      clusterId: "",
      endpoint: `https://${hex(32).toUpperCase()}.gr7.${region}.eks.amazonaws.com`,
      certificateAuthority: { data: Buffer.from(`stand-in ${hex(16)}`).toString("base64") },
      identities: [{ oidcs: [{ issuer: `https://oidc.eks.${region}.amazonaws.com/id/${hex(32).toUpperCase()}` }] }],
      platformVersion: "eks.1",
      version: "1.34",
      vpcConfig: {
        clusterSecurityGroupId: `sg-${hex(17)}`,
        endpointPublicAccess: true,
        vpcId: networkOf(cloud, member(inputs.vpcConfig, "subnetIds")),
        publicAccessCidrs: ["0.0.0.0/0"],
      },
      kubernetesNetworkConfig: { ipFamily: "ipv4", serviceIpv4Cidr: "172.20.0.0/16" },
    }),
    companions: ({ id }, { vpcConfig }) => [
      {
        type: "aws:ec2/securityGroup:SecurityGroup",
        id: String(member(vpcConfig, "clusterSecurityGroupId")),
        state: { vpcId: member(vpcConfig, "vpcId") ?? "", name: `eks-cluster-sg-${id}` },
      },
    ],
  },
  "aws:eks/nodeGroup:NodeGroup": {
    computed: ({ cloud, inputs }) => ({
      resources: [
        {
          autoscalingGroups: [{ name: `eks-${inputs.nodeGroupName}-${randomUUID()}` }],
          remoteAccessSecurityGroupId: "",
        },
      ],
      version: cloud.get("aws:eks/cluster:Cluster", String(inputs.clusterName))?.state.version ?? "1.34",
    }),
    companions: (_making, { resources }) => {
      const [first] = Array.isArray(resources) ? resources : [];
      const groups = member(first, "autoscalingGroups");
      return (Array.isArray(groups) ? groups : []).map((group) => ({
        type: "aws:autoscaling/group:Group",
        id: String(member(group, "name")),
        state: { name: member(group, "name") ?? "" },
      }));
    },
  },
  "aws:eks/podIdentityAssociation:PodIdentityAssociation": {
    computed: ({ id, region, inputs }) => ({
      associationId: id,
      associationArn: `arn:aws:eks:${region}:${account}:podidentityassociation/${inputs.clusterName}/${id}`,
    }),
  },
  "aws:iam/role:Role": { computed: () => ({ uniqueId: `AROA${hex(17).toUpperCase()}` }) },
  "aws:kms/key:Key": { computed: ({ id }) => ({ keyId: id }) },
  "aws:kms/alias:Alias": {
    computed: ({ region, inputs }) => {
      const id = String(inputs.targetKeyId).replace(/^.*:key\//, "");
      return { targetKeyArn: `arn:aws:kms:${region}:${account}:key/${id}` };
    },
  },
  "aws:lb/loadBalancer:LoadBalancer": {
    computed: ({ cloud, id, region, inputs }) => ({
      dnsName: `${inputs.name}-${hex(16)}.elb.${region}.amazonaws.com`,
      // The hosted zone of network load balancers in eu-central-1: https://docs.aws.amazon.com/general/latest/gr/elb.html
      zoneId: "Z3F0SRJ5LGBH90",
      arnSuffix: id.replace(/^.*:loadbalancer\//, ""),
      vpcId: networkOf(cloud, inputs.subnets),
    }),
  },
  "aws:lb/targetGroup:TargetGroup": {
    computed: ({ id }) => ({ arnSuffix: id.replace(/^.*:targetgroup/, "targetgroup") }),
  },
  "aws:rds/instance:Instance": {
    computed: ({ id, region, inputs }) => {
      const address = `${inputs.identifier}.c${hex(11)}.${region}.rds.amazonaws.com`;
      const port = typeof inputs.port === "number" ? inputs.port : databasePort(String(inputs.engine));
      const secret = `arn:aws:secretsmanager:${region}:${account}:secret:rds!${id}-${hex(6)}`;
      const kmsKeyId = inputs.masterUserSecretKmsKeyId ?? "alias/aws/secretsmanager";
      return {
        address,
        port,
        endpoint: `${address}:${port}`,
        resourceId: id,
        status: "available",
        engineVersionActual: actualVersion(inputs),
        ...(inputs.manageMasterUserPassword === true
          ? { masterUserSecrets: [{ kmsKeyId, secretArn: secret, secretStatus: "active" }] }
          : {}),
      };
    },
    updated: (_state, inputs) => ({ engineVersionActual: actualVersion(inputs) }),
  },
  "aws:rds/subnetGroup:SubnetGroup": {
    computed: ({ cloud, inputs }) => ({ vpcId: networkOf(cloud, inputs.subnetIds) }),
  },
  "aws:route53/record:Record": { computed: ({ inputs }) => ({ fqdn: inputs.name ?? "" }) },
  "aws:route53/zone:Zone": {
    computed: ({ id }) => ({
      zoneId: id,
      nameServers: ["com", "net", "org", "co.uk"].map((end, index) => `ns-${index * 512 + 1}.awsdns-0${index}.${end}`),
    }),
  },
  "aws:s3/bucket:Bucket": {
    computed: ({ id, region }) => ({
      bucketDomainName: `${id}.s3.amazonaws.com`,
      bucketRegion: region,
      bucketRegionalDomainName: `${id}.s3.${region}.amazonaws.com`,
    }),
  },
  "cloudflare:index/accountToken:AccountToken": { computed: () => ({ value: hex(40), status: "active" }) },
  "cloudflare:index/apiToken:ApiToken": { computed: () => ({ value: hex(40), status: "active" }) },
  "cloudflare:index/zeroTrustTunnelCloudflared:ZeroTrustTunnelCloudflared": {
    computed: ({ inputs }) => ({
      accountTag: inputs.accountId ?? "",
      status: "inactive",
      tunType: "cfd_tunnel",
      remoteConfig: inputs.configSrc === "cloudflare",
    }),
  },
  "docker:index/image:Image": {
    computed: ({ inputs }) => imageOf(inputs),
    updated: (_state, inputs) => imageOf(inputs),
  },
  "random:index/randomPassword:RandomPassword": {
    computed: ({ inputs }) => ({ result: randomText(Number(inputs.length)), bcryptHash: `$2a$10$${randomText(53)}` }),
  },
};

export function specialOf(type: string): Special {
  return specials[type] ?? {};
}
