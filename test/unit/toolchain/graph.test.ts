import { describe, expect, test } from "vitest";
import { platformPicture } from "../../../toolchain/graph/picture.ts";
import { type GraphResource, summarize } from "../../../toolchain/graph/summary.ts";

function resource(type: string, name: string, rest: Partial<GraphResource> = {}): GraphResource {
  return { urn: `urn:pulumi:dev::berth::${type}::${name}`, type, ...rest };
}

const network = resource("berth:network:Network", "berth-network");
const awsx = resource("awsx:ec2:Vpc", "berth-network-vpc", { parent: network.urn });
const vpc = resource("aws:ec2/vpc:Vpc", "berth-network-vpc", { parent: awsx.urn });
const subnets = ["a", "b"].map((zone) =>
  resource("aws:ec2/subnet:Subnet", `berth-network-${zone}`, { parent: vpc.urn, dependencies: [vpc.urn] }),
);
const cluster = resource("berth:cluster:Cluster", "berth-cluster");
const eks = resource("aws:eks/cluster:Cluster", "berth-cluster", {
  parent: cluster.urn,
  dependencies: subnets.map(({ urn }) => urn),
  protect: true,
});
const provisioner = resource("berth:provisioner:Provisioner", "berth");
const api = resource("kubernetes:apps/v1:Deployment", "berth-api", {
  parent: provisioner.urn,
  dependencies: [eks.urn, vpc.urn],
});
const identity = resource("berth:cluster:PodIdentity", "berth-api-identity", { parent: provisioner.urn });
const stack = resource("pulumi:pulumi:Stack", "berth-dev");
const all = [stack, network, awsx, vpc, ...subnets, cluster, eks, provisioner, identity, api];

describe("the graph of a stack", () => {
  test("has a part for each component of ours, with what is below it, however deep", () => {
    expect(summarize(all).parts).toEqual([
      {
        id: cluster.urn,
        title: "Cluster",
        provider: "aws",
        kinds: [{ kind: "eks Cluster", count: 1 }],
        guarded: 1,
      },
      {
        id: network.urn,
        title: "Network",
        provider: "aws",
        kinds: [
          { kind: "ec2 Subnet", count: 2 },
          { kind: "ec2 Vpc", count: 1 },
        ],
        guarded: 0,
      },
      {
        id: provisioner.urn,
        title: "Provisioner",
        provider: "kubernetes",
        kinds: [{ kind: "Deployment", count: 1 }],
        guarded: 0,
      },
    ]);
  });

  test("says which part needs which, and leaves out what follows from it", () => {
    expect(summarize(all).edges).toEqual([
      { from: cluster.urn, to: provisioner.urn },
      { from: network.urn, to: cluster.urn },
    ]);
  });

  test("does not change with the order in which the engine tells", () => {
    expect(summarize(all.toReversed())).toEqual(summarize(all));
  });

  test("is drawn with every part and edge, and no version of the program that drew it", async () => {
    const picture = await platformPicture("The <platform>", summarize(all));
    expect(picture).toMatch(/^<svg /);
    expect(picture.match(/class="node"/g)).toHaveLength(3);
    expect(picture.match(/class="edge"/g)).toHaveLength(2);
    expect(picture).toMatch(/^<svg [^>]*>\n<title>The &lt;platform&gt;<\/title>/);
    expect(picture).toContain("1 protected");
    expect(picture).not.toMatch(/graphviz/i);
  });
});
