import { describe, expect, test } from "vitest";
import { costOfResources, type ProgramResource } from "../../../components/core/cost/resources.ts";
import { type CostContext, estimateWorkspace } from "../../../components/core/cost/workspace.ts";
import { blueprints } from "../../../components/workspace/blueprints/index.ts";
import { composeWorkspace } from "../../../components/workspace/compose.ts";
import { flattenPlan, planWorkspace } from "../../../components/workspace/plan.ts";
import { workloadOf } from "../../support/cost.ts";

const region = "us-east-1";
const notKnown: unique symbol = Symbol("not known yet");
const of = (type: string, props: Readonly<Record<string, unknown>> = {}): ProgramResource => ({ type, props });
const cost = (...resources: readonly ProgramResource[]) => costOfResources(resources, region);
const shown = (...resources: readonly ProgramResource[]) =>
  cost(...resources).items.map(({ item, quantity, unit, monthlyUsd }) => [item, quantity, unit, monthlyUsd]);

const group = of("aws:eks/nodeGroup:NodeGroup", {
  ...{
    instanceTypes: ["m7i.2xlarge", "m6i.2xlarge"],
    capacityType: "SPOT",
    labels: { "berth.dev/pool": "workspaces" },
  },
  scalingConfig: { minSize: 1, desiredSize: 2, maxSize: 9 },
});
const template = of("aws:ec2/launchTemplate:LaunchTemplate", {
  blockDeviceMappings: [{ ebs: { volumeSize: 100 } }],
  tagSpecifications: [{ tags: { "berth.dev/pool": "workspaces" } }],
});
const database = { instanceClass: "db.m7g.large", multiAz: true, allocatedStorage: 50 };

describe("what resources cost", () => {
  test.each<[string, readonly ProgramResource[], readonly (readonly unknown[])[]]>([
    ["a cluster", [of("aws:eks/cluster:Cluster")], [["Control plane, standard support", 730, "hours", 73]]],
    [
      "a component's cluster, once",
      [of("eks:index:Cluster"), of("aws:eks/cluster:Cluster")],
      [["Control plane, standard support", 730, "hours", 73]],
    ],
    [
      "a component's cluster, unseen",
      [of("eks:index:Cluster")],
      [["Control plane, standard support", 730, "hours", 73]],
    ],
    [
      "groups of nodes with their fewest nodes, and their template's disks",
      [group, group, template],
      [
        ["Nodes of workspaces, m7i.2xlarge spot", 1460, "hours", 270.79],
        ["Disks of the nodes of workspaces, gp3", 200, "GB", 16],
      ],
    ],
    [
      "a group of nodes that says nothing, as EKS makes it",
      [of("aws:eks/nodeGroup:NodeGroup")],
      [
        ["Nodes of the cluster, t3.medium on-demand", 730, "hours", 30.37],
        ["Disks of the nodes of the cluster, gp3", 20, "GB", 1.6],
      ],
    ],
    [
      "NAT gateways with their addresses",
      [of("aws:ec2/natGateway:NatGateway"), of("aws:ec2/natGateway:NatGateway"), of("aws:ec2/eip:Eip")],
      [
        ["NAT gateways", 1460, "hours", 65.7],
        ["Public addresses of the NAT gateways", 1460, "hours", 7.3],
      ],
    ],
    [
      "a component's NAT gateways, unseen",
      [of("awsx:ec2:Vpc", { natGateways: { strategy: "OnePerAz" }, availabilityZoneNames: ["a", "b", "c"] })],
      [
        ["NAT gateways", 2190, "hours", 98.55],
        ["Public addresses of the NAT gateways", 2190, "hours", 10.95],
      ],
    ],
    ["no NAT gateway", [of("awsx:ec2:Vpc", { natGateways: { strategy: "None" } })], []],
    [
      "endpoints by their zones; gateway endpoints nothing",
      [
        of("aws:ec2/vpcEndpoint:VpcEndpoint", { vpcEndpointType: "Interface", subnetIds: [notKnown, notKnown] }),
        of("aws:ec2/vpcEndpoint:VpcEndpoint", {}),
      ],
      [["Interface endpoints", 1460, "hours", 14.6]],
    ],
    [
      "a database with a standby and a managed password",
      [of("aws:rds/instance:Instance", { ...database, manageMasterUserPassword: true })],
      [
        ["Database, db.m7g.large with a standby", 730, "hours", 245.28],
        ["Storage of the database, gp3", 50, "GB", 11.5],
        ["Secrets in Secrets Manager", 1, "secrets", 0.4],
      ],
    ],
    [
      "a load balancer with an address in each zone",
      [of("aws:lb/loadBalancer:LoadBalancer", { loadBalancerType: "network", subnets: [notKnown, notKnown] })],
      [
        ["Network load balancer", 730, "hours", 16.43],
        ["Public addresses of the load balancer", 1460, "hours", 7.3],
      ],
    ],
    [
      "an internal one without",
      [of("aws:lb/loadBalancer:LoadBalancer", { loadBalancerType: "network", internal: true, subnets: [notKnown] })],
      [["Network load balancer", 730, "hours", 16.43]],
    ],
    [
      "an instance of one's own, and its disk",
      [of("aws:ec2/instance:Instance", { instanceType: "t3.large", rootBlockDevice: { volumeSize: 30 } })],
      [
        ["Instance, t3.large on-demand", 730, "hours", 60.74],
        ["Disks of instances, taken as gp3", 30, "GB", 2.4],
      ],
    ],
    ["a volume", [of("aws:ebs/volume:Volume", { type: "gp3", size: 100 })], [["Volumes, gp3", 100, "GB", 8]]],
    [
      "keys, secrets, alarms, zones and certificates by their number",
      [
        ...[of("aws:kms/key:Key"), of("aws:kms/key:Key"), of("aws:secretsmanager/secret:Secret")],
        ...[of("aws:cloudwatch/metricAlarm:MetricAlarm"), of("aws:route53/zone:Zone")],
        of("cloudflare:index/certificatePack:CertificatePack"),
      ],
      [
        ["Keys in KMS", 2, "keys", 2],
        ["Secrets in Secrets Manager", 1, "secrets", 0.4],
        ["Alarms in CloudWatch", 1, "alarms", 0.1],
        ["Zones at Route53", 1, "zones", 0.5],
        ["Advanced certificate at Cloudflare", 1, "zones", 10],
      ],
    ],
    [
      "rights, rules and names nothing",
      [
        of("aws:iam/role:Role"),
        of("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"),
        of("pulumi:pulumi:Stack"),
      ],
      [],
    ],
  ])("%s", (_what, resources, expected) => {
    expect(shown(...resources)).toEqual(expected);
    expect(cost(...resources).notPriced).toEqual([]);
  });

  test("extended support of the cluster's version, where it is told of it", () => {
    const [item] = costOfResources([of("aws:eks/cluster:Cluster")], region, { clusterSupport: "extended" }).items;
    expect(item).toMatchObject({ item: "Control plane, extended support", monthlyUsd: 438 });
  });
});

describe("what is not in the sum", () => {
  test.each<[string, ProgramResource, string, "missing"?]>([
    [
      "what is not known yet",
      of("aws:rds/instance:Instance", { ...database, instanceClass: notKnown }),
      "instanceClass is not known yet",
    ],
    [
      "what is not known within",
      of("aws:eks/nodeGroup:NodeGroup", { scalingConfig: notKnown }),
      "scalingConfig.minSize is not known yet",
    ],
    [
      "a number that came as another thing",
      of("aws:ebs/volume:Volume", { type: "gp3", size: "many" }),
      "size is not known yet",
    ],
    [
      "a type that is dearer by far",
      of("aws:ebs/volume:Volume", { type: "io2", size: 10 }),
      "volumes of type io2 have no price here",
      "missing",
    ],
    [
      "other load balancers",
      of("aws:lb/loadBalancer:LoadBalancer", {}),
      "load balancers of type application have no price here",
      "missing",
    ],
    [
      "a class without a price",
      of("aws:rds/instance:Instance", { instanceClass: "db.x2g.large" }),
      'instanceClass: found "db.x2g.large". In us-east-1, prices are known for: db.t4g.micro, db.t4g.small, db.t4g.medium, db.t4g.large, db.m7g.large, db.m7g.xlarge, db.m7g.2xlarge.',
      "missing",
    ],
    [
      "an instance type without a price",
      of("aws:eks/nodeGroup:NodeGroup", { instanceTypes: ["p5.48xlarge"] }),
      expect.stringMatching(/^instanceType: found "p5\.48xlarge"\. In us-east-1, prices are known for types of c5, /),
      "missing",
    ],
    [
      "instances by the hour that it does not know the types of",
      of("aws:autoscaling/group:Group"),
      "there is no price for this type",
      "missing",
    ],
    ["what is paid by use", of("aws:s3/bucket:Bucket"), "by use: $0.023 a GB"],
    ["types that it does not know", of("aws:redshift/cluster:Cluster"), "there is no price for this type"],
  ])("%s", (_what, resource, why, missing) => {
    expect(cost(resource, resource)).toEqual({
      ...{ currency: "USD", items: [], monthlyUsd: 0 },
      notPriced: [{ type: resource.type, count: 2, why, missing: missing !== undefined }],
    });
  });

  test("names no property of Object as a type", () => {
    expect(cost(of("constructor"), of("toString")).notPriced.map(({ why }) => why)).toEqual([
      "there is no price for this type",
      "there is no price for this type",
    ]);
  });
});

describe("a user's own stack", () => {
  const nodes: Omit<CostContext, "region"> = { instanceType: "m7i.2xlarge", capacity: "spot", backupDays: 7 };
  const objects = (blueprint: string) =>
    flattenPlan(
      planWorkspace(composeWorkspace({ id: "ws-alice", owner: "alice", blueprint, host: "a.example.com" })),
    ).map(({ apiVersion, kind, ...props }) =>
      of(`kubernetes:${apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`}:${kind}`, props),
    );

  test.each(Object.keys(blueprints))("costs what a workspace of its blueprint is estimated at: %s", (blueprint) => {
    const { notPriced, ...estimate } = costOfResources(objects(blueprint), region, { nodes });
    const expected = estimateWorkspace(workloadOf(blueprint), { region, ...nodes });
    expect(estimate.monthlyUsd).toBe(expected.monthlyUsd);
    expect(new Set(estimate.items)).toEqual(new Set(expected.items));
    expect(notPriced).toEqual([]);
  });

  test("pays nothing for pods whose nodes nobody tells of, or whose nodes are priced themselves", () => {
    const items = (...resources: readonly ProgramResource[]) =>
      costOfResources([...objects("desktop"), ...resources], region).items.map(({ item }) => item);
    expect(items()).toEqual(["Volume, gp3", "Backups of the volume"]);
    expect(items(group)).toEqual([
      ...["Volume, gp3", "Backups of the volume"],
      ...["Nodes of workspaces, m7i.2xlarge spot", "Disks of the nodes of workspaces, gp3"],
    ]);
  });

  test("pays for a quarter of what its pods may use, where they ask for less", () => {
    const pod = (requests: object, limits: object) =>
      of("kubernetes:apps/v1:Deployment", {
        spec: { template: { spec: { containers: [{ resources: { requests, limits } }] } } },
      });
    const items = (resource: ProgramResource) => costOfResources([resource], region, { nodes }).items;
    const modest = pod({ cpu: "1m", memory: "1Mi" }, { cpu: "8", memory: "16Gi" });
    expect(items(modest)).toEqual(items(pod({ cpu: "2", memory: "4Gi" }, { cpu: "2", memory: "4Gi" })));
  });

  test("pays for each replica, and tells of pods that do not say what they ask for", () => {
    const container = { resources: { requests: { cpu: "500m", memory: "1Gi" } } };
    const deployment = (containers: readonly unknown[]) =>
      of("kubernetes:apps/v1:Deployment", { spec: { replicas: 3, template: { spec: { containers } } } });
    const { items } = costOfResources([deployment([container, container])], region, { nodes });
    expect(items[0]).toMatchObject({ item: "Share of a node, m7i.2xlarge spot", quantity: 3 * 730 });
    expect(costOfResources([deployment([container, {}])], region, { nodes }).notPriced).toEqual([
      {
        ...{ type: "kubernetes:apps/v1:Deployment", count: 1 },
        ...{ why: "a container does not say what it requests of CPU and memory", missing: true },
      },
    ]);
  });
});
