import { Vpc as AwsVpc } from "@pulumi/aws/ec2/vpc.js";
import { Provider } from "@pulumi/aws/provider.js";
import { Vpc, type VpcArgs } from "@pulumi/awsx/ec2/vpc.js";
import { describe, expect, test } from "vitest";
import { type CloudStack, useCloud } from "./bench.ts";
import { outlineOf, resourceOf, resourcesOf } from "./outline.ts";

/** Three kinds of subnets in two zones, that fill the range. */
const exact: VpcArgs = {
  cidrBlock: "10.20.0.0/16",
  availabilityZoneNames: ["eu-central-1a", "eu-central-1b"],
  subnetStrategy: "Exact",
  subnetSpecs: [
    { type: "Private", cidrBlocks: ["10.20.0.0/18", "10.20.128.0/18"], tags: { role: "internal" } },
    { type: "Public", cidrBlocks: ["10.20.64.0/19", "10.20.192.0/19"] },
    { type: "Isolated", cidrBlocks: ["10.20.96.0/19", "10.20.224.0/19"] },
  ],
  tags: { owner: "berth" },
};

const newStack = useCloud(["aws", "awsx"]);

/** The program: an AWS provider of its own, given to the component. */
function program(args: VpcArgs) {
  return async () => {
    const aws = new Provider("account", { region: "eu-central-1", defaultTags: { tags: { stack: "test" } } });
    const vpc = new Vpc("net", args, { providers: { aws } });
    const { vpcId, publicSubnetIds, privateSubnetIds, isolatedSubnetIds } = vpc;
    return { vpcId, publicSubnetIds, privateSubnetIds, isolatedSubnetIds };
  };
}

function idsOf({ stack }: CloudStack, type: string, names: readonly string[]): Promise<unknown[]> {
  return Promise.all(names.map(async (name) => (await resourceOf(stack, type, name)).id));
}

/** A subnet and what belongs to it, as the outline shows them. */
function subnetOf(name: string, more: readonly string[] = []): string[] {
  return [
    `    aws:ec2/subnet:Subnet ${name}`,
    ...more,
    `      aws:ec2/routeTable:RouteTable ${name}`,
    ...(name.includes("isolated") ? [] : [`        aws:ec2/route:Route ${name}`]),
    `        aws:ec2/routeTableAssociation:RouteTableAssociation ${name}`,
  ];
}

describe("the VPC of awsx", () => {
  test("has the children of the real component, by zone, from the program's provider", async () => {
    const stack = await newStack();
    const once = program({ ...exact, natGateways: { strategy: "Single" } });
    const preview = await stack.preview(once);
    const { outputs } = await stack.up(once);
    const tree = await outlineOf(stack.stack);
    expect(tree).toEqual([
      "awsx:ec2:Vpc net",
      "  aws:ec2/vpc:Vpc net",
      "    aws:ec2/internetGateway:InternetGateway net",
      ...["net-isolated-1", "net-isolated-2", "net-private-1", "net-private-2"].flatMap((name) => subnetOf(name)),
      ...subnetOf("net-public-1", ["      aws:ec2/eip:Eip net-1", "      aws:ec2/natGateway:NatGateway net-1"]),
      ...subnetOf("net-public-2"),
    ]);
    // Beside them: the stack and its provider.
    expect(preview.changes).toEqual({ create: tree.length + 2 });
    const subnet = "aws:ec2/subnet:Subnet";
    expect(outputs).toEqual({
      vpcId: (await idsOf(stack, "aws:ec2/vpc:Vpc", ["net"]))[0],
      publicSubnetIds: await idsOf(stack, subnet, ["net-public-1", "net-public-2"]),
      privateSubnetIds: await idsOf(stack, subnet, ["net-private-1", "net-private-2"]),
      isolatedSubnetIds: await idsOf(stack, subnet, ["net-isolated-1", "net-isolated-2"]),
    });
    const first = await resourceOf(stack.stack, subnet, "net-private-1");
    expect(first.inputs).toEqual({
      vpcId: (await idsOf(stack, "aws:ec2/vpc:Vpc", ["net"]))[0],
      availabilityZone: "eu-central-1a",
      cidrBlock: "10.20.0.0/18",
      mapPublicIpOnLaunch: false,
      assignIpv6AddressOnCreation: false,
      tags: { Name: "net-private-1", SubnetType: "Private", owner: "berth", role: "internal" },
    });
    expect(first.outputs).toMatchObject({
      tagsAll: { Name: "net-private-1", SubnetType: "Private", owner: "berth", role: "internal", stack: "test" },
    });
    expect(first.provider).toContain("::account::");
    expect((await stack.preview(once)).changes).toEqual({});
    await stack.destroy();
    expect(stack.cloud.resources()).toEqual([]);
  });

  test("has a gateway in each zone where the program wants it, and ties its endpoints to its own parts", async () => {
    const stack = await newStack();
    await stack.up(
      program({
        ...exact,
        natGateways: { strategy: "OnePerAz" },
        vpcEndpointStrategy: "Auto",
        vpcEndpointSpecs: [
          { serviceName: "com.amazonaws.eu-central-1.s3" },
          { serviceName: "com.amazonaws.eu-central-1.sts", vpcEndpointType: "Interface" },
        ],
      }),
    );
    expect((await outlineOf(stack.stack)).filter((line) => /NatGateway|VpcEndpoint|SecurityGroup/.test(line))).toEqual([
      "    aws:ec2/securityGroup:SecurityGroup com.amazonaws.eu-central-1.sts-sg",
      "    aws:ec2/securityGroupRule:SecurityGroupRule com.amazonaws.eu-central-1.sts-ingress",
      "      aws:ec2/natGateway:NatGateway net-1",
      "      aws:ec2/natGateway:NatGateway net-2",
      "    aws:ec2/vpcEndpoint:VpcEndpoint com.amazonaws.eu-central-1.s3",
      "    aws:ec2/vpcEndpoint:VpcEndpoint com.amazonaws.eu-central-1.sts",
    ]);
    const endpoints = (await resourcesOf(stack.stack)).filter(({ type }) => type === "aws:ec2/vpcEndpoint:VpcEndpoint");
    const tied = endpoints.map(({ inputs: { routeTableIds, subnetIds } }) => ({ routeTableIds, subnetIds }));
    const tables = ["public", "private", "isolated"].flatMap((type) => [`net-${type}-1`, `net-${type}-2`]);
    expect(tied).toHaveLength(2);
    expect(tied).toContainEqual({
      routeTableIds: expect.toSatisfy((ids: unknown[]) => ids.length === tables.length),
    });
    expect(tied).toContainEqual({
      subnetIds: await idsOf(stack, "aws:ec2/subnet:Subnet", ["net-private-1", "net-private-2"]),
    });
  });

  test("refuses an output where it decides which subnets there are", async () => {
    const made = await newStack();
    const said = await made.failingUp(async () => {
      const aws = new Provider("account", { region: "eu-central-1" });
      const other = new AwsVpc("other", { cidrBlock: "10.30.0.0/16" }, { provider: aws });
      // The typings forbid it, a program in plain JavaScript does not mind.
      new Vpc("net", Object.assign({ ...exact }, { cidrBlock: other.cidrBlock }), { providers: { aws } });
    });
    expect(said).toContain("cidrBlock must be a plain value, not an output");
  });
});
