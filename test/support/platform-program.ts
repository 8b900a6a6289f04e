import type { PlatformConfig } from "../../stacks/config.ts";
import { platformProgram } from "../../stacks/platform.ts";
import { checkout } from "../../toolchain/paths.ts";
import { type Registration, registrationsOf } from "./mocks.ts";
import { readPlatform, shippedConfig } from "./platform-config.ts";

const arn = (service: string, name: string) => `arn:aws:${service}:eu-central-1:111122223333:${name}`;
const registry = "111122223333.dkr.ecr.eu-central-1.amazonaws.com";
const zonesOf = (kind: string) => ["a", "b", "c"].map((zone) => `subnet-${kind}-${zone}`);
const kubeconfig = JSON.stringify({
  clusters: [{ name: "berth", cluster: { server: "https://eks.example.com", "certificate-authority-data": "YQ==" } }],
});

/** What AWS and Cloudflare would say, as far as the program goes on with it. */
const answers = {
  outputs: {
    "awsx:ec2:Vpc": () => ({
      vpcId: "vpc-1",
      publicSubnetIds: zonesOf("public"),
      privateSubnetIds: zonesOf("private"),
      isolatedSubnetIds: zonesOf("isolated"),
    }),
    "eks:index:Cluster": () => ({
      kubeconfigJson: kubeconfig,
      clusterSecurityGroupId: "sg-cluster",
      nodeSecurityGroupId: "sg-cluster",
    }),
    "aws:eks/nodeGroup:NodeGroup": (name: string) => ({
      resources: [{ autoscalingGroups: [{ name: `eks-${name}` }], remoteAccessSecurityGroupId: "" }],
    }),
    "aws:kms/key:Key": (name: string) => ({ keyId: name, arn: arn("kms", `key/${name}`) }),
    "aws:iam/role:Role": (name: string) => ({ name, arn: arn("iam", `role/${name}`) }),
    "aws:s3/bucket:Bucket": (name: string) => ({ bucket: name, arn: `arn:aws:s3:::${name}` }),
    "aws:sns/topic:Topic": (name: string) => ({ arn: arn("sns", name) }),
    "aws:rds/instance:Instance": (name: string) => ({
      address: "berth.x.eu-central-1.rds.amazonaws.com",
      arn: arn("rds", `db:${name}`),
      resourceId: "db-ABCDEFGHIJKL",
      masterUserSecrets: [{ secretArn: arn("secretsmanager", "secret:rds"), kmsKeyId: "key", secretStatus: "active" }],
    }),
    "aws:lb/loadBalancer:LoadBalancer": (name: string) => ({
      arn: arn("elasticloadbalancing", name),
      dnsName: "berth.elb.eu-central-1.amazonaws.com",
      zoneId: "Z3F0SRJ5LGBH90",
    }),
    "aws:lb/targetGroup:TargetGroup": (name: string) => ({ arn: arn("elasticloadbalancing", name) }),
    "aws:ecr/repository:Repository": (name: string) => ({ repositoryUrl: `${registry}/${name}`, registryId: "1" }),
    "aws:cloudwatch/logGroup:LogGroup": (name: string) => ({ arn: arn("logs", `log-group:${name}`) }),
    "docker:index/image:Image": (name: string) => ({ repoDigest: `${registry}/${name}@sha256:${"0".repeat(64)}` }),
    "cloudflare:index/accountToken:AccountToken": () => ({ value: "the-token" }),
    "random:index/randomPassword:RandomPassword": () => ({ result: "r".repeat(48) }),
  },
  calls: {
    "aws:ecr/getAuthorizationToken:getAuthorizationToken": () => ({ userName: "AWS", password: "hush" }),
    "cloudflare:index/getZeroTrustTunnelCloudflaredToken:getZeroTrustTunnelCloudflaredToken": () => ({ token: "hush" }),
    "cloudflare:index/getAccountApiTokenPermissionGroupsList:getAccountApiTokenPermissionGroupsList": () => ({
      results: ["Zone Read", "DNS Write"].map((name) => ({
        ...{ id: name, name, category: "dns", isSelectable: true },
        scopes: ["com.cloudflare.api.account.zone"],
      })),
    }),
  },
};

/** What the whole platform registers, and gives as outputs, with some configuration. */
const runPlatform = (config: PlatformConfig, stack: string) =>
  registrationsOf(() => platformProgram(config, { stack, checkout }), stack, answers);

/** What the whole platform registers with some configuration. */
export const registerPlatform = async (config: PlatformConfig, stack: string): Promise<readonly Registration[]> =>
  (await runPlatform(config, stack)).registered;

/** The same with the configuration as it is shipped. */
export const shippedPlatform = (stack: "dev" | "prod"): Promise<readonly Registration[]> =>
  registerPlatform(readPlatform(shippedConfig(stack)), stack);

/** The same with its outputs. */
export const runShippedPlatform = (stack: "dev" | "prod") => runPlatform(readPlatform(shippedConfig(stack)), stack);
