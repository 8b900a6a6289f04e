import { poolLabel } from "../pools.ts";
import { formatCpu, formatMemory, parseCpu, parseMemory } from "../quantities.ts";
import { type CostItem, costItem, hoursPerMonth } from "./estimate.ts";
import {
  alarmItem,
  certificateItem,
  clusterItem,
  databaseItems,
  endpointItem,
  hostedZoneItem,
  keyItem,
  loadBalancerItems,
  natItems,
  nodeHour,
  nodeItems,
  secretItem,
  volumeItem,
} from "./items.ts";
import type { RegionPrices } from "./prices.ts";
import { isTrueAt, listAt, NotKnownError, NotPricedError, numberAt, textAt, valueAt } from "./props.ts";
import type { ProgramResource, ResourcesContext } from "./resources.ts";
import { countedRequests, homeItems, nodeShareItems } from "./workspace.ts";

/** What a pricer knows beside the resource itself. */
interface Program {
  readonly prices: RegionPrices;
  readonly region: string;
  readonly resources: readonly ProgramResource[];
  readonly context: ResourcesContext;
}

type Pricer = (props: Readonly<Record<string, unknown>>, program: Program) => readonly CostItem[];

const cluster = "aws:eks/cluster:Cluster";
const natGateway = "aws:ec2/natGateway:NatGateway";
const nodeGroup = "aws:eks/nodeGroup:NodeGroup";
const launchTemplate = "aws:ec2/launchTemplate:LaunchTemplate";

/** Types that are paid by the hour, and that no price here is for. */
const withoutPrice = [
  "aws:alb/loadBalancer:LoadBalancer",
  "aws:autoscaling/group:Group",
  "aws:ec2/spotInstanceRequest:SpotInstanceRequest",
  "aws:rds/clusterInstance:ClusterInstance",
];

/** What a resource of some type costs; by type. A pricer throws a `NotPricedError` where it cannot tell. */
const pricers: Readonly<Record<string, Pricer>> = {
  [cluster]: (_, { prices, context }) => [clusterItem(prices, context.clusterSupport ?? "standard")],
  // A component of other resources: they are priced, where they are seen.
  "eks:index:Cluster": (_, { prices, resources, context }) =>
    has(resources, cluster) ? [] : [clusterItem(prices, context.clusterSupport ?? "standard")],
  "awsx:ec2:Vpc": (props, { prices, resources }) =>
    has(resources, natGateway) ? [] : natItems(prices, gatewaysOf(props)),
  [natGateway]: (_, { prices }) => natItems(prices, 1),
  // An address in use is priced with what uses it; one that is not costs the same.
  "aws:ec2/eip:Eip": () => [],
  "aws:ec2/vpcEndpoint:VpcEndpoint": (props, { prices }) => {
    if (textAt(props, ["vpcEndpointType"], "Gateway") !== "Interface") return [];
    return [endpointItem(prices, 1, listAt(props, ["subnetIds"]).length)];
  },
  [nodeGroup]: (props, { prices, region, resources }) => {
    const pool = textAt(props, ["labels", poolLabel], "the cluster");
    return nodeItems(prices, region, {
      pool,
      // EKS' own defaults: https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html
      instanceType: textAt(props, ["instanceTypes", 0], "t3.medium"),
      capacity: textAt(props, ["capacityType"], "ON_DEMAND") === "SPOT" ? "spot" : "on-demand",
      count: numberAt(props, ["scalingConfig", "minSize"], 1),
      diskGb: diskOf(resources, pool) ?? numberAt(props, ["diskSize"], 20),
    });
  },
  "aws:ec2/instance:Instance": (props, { prices, region }) => {
    const instanceType = textAt(props, ["instanceType"], undefined);
    if (instanceType === undefined) throw new NotKnownError(["instanceType"]);
    const spot = textAt(props, ["instanceMarketOptions", "marketType"], "") === "spot";
    const capacity = spot ? "spot" : "on-demand";
    const disk = numberAt(props, ["rootBlockDevice", "volumeSize"], 8);
    return [
      costItem({
        ...{ item: `Instance, ${instanceType} ${capacity}`, component: "aws:ec2/instance:Instance" },
        ...{ quantity: hoursPerMonth, unit: "hours", unitPrice: nodeHour(prices, region, { instanceType, capacity }) },
      }),
      volumeItem(prices, "aws:ec2/instance:Instance", "Disks of instances, taken as gp3", disk),
    ];
  },
  "aws:ebs/volume:Volume": (props, { prices }) => {
    const type = textAt(props, ["type"], "gp2");
    if (type !== "gp3") throw new NotPricedError(`volumes of type ${type} have no price here`);
    return [volumeItem(prices, "aws:ebs/volume:Volume", "Volumes, gp3", numberAt(props, ["size"], 1))];
  },
  "aws:rds/instance:Instance": (props, { prices, region }) => {
    const instanceClass = textAt(props, ["instanceClass"], undefined);
    if (instanceClass === undefined) throw new NotKnownError(["instanceClass"]);
    const database = {
      ...{ instanceClass, multiAz: isTrueAt(props, ["multiAz"]) },
      storageGb: numberAt(props, ["allocatedStorage"], 20),
    };
    const managed = isTrueAt(props, ["manageMasterUserPassword"]);
    return [...databaseItems(prices, region, database), ...(managed ? [secretItem(prices, "Database", 1)] : [])];
  },
  "aws:lb/loadBalancer:LoadBalancer": (props, { prices }) => {
    const type = textAt(props, ["loadBalancerType"], "application");
    if (type !== "network") throw new NotPricedError(`load balancers of type ${type} have no price here`);
    const zones = [...listAt(props, ["subnets"]), ...listAt(props, ["subnetMappings"])].length;
    return loadBalancerItems(prices, isTrueAt(props, ["internal"]) ? 0 : zones);
  },
  "aws:kms/key:Key": (_, { prices }) => [keyItem(prices, "aws:kms/key:Key", 1)],
  "aws:secretsmanager/secret:Secret": (_, { prices }) => [secretItem(prices, "aws:secretsmanager/secret:Secret", 1)],
  "aws:cloudwatch/metricAlarm:MetricAlarm": (_, { prices }) => [
    alarmItem(prices, "aws:cloudwatch/metricAlarm:MetricAlarm", 1),
  ],
  "aws:route53/zone:Zone": (_, { prices }) => [hostedZoneItem(prices, "aws:route53/zone:Zone", 1)],
  "cloudflare:index/certificatePack:CertificatePack": () => [certificateItem(1)],
  "kubernetes:core/v1:PersistentVolumeClaim": (props, { region, context }) => {
    const size = textAt(props, ["spec", "resources", "requests", "storage"], undefined);
    if (size === undefined) throw new NotKnownError(["spec", "resources", "requests", "storage"]);
    return homeItems(parseMemory(size) / 2 ** 30, { region, ...backupDaysOf(context) });
  },
  "kubernetes:apps/v1:Deployment": podsOf,
  "kubernetes:apps/v1:StatefulSet": podsOf,
  ...Object.fromEntries(
    withoutPrice.map((type): [string, Pricer] => [
      type,
      () => {
        throw new NotPricedError("there is no price for this type");
      },
    ]),
  ),
};

/** The pricer of a type, if there is one. */
export function pricerOf(type: string): Pricer | undefined {
  return Object.hasOwn(pricers, type) ? pricers[type] : undefined;
}

/** Pods pay their share of nodes that somebody else pays; where the nodes are among the resources, those are the price. */
function podsOf(props: Readonly<Record<string, unknown>>, { region, resources, context }: Program) {
  if (has(resources, nodeGroup) || context.nodes === undefined) return [];
  const { nodes } = context;
  const pods = numberAt(props, ["spec", "replicas"], 1);
  const containers = listAt(props, ["spec", "template", "spec", "containers"]);
  const counted = containers.map(countedOf);
  if (counted.length === 0) throw saysNothing();
  const cpuRequest = formatCpu(counted.reduce((sum, of) => sum + parseCpu(of.cpuRequest), 0));
  const memoryRequest = formatMemory(counted.reduce((sum, of) => sum + parseMemory(of.memoryRequest), 0));
  const share = nodeShareItems({ cpuRequest, memoryRequest }, { ...nodes, region });
  return Array.from({ length: pods }, () => share).flat();
}

/** What of a container's resources counts. */
function countedOf(container: unknown) {
  const text = (part: "requests" | "limits", what: "cpu" | "memory", otherwise?: string) => {
    const found = textAt(container, ["resources", part, what], otherwise);
    if (found === undefined) throw saysNothing();
    return found;
  };
  const requests = { cpu: text("requests", "cpu"), memory: text("requests", "memory") };
  const limits = { cpu: text("limits", "cpu", requests.cpu), memory: text("limits", "memory", requests.memory) };
  return countedRequests({ requests, limits });
}

function saysNothing(): NotPricedError {
  return new NotPricedError("a container does not say what it requests of CPU and memory");
}

function backupDaysOf({ nodes }: ResourcesContext) {
  return nodes?.backupDays === undefined ? {} : { backupDays: nodes.backupDays };
}

function has(resources: readonly ProgramResource[], type: string): boolean {
  return resources.some((resource) => resource.type === type);
}

/** How many NAT gateways a VPC has, by what awsx is told. */
function gatewaysOf(props: Readonly<Record<string, unknown>>): number {
  const strategy = textAt(props, ["natGateways", "strategy"], "OnePerAz");
  if (strategy === "None") return 0;
  if (strategy === "Single") return 1;
  const names = listAt(props, ["availabilityZoneNames"]).length;
  return names > 0 ? names : numberAt(props, ["numberOfAvailabilityZones"], 3);
}

/** The disk that a pool's launch template gives each node: nodes and template are of one pool by its label and tag. */
function diskOf(resources: readonly ProgramResource[], pool: string): number | undefined {
  const template = resources.find(
    ({ type, props }) =>
      type === launchTemplate &&
      listAt(props, ["tagSpecifications"]).some((tags) => valueAt(tags, "tags", poolLabel) === pool),
  );
  return numberAt(template?.props, ["blockDeviceMappings", 0, "ebs", "volumeSize"], undefined);
}
