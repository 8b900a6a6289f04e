import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Subnet } from "@pulumi/aws/ec2/subnet.js";
import { Vpc } from "@pulumi/aws/ec2/vpc.js";
import { Key } from "@pulumi/aws/kms/key.js";
import { Provider } from "@pulumi/aws/provider.js";
import { Cluster, type ClusterArgs } from "@pulumi/eks/cluster.js";
import { describe, expect, test } from "vitest";
import { type CloudStack, useCloud } from "./bench.ts";
import { outlineOf, resourceOf } from "./outline.ts";

const newStack = useCloud(["aws", "eks"]);

/** Where the cluster behind the cluster is said to be. */
const kubeconfig = {
  apiVersion: "v1",
  kind: "Config",
  clusters: [{ name: "local", cluster: { server: "https://127.0.0.1:16443" } }],
  contexts: [{ name: "local", context: { cluster: "local", user: "admin" } }],
  "current-context": "local",
  users: [{ name: "admin", user: { token: "of a test" } }],
};

/** A stack whose clusters lead to that one, or to none. */
async function leading(to: "there" | "nowhere"): Promise<CloudStack> {
  const made = await newStack();
  const file = join(made.cloud.folder, "kubeconfig");
  if (to === "there") writeFileSync(file, JSON.stringify(kubeconfig));
  made.stack.workspace.envVars.BERTH_STAND_IN_KUBECONFIG = file;
  return made;
}

const plain = {
  skipDefaultNodeGroup: true,
  authenticationMode: "API",
  endpointPrivateAccess: true,
  endpointPublicAccess: true,
  publicAccessCidrs: ["203.0.113.7/32"],
  version: "1.34",
} as const satisfies ClusterArgs;

function program(args: Partial<ClusterArgs>) {
  return async () => {
    const aws = new Provider("account", { region: "eu-central-1" });
    const own = { provider: aws };
    const vpc = new Vpc("net", { cidrBlock: "10.20.0.0/16" }, own);
    const subnetIds = ["a", "b"].map((zone, index) => {
      const cidrBlock = `10.20.${index}.0/24`;
      return new Subnet(zone, { vpcId: vpc.id, cidrBlock, availabilityZone: `eu-central-1${zone}` }, own).id;
    });
    const key = new Key("key", {}, own);
    const base = { ...plain, vpcId: vpc.id, subnetIds, encryptionConfigKeyArn: key.arn };
    const cluster = new Cluster("berth", { ...base, ...args }, { providers: { aws } });
    return {
      kubeconfig: cluster.kubeconfig,
      json: cluster.kubeconfigJson,
      clusterSecurityGroupId: cluster.clusterSecurityGroupId,
      nodeSecurityGroupId: cluster.nodeSecurityGroupId,
      issuer: cluster.oidcIssuer,
    };
  };
}

const type = "aws:eks/cluster:Cluster";

describe("the cluster of eks", () => {
  test("has the children of the real component, and leads to the local platform", async () => {
    const made = await leading("there");
    const whole = program({
      name: "berth-dev",
      enabledClusterLogTypes: ["api", "audit"],
      deletionProtection: false,
      upgradePolicy: { supportType: "STANDARD" },
      accessEntries: {
        admins: {
          principalArn: "arn:aws:iam::111122223333:role/admins",
          accessPolicies: {
            admin: {
              policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
              accessScope: { type: "cluster" },
            },
          },
        },
      },
      vpcCniOptions: { addonVersion: "v1.20.4-eksbuild.2", enableNetworkPolicy: true, warmIpTarget: 4 },
      corednsAddonOptions: { enabled: true },
      createOidcProvider: true,
      tags: { owner: "berth" },
    });
    const { outputs } = await made.up(whole);
    const outline = await outlineOf(made.stack);
    expect(outline.slice(outline.indexOf("eks:index:Cluster berth"))).toEqual([
      "eks:index:Cluster berth",
      ...[
        "aws:ec2/securityGroup:SecurityGroup berth-eksClusterSecurityGroup",
        "aws:ec2/securityGroup:SecurityGroup berth-nodeSecurityGroup",
        "aws:ec2/securityGroupRule:SecurityGroupRule berth-eksClusterIngressRule",
        "aws:ec2/securityGroupRule:SecurityGroupRule berth-eksClusterInternetEgressRule",
        "aws:ec2/securityGroupRule:SecurityGroupRule berth-eksExtApiServerClusterIngressRule",
        "aws:ec2/securityGroupRule:SecurityGroupRule berth-eksNodeClusterIngressRule",
        "aws:ec2/securityGroupRule:SecurityGroupRule berth-eksNodeIngressRule",
        "aws:ec2/securityGroupRule:SecurityGroupRule berth-eksNodeInternetEgressRule",
        "aws:eks/accessEntry:AccessEntry berth-admins",
        "  aws:eks/accessPolicyAssociation:AccessPolicyAssociation berth-admins-admin",
        "aws:eks/addon:Addon berth-coredns",
        "aws:eks/addon:Addon berth-kube-proxy",
        "aws:eks/cluster:Cluster berth-eksCluster",
        "aws:iam/openIdConnectProvider:OpenIdConnectProvider berth-oidcProvider",
        "eks:index:ServiceRole berth-eksRole",
        "  aws:iam/role:Role berth-eksRole-role",
        "  aws:iam/rolePolicyAttachment:RolePolicyAttachment berth-eksRole-4b490823",
        "eks:index:VpcCniAddon berth-vpc-cni",
        "  aws:eks/addon:Addon berth-vpc-cni",
      ].map((line) => `  ${line}`),
    ]);
    const cluster = await resourceOf(made.stack, type, "berth-eksCluster");
    const group = await resourceOf(made.stack, "aws:ec2/securityGroup:SecurityGroup", "berth-eksClusterSecurityGroup");
    const nodes = await resourceOf(made.stack, "aws:ec2/securityGroup:SecurityGroup", "berth-nodeSecurityGroup");
    const key = await resourceOf(made.stack, "aws:kms/key:Key", "key");
    const role = await resourceOf(made.stack, "aws:iam/role:Role", "berth-eksRole-role");
    expect(cluster.inputs).toEqual({
      name: "berth-dev",
      version: "1.34",
      roleArn: role.outputs.arn,
      bootstrapSelfManagedAddons: true,
      accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: true },
      vpcConfig: {
        subnetIds: [
          (await resourceOf(made.stack, "aws:ec2/subnet:Subnet", "a")).id,
          (await resourceOf(made.stack, "aws:ec2/subnet:Subnet", "b")).id,
        ],
        securityGroupIds: [group.id],
        endpointPrivateAccess: true,
        endpointPublicAccess: true,
        publicAccessCidrs: ["203.0.113.7/32"],
      },
      enabledClusterLogTypes: ["api", "audit"],
      encryptionConfig: { provider: { keyArn: key.outputs.arn }, resources: ["secrets"] },
      upgradePolicy: { supportType: "STANDARD" },
      deletionProtection: false,
      tags: { Name: "berth-eksCluster", owner: "berth" },
    });
    expect(cluster.provider).toContain("::account::");
    const issuer = outputs.issuer;
    expect(outputs).toEqual({
      kubeconfig,
      json: JSON.stringify(kubeconfig),
      clusterSecurityGroupId: group.id,
      nodeSecurityGroupId: nodes.id,
      issuer: expect.stringMatching(/^oidc\.eks\.eu-central-1\.amazonaws\.com\/id\/[0-9A-F]{32}$/),
    });
    const oidc = await resourceOf(
      made.stack,
      "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
      "berth-oidcProvider",
    );
    expect(oidc.inputs).toMatchObject({ url: `https://${issuer}`, clientIdLists: ["sts.amazonaws.com"] });
    const cni = await resourceOf(made.stack, "aws:eks/addon:Addon", "berth-vpc-cni");
    expect(JSON.parse(String(cni.inputs.configurationValues))).toMatchObject({
      enableNetworkPolicy: "true",
      env: { WARM_IP_TARGET: "4", WARM_ENI_TARGET: "1" },
    });
    expect((await made.preview(whole)).changes).toEqual({});
    await made.destroy();
    expect(made.cloud.resources()).toEqual([]);
  });

  test("without groups of its own takes that of AWS, and says so where there is no cluster for it", async () => {
    const made = await leading("nowhere");
    const bare = program({
      skipDefaultSecurityGroups: true,
      useDefaultVpcCni: true,
      kubeProxyAddonOptions: { enabled: false },
    });
    expect((await made.preview(bare)).said).not.toContain("there is no Kubernetes");
    const warnings: string[] = [];
    const { outputs } = await made.up(bare, { onOutput: (text) => warnings.push(text) });
    expect((await outlineOf(made.stack)).filter((line) => /SecurityGroup|Addon/.test(line))).toEqual([]);
    const { outputs: cluster } = await resourceOf(made.stack, type, "berth-eksCluster");
    expect(cluster.vpcConfig).toMatchObject({ clusterSecurityGroupId: outputs.clusterSecurityGroupId });
    expect(outputs.nodeSecurityGroupId).toBe(outputs.clusterSecurityGroupId);
    expect(outputs.kubeconfig).toMatchObject({
      clusters: [{ cluster: { server: expect.stringContaining("name-one-in--BERTH_STAND_IN_KUBECONFIG") } }],
    });
    expect(warnings.join("")).toContain("Name the kubeconfig of a cluster that is for this alone");
  });

  test("refuses what the typings do not know, and says where", async () => {
    const made = await leading("there");
    // The typings forbid it, a program in plain JavaScript does not mind.
    const said = await made.failingUp(program(JSON.parse('{ "version": 1.34, "vpcCniOptions": { "warmIp": 4 } }')));
    expect(said).toContain("vpcCniOptions.warmIp");
    expect(said).toContain("Found a number; accepted is a text");
    expect(made.cloud.resources(type)).toEqual([]);
  });
});
