import { describe, expect, test } from "vitest";
import { NodeGroups, type NodeGroupsArgs } from "../../components/nodes/node-groups.ts";
import { launchTemplate, nodeTrustPolicy, poolSettings } from "../../components/nodes/plan.ts";
import { type NodesSpecInput, parseNodesSpec } from "../../components/nodes/spec.ts";
import { registrationsOf, resolved } from "../support/mocks.ts";

const dev: NodesSpecInput = {
  system: { min: 1, desired: 2, max: 4 },
  workspaces: { capacity: "spot", min: 2, desired: 3, max: 10 },
};
const prod: NodesSpecInput = {
  system: { instanceTypes: ["m7i.xlarge", "m6i.xlarge"], min: 3, desired: 3, max: 6 },
  workspaces: { instanceTypes: ["r7i.4xlarge", "r6i.4xlarge"], min: 6, desired: 9, max: 60, diskGiB: 300 },
  sessionManager: true,
};
const tags = { "berth.dev/cost-centre": "platform" };
const twoZones = { "eu-central-1a": "subnet-a", "eu-central-1b": "subnet-b" };
const threeZones = { ...twoZones, "eu-central-1c": "subnet-c" };
const outputs = {
  "aws:iam/role:Role": (name: string) => ({ name, arn: `arn:aws:iam::111122223333:role/${name}` }),
  "aws:ec2/launchTemplate:LaunchTemplate": () => ({ latestVersion: 3 }),
  "aws:eks/nodeGroup:NodeGroup": (name: string) => ({
    resources: [{ autoscalingGroups: [{ name: `eks-${name}` }], remoteAccessSecurityGroupId: "" }],
  }),
};
const make = (args: Pick<NodeGroupsArgs, "spec" | "subnets"> & Partial<NodeGroupsArgs>) =>
  registrationsOf(
    () => new NodeGroups("nodes", { clusterName: "berth-dev", clusterVersion: "1.34", tags, ...args }),
    "test",
    { outputs },
  );
const brief = async (args: Parameters<typeof make>[0]) =>
  Object.fromEntries(
    (await make(args)).registered.map(({ type, name, parent, inputs }) => [name, { type, parent, inputs }]),
  );

const child = (type: string, inputs: unknown) => ({ type, parent: "nodes", inputs });
const attachment = (policyName: string) =>
  child("aws:iam/rolePolicyAttachment:RolePolicyAttachment", {
    role: "nodes-role",
    policyArn: `arn:aws:iam::aws:policy/${policyName}`,
  });
const shared = {
  nodes: { type: "berth:nodes:NodeGroups", parent: null, inputs: {} },
  "nodes-role": child("aws:iam/role:Role", {
    description: "Nodes of the cluster",
    assumeRolePolicy: nodeTrustPolicy,
  }),
  "nodes-AmazonEKSWorkerNodePolicy": attachment("AmazonEKSWorkerNodePolicy"),
  "nodes-AmazonEC2ContainerRegistryPullOnly": attachment("AmazonEC2ContainerRegistryPullOnly"),
};
function template(spec: NodesSpecInput, pool: "system" | "workspaces") {
  return child("aws:ec2/launchTemplate:LaunchTemplate", launchTemplate(parseNodesSpec(spec), pool, "nodes", tags));
}
function group(
  spec: NodesSpecInput,
  pool: "system" | "workspaces",
  subnetId: string,
  [minSize, desiredSize, maxSize]: readonly [number, number, number],
) {
  return child("aws:eks/nodeGroup:NodeGroup", {
    ...poolSettings(parseNodesSpec(spec), pool),
    clusterName: "berth-dev",
    version: "1.34",
    nodeRoleArn: "arn:aws:iam::111122223333:role/nodes-role",
    subnetIds: [subnetId],
    scalingConfig: { minSize, desiredSize, maxSize },
    launchTemplate: { id: `nodes-${pool}-template-id`, version: "3" },
  });
}

describe("NodeGroups", () => {
  test("for development are on spot in two zones", async () => {
    expect(await brief({ spec: dev, subnets: twoZones })).toEqual({
      ...shared,
      "nodes-system-template": template(dev, "system"),
      "nodes-workspaces-template": template(dev, "workspaces"),
      "nodes-system-eu-central-1a": group(dev, "system", "subnet-a", [1, 1, 2]),
      "nodes-system-eu-central-1b": group(dev, "system", "subnet-b", [0, 1, 2]),
      "nodes-workspaces-eu-central-1a": group(dev, "workspaces", "subnet-a", [1, 2, 5]),
      "nodes-workspaces-eu-central-1b": group(dev, "workspaces", "subnet-b", [1, 1, 5]),
    });
  });

  test("for production are on demand in three zones, with a shell where asked", async () => {
    expect(await brief({ spec: prod, subnets: threeZones })).toEqual({
      ...shared,
      "nodes-AmazonSSMManagedInstanceCore": attachment("AmazonSSMManagedInstanceCore"),
      "nodes-system-template": template(prod, "system"),
      "nodes-workspaces-template": template(prod, "workspaces"),
      "nodes-system-eu-central-1a": group(prod, "system", "subnet-a", [1, 1, 2]),
      "nodes-system-eu-central-1b": group(prod, "system", "subnet-b", [1, 1, 2]),
      "nodes-system-eu-central-1c": group(prod, "system", "subnet-c", [1, 1, 2]),
      "nodes-workspaces-eu-central-1a": group(prod, "workspaces", "subnet-a", [2, 3, 20]),
      "nodes-workspaces-eu-central-1b": group(prod, "workspaces", "subnet-b", [2, 3, 20]),
      "nodes-workspaces-eu-central-1c": group(prod, "workspaces", "subnet-c", [2, 3, 20]),
    });
  });

  test("are the same whatever the order of zones and options", async () => {
    const reversed = { workspaces: prod.workspaces, system: prod.system, sessionManager: true };
    const subnets = { "eu-central-1c": "subnet-c", "eu-central-1b": "subnet-b", "eu-central-1a": "subnet-a" };
    expect(await brief({ spec: reversed, subnets })).toEqual(await brief({ spec: prod, subnets: threeZones }));
  });

  test("keep the names of their groups when a zone is added", async () => {
    const names = Object.keys(await brief({ spec: dev, subnets: twoZones }));
    expect(Object.keys(await brief({ spec: dev, subnets: threeZones }))).toEqual(expect.arrayContaining(names));
  });

  test("leave the number of nodes to the autoscaler, and come up with all their rights", async () => {
    const { registered } = await make({ spec: dev, subnets: twoZones });
    for (const { name, ignoreChanges, dependsOn } of registered.filter(({ type }) => type.endsWith(":NodeGroup"))) {
      expect([name, ignoreChanges]).toEqual([name, ["scalingConfig.desiredSize"]]);
      expect(dependsOn).toEqual(
        expect.arrayContaining(["nodes-AmazonEKSWorkerNodePolicy", "nodes-AmazonEC2ContainerRegistryPullOnly"]),
      );
    }
  });

  test("give the names of their Auto Scaling groups by pool and zone", async () => {
    const { result } = await make({ spec: dev, subnets: twoZones });
    const { system, workspaces } = result.autoScalingGroups;
    expect(Object.keys(system)).toEqual(["eu-central-1a", "eu-central-1b"]);
    expect(Object.keys(workspaces)).toEqual(["eu-central-1a", "eu-central-1b"]);
    const [first] = Object.values(workspaces);
    expect(first && (await resolved(first))).toBe("eks-nodes-workspaces-eu-central-1a");
    expect(await resolved(result.nodeRoleArn)).toBe("arn:aws:iam::111122223333:role/nodes-role");
  });

  test("take the last change from their user", async () => {
    const { registered } = await make({
      spec: dev,
      subnets: twoZones,
      transform: {
        group: ({ args, options }) => ({ args: { ...args, forceUpdateVersion: true }, options }),
        launchTemplate: ({ args, options }) => ({ args: { ...args, keyName: "mine" }, options }),
      },
    });
    const inputs = Object.fromEntries(registered.map(({ name, inputs }) => [name, inputs]));
    expect(inputs["nodes-system-eu-central-1a"]).toMatchObject({ forceUpdateVersion: true });
    expect(inputs["nodes-workspaces-template"]).toMatchObject({ keyName: "mine" });
  });

  test("refuse a wrong spec as a user's mistake, before anything is made", async () => {
    await expect(make({ spec: { workspaces: { max: 2, desired: 2 } }, subnets: threeZones })).rejects.toThrow(
      "spec.workspaces.max: found 2. Write at least 3, one for each of the zones",
    );
  });
});
