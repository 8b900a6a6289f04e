import { Provider } from "@pulumi/aws/provider.js";
import { describe, expect, test } from "vitest";
import { Cluster } from "../../components/cluster/cluster.ts";
import type { ClusterSpecInput } from "../../components/cluster/spec.ts";
import { Network } from "../../components/network/network.ts";
import type { NetworkSpecInput } from "../../components/network/spec.ts";
import { useCloud } from "./bench.ts";
import { type MadeResource, resourcesOf } from "./outline.ts";

const network: NetworkSpecInput = {
  cidr: "10.20.0.0/16",
  zones: ["eu-central-1a", "eu-central-1b"],
  endpoints: ["s3", "sts"],
};
const cluster: ClusterSpecInput = {
  name: "berth-dev",
  version: "1.35",
  endpoint: { public: true, cidrs: ["203.0.113.7/32"] },
  admins: { deployer: "arn:aws:iam::111122223333:role/deployer" },
};

const newStack = useCloud(["aws", "awsx", "eks"]);

function program(change: { readonly network?: object; readonly cluster?: object } = {}) {
  return async () => {
    const region = "eu-central-1";
    const cloud = { providers: [new Provider("account", { region })] };
    const net = new Network("net", { spec: { ...network, ...change.network }, region }, cloud);
    const subnetIds = Object.values(net.privateSubnets);
    const k8s = new Cluster("k8s", { spec: { ...cluster, ...change.cluster }, vpcId: net.vpcId, subnetIds }, cloud);
    return { clusterName: k8s.clusterName, zones: Object.keys(net.privateSubnets) };
  };
}

const protectedNames = (resources: readonly MadeResource[]) =>
  resources
    .filter((resource) => Reflect.get(resource, "protect") === true)
    .map(({ urn }) => urn.slice(urn.lastIndexOf("::") + 2))
    .sort();

describe("a network and its cluster, through the engine", () => {
  test("are made as planned, take a third zone without a move, and are not lost to another name", async () => {
    const stack = await newStack();
    const { outputs } = await stack.up(program());
    expect(outputs).toEqual({ clusterName: "berth-dev", zones: ["eu-central-1a", "eu-central-1b"] });

    const resources = await resourcesOf(stack.stack);
    const inputsOf = (type: string) => resources.filter((one) => one.type === type).map(({ inputs }) => inputs);
    const subnets = inputsOf("aws:ec2/subnet:Subnet").map(({ availabilityZone, cidrBlock, mapPublicIpOnLaunch }) =>
      [availabilityZone, cidrBlock, mapPublicIpOnLaunch].join(" "),
    );
    expect(subnets.sort()).toEqual([
      "eu-central-1a 10.20.0.0/19 false",
      "eu-central-1a 10.20.32.0/21 false",
      "eu-central-1a 10.20.40.0/21 false",
      "eu-central-1b 10.20.104.0/21 false",
      "eu-central-1b 10.20.64.0/19 false",
      "eu-central-1b 10.20.96.0/21 false",
    ]);
    expect(inputsOf("aws:eks/cluster:Cluster")).toEqual([
      expect.objectContaining({
        name: "berth-dev",
        version: "1.35",
        bootstrapSelfManagedAddons: false,
        accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: false },
      }),
    ]);
    expect(protectedNames(resources)).toEqual(
      [
        "k8s-eks-eksCluster",
        "k8s-key",
        ...["isolated-1", "isolated-2", "private-1", "private-2", "public-1", "public-2"].map(
          (one) => `net-vpc-${one}`,
        ),
        "net-vpc",
      ].sort(),
    );

    // A third zone, in another order: three subnets with their route tables, and ways to them; nothing of the others.
    const zones = ["eu-central-1c", "eu-central-1b", "eu-central-1a"];
    const third = await stack.stack.preview({ program: program({ network: { zones } }) });
    expect([third.changeSummary, third.stdout.match(/(?<= ~ {2}aws:\S+ )\S+/g)?.sort()]).toEqual([
      { create: 11, same: 55, update: 2 },
      ["com.amazonaws.eu-central-1.s3", "net-endpoint-sts"],
    ]);

    const renamed = await stack.failingUp(program({ cluster: { name: "other" } }));
    expect(renamed).toContain("k8s-eks-eksCluster");
    expect(renamed).toContain("marked for protection");
  });
});
