import { describe, expect, test } from "vitest";
import { Network, type NetworkArgs } from "../../components/network/network.ts";
import type { NetworkSpecInput } from "../../components/network/spec.ts";
import { registrationsOf, resolved } from "../support/mocks.ts";

const dev: NetworkSpecInput = {
  cidr: "10.20.0.0/16",
  zones: ["eu-central-1a", "eu-central-1b"],
  flowLogs: false,
};
const prod: NetworkSpecInput = {
  cidr: "10.30.0.0/16",
  zones: ["eu-central-1a", "eu-central-1b", "eu-central-1c"],
  nat: "one-per-zone",
  endpoints: ["s3", "ecr", "sts"],
  flowLogs: { retentionDays: 90 },
};
const idsOf = (kind: string, inputs: unknown) =>
  Object(inputs).availabilityZoneNames.map((zone: string) => `subnet-${kind}-${zone}`);
const outputs = {
  "awsx:ec2:Vpc": (_name: string, inputs: unknown) => ({
    vpcId: "vpc-1",
    publicSubnetIds: idsOf("public", inputs),
    privateSubnetIds: idsOf("private", inputs),
    isolatedSubnetIds: idsOf("isolated", inputs),
  }),
  "aws:cloudwatch/logGroup:LogGroup": (name: string) => ({
    arn: `arn:aws:logs:eu-central-1:111122223333:log-group:${name}`,
  }),
  "aws:iam/role:Role": (name: string) => ({ name, arn: `arn:aws:iam::111122223333:role/${name}` }),
};
const make = (spec: NetworkSpecInput, args: Partial<NetworkArgs> = {}) =>
  registrationsOf(() => new Network("berth", { spec, region: "eu-central-1", ...args }), "test", { outputs });
/** What was registered, by name: independent resources come in any order. */
const brief = async (spec: NetworkSpecInput) =>
  (await make(spec)).registered
    .map(({ type, name, parent, inputs }) => ({ type, name, parent, inputs }))
    .sort((a, b) => a.name.localeCompare(b.name));

const component = { type: "berth:network:Network", name: "berth", parent: null, inputs: {} };
const defaultGroup = {
  type: "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
  name: "berth-default-group",
  parent: "berth",
  inputs: { vpcId: "vpc-1", ingress: [], egress: [] },
};
const endpoint = (service: string) => ({
  type: "aws:ec2/vpcEndpoint:VpcEndpoint",
  name: `berth-endpoint-${service.replace(".", "-")}`,
  parent: "berth",
  inputs: {
    vpcId: "vpc-1",
    serviceName: `com.amazonaws.eu-central-1.${service}`,
    vpcEndpointType: "Interface",
    privateDnsEnabled: true,
    subnetIds: ["subnet-private-eu-central-1a", "subnet-private-eu-central-1b", "subnet-private-eu-central-1c"],
    securityGroupIds: ["berth-endpoints-id"],
  },
});

describe("a Network", () => {
  test("for development is a VPC with one way out, and nothing that costs beside it", async () => {
    expect(await brief(dev)).toEqual([
      component,
      defaultGroup,
      {
        type: "awsx:ec2:Vpc",
        name: "berth-vpc",
        parent: "berth",
        inputs: {
          cidrBlock: "10.20.0.0/16",
          availabilityZoneNames: ["eu-central-1a", "eu-central-1b"],
          subnetStrategy: "Auto",
          subnetNameTagStrategy: "AvailabilityZone",
          subnetSpecs: [
            {
              type: "Public",
              cidrBlocks: ["10.20.32.0/21", "10.20.96.0/21"],
              tags: { "kubernetes.io/role/elb": "1" },
            },
            {
              type: "Private",
              cidrBlocks: ["10.20.0.0/19", "10.20.64.0/19"],
              tags: { "kubernetes.io/role/internal-elb": "1" },
            },
            { type: "Isolated", cidrBlocks: ["10.20.40.0/21", "10.20.104.0/21"], tags: {} },
          ],
          natGateways: { strategy: "Single" },
          enableDnsSupport: true,
          enableDnsHostnames: true,
          vpcEndpointStrategy: "Auto",
          vpcEndpointSpecs: [{ serviceName: "com.amazonaws.eu-central-1.s3", vpcEndpointType: "Gateway" }],
        },
      },
    ]);
  });

  test("for production has a way out per zone, endpoints of AWS' services, and flow logs", async () => {
    const all = await brief(prod);
    const [vpc, ...rest] = all.toReversed();
    expect(vpc?.inputs).toMatchObject({
      availabilityZoneNames: ["eu-central-1a", "eu-central-1b", "eu-central-1c"],
      subnetSpecs: [
        { cidrBlocks: ["10.30.32.0/21", "10.30.96.0/21", "10.30.160.0/21"] },
        { cidrBlocks: ["10.30.0.0/19", "10.30.64.0/19", "10.30.128.0/19"] },
        { cidrBlocks: ["10.30.40.0/21", "10.30.104.0/21", "10.30.168.0/21"] },
      ],
      natGateways: { strategy: "OnePerAz" },
    });
    expect(rest.toReversed()).toEqual([
      component,
      defaultGroup,
      endpoint("ecr.api"),
      endpoint("ecr.dkr"),
      endpoint("sts"),
      {
        type: "aws:ec2/securityGroup:SecurityGroup",
        name: "berth-endpoints",
        parent: "berth",
        inputs: {
          vpcId: "vpc-1",
          description: "HTTPS from within the network to AWS' services",
          ingress: [
            {
              protocol: "tcp",
              fromPort: 443,
              toPort: 443,
              cidrBlocks: ["10.30.0.0/16"],
              description: "HTTPS from the network",
            },
          ],
          egress: [],
        },
      },
      {
        type: "aws:ec2/flowLog:FlowLog",
        name: "berth-flow-log",
        parent: "berth",
        inputs: {
          vpcId: "vpc-1",
          trafficType: "ALL",
          maxAggregationInterval: 600,
          logDestinationType: "cloud-watch-logs",
          logDestination: "arn:aws:logs:eu-central-1:111122223333:log-group:berth-flow-logs",
          iamRoleArn: "arn:aws:iam::111122223333:role/berth-flow-logs-role",
        },
      },
      {
        type: "aws:cloudwatch/logGroup:LogGroup",
        name: "berth-flow-logs",
        parent: "berth",
        inputs: { retentionInDays: 90 },
      },
      {
        type: "aws:iam/rolePolicy:RolePolicy",
        name: "berth-flow-logs-policy",
        parent: "berth",
        inputs: {
          role: "berth-flow-logs-role",
          policy: JSON.stringify({
            Version: "2012-10-17",
            Statement: [
              {
                Effect: "Allow",
                Action: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                Resource: ["arn:aws:logs:eu-central-1:111122223333:log-group:berth-flow-logs:*"],
              },
              { Effect: "Allow", Action: ["logs:DescribeLogGroups"], Resource: ["*"] },
            ],
          }),
        },
      },
      {
        type: "aws:iam/role:Role",
        name: "berth-flow-logs-role",
        parent: "berth",
        inputs: {
          description: "VPC Flow Logs to CloudWatch",
          assumeRolePolicy: JSON.stringify({
            Version: "2012-10-17",
            Statement: [
              {
                Effect: "Allow",
                Principal: { Service: "vpc-flow-logs.amazonaws.com" },
                Action: "sts:AssumeRole",
                Condition: { StringEquals: { "aws:SourceAccount": "111122223333" } },
              },
            ],
          }),
        },
      },
    ]);
  });

  test("registers the same, in whatever order its zones and endpoints are written", async () => {
    const reordered: NetworkSpecInput = {
      ...prod,
      zones: ["eu-central-1c", "eu-central-1a", "eu-central-1b"],
      endpoints: ["sts", "s3", "ecr", "sts"],
    };
    expect(await brief(reordered)).toEqual(await brief(prod));
  });

  test("gives subnets by zone", async () => {
    const { result } = await make(prod);
    const known = async (subnets: Network["publicSubnets"]) =>
      Object.fromEntries(
        await Promise.all(Object.entries(subnets).map(async ([zone, id]) => [zone, await resolved(id)] as const)),
      );
    expect(await resolved(result.vpcId)).toBe("vpc-1");
    expect([result.cidr, result.zones]).toEqual(["10.30.0.0/16", ["eu-central-1a", "eu-central-1b", "eu-central-1c"]]);
    expect(await known(result.publicSubnets)).toEqual({
      "eu-central-1a": "subnet-public-eu-central-1a",
      "eu-central-1b": "subnet-public-eu-central-1b",
      "eu-central-1c": "subnet-public-eu-central-1c",
    });
    expect(await known(result.privateSubnets)).toEqual({
      "eu-central-1a": "subnet-private-eu-central-1a",
      "eu-central-1b": "subnet-private-eu-central-1b",
      "eu-central-1c": "subnet-private-eu-central-1c",
    });
    expect(await known(result.isolatedSubnets)).toEqual({
      "eu-central-1a": "subnet-isolated-eu-central-1a",
      "eu-central-1b": "subnet-isolated-eu-central-1b",
      "eu-central-1c": "subnet-isolated-eu-central-1c",
    });
  });

  test("takes the last change from its user", async () => {
    const { registered } = await make(prod, {
      transform: {
        vpc: ({ args, options }) => ({ args: { ...args, enableNetworkAddressUsageMetrics: true }, options }),
        endpoint: ({ args, options }) => ({ args, options: { ...options, protect: true } }),
      },
    });
    expect(registered.find(({ name }) => name === "berth-vpc")?.inputs).toMatchObject({
      enableNetworkAddressUsageMetrics: true,
    });
    expect(registered.flatMap(({ name, protect }) => (protect ? [name] : [])).sort()).toEqual([
      "berth-endpoint-ecr-api",
      "berth-endpoint-ecr-dkr",
      "berth-endpoint-sts",
    ]);
  });

  test("refuses zones of another region before anything is made", async () => {
    await expect(make(dev, { region: "us-east-1" })).rejects.toThrow(
      'spec.zones: found "eu-central-1a". Name zones of the platform\'s region, us-east-1.',
    );
  });
});
