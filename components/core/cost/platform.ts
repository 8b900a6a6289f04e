import { type CostItem, costItem, type Estimate, estimateOf, hoursPerMonth } from "./estimate.ts";
import {
  alarmItem,
  certificateItem,
  clusterItem,
  type DatabaseCost,
  databaseItems,
  endpointItem,
  hostedZoneItem,
  keyItem,
  loadBalancerItems,
  type NodesCost,
  natItems,
  nodeItems,
  secretItem,
  volumeItem,
} from "./items.ts";
import { pricesOf, type RegionPrices } from "./prices.ts";

/** What a platform is made of, as far as it costs money. */
export interface PlatformCostInput {
  readonly region: string;
  /** How many zones it is in. */
  readonly zones: number;
  readonly natGateways: number;
  /** Services with an interface endpoint in each zone; gateway endpoints, as S3's, cost nothing. */
  readonly interfaceEndpoints: number;
  readonly clusterSupport: "standard" | "extended";
  readonly systemNodes: Omit<NodesCost, "pool">;
  /** Those that are always there, whoever is awake. */
  readonly workspaceNodes: Omit<NodesCost, "pool">;
  readonly database: DatabaseCost;
  /** Keys in KMS, by the component that has them. */
  readonly keys: readonly string[];
  /** GB of the monitoring's volumes. */
  readonly monitoringGb: number;
  readonly alarms: number;
  readonly loadBalancer: boolean;
  /** Whether a Cloudflare Tunnel is there. It costs nothing itself; its traffic goes through the NAT gateways. */
  readonly tunnel: boolean;
  /** Whether an advanced certificate is ordered from Cloudflare. */
  readonly advancedCertificate: boolean;
  /** Whether the zone is at Route53. */
  readonly hostedZone: boolean;
  /** What is paid by use, which no configuration tells. */
  readonly usage?: Partial<PlatformUsage>;
}

/** What a month uses of what is paid by use. */
export interface PlatformUsage {
  /** GB through the NAT gateways: images that are not in ECR, packages, what workspaces fetch. */
  readonly natGb: number;
  /** GB through interface endpoints. */
  readonly endpointGb: number;
  /** GB that CloudWatch takes: the control plane's audit, the pods' logs, the database's, the network's flow logs. */
  readonly logsGb: number;
  /** GB of images in ECR. */
  readonly imagesGb: number;
  /** GB of workspaces' Pulumi states in S3, with their old versions. */
  readonly statesGb: number;
  /** GB of the database's snapshots beyond those that are free, with AWS Backup's. */
  readonly databaseBackupGb: number;
  /** Capacity units of the load balancer, on average: one is a GB an hour, or 100 000 open connections. */
  readonly loadBalancerUnits: number;
}

/** A small platform's use, taken where nothing is said: guesses, to be replaced by the figures of the first bill. */
export const assumedUsage: PlatformUsage = {
  natGb: 100,
  endpointGb: 50,
  logsGb: 20,
  imagesGb: 20,
  statesGb: 1,
  databaseBackupGb: 20,
  loadBalancerUnits: 1,
};

/**
 * What a platform costs a month before anybody has a workspace: all that its configuration fixes, and a small platform's
 * use of the rest. Throws a `UserError` for a region, instance type or class without a price.
 */
export function estimatePlatform(input: PlatformCostInput): Estimate {
  const { region, zones } = input;
  const prices = pricesOf(region);
  return estimateOf([
    clusterItem(prices, input.clusterSupport),
    ...nodeItems(prices, region, { ...input.systemNodes, pool: "system" }),
    ...nodeItems(prices, region, { ...input.workspaceNodes, pool: "workspaces" }),
    ...natItems(prices, input.natGateways),
    endpointItem(prices, input.interfaceEndpoints, zones),
    ...databaseItems(prices, region, input.database),
    secretItem(prices, "Database", 1),
    ...(input.loadBalancer ? loadBalancerItems(prices, zones) : []),
    ...byComponent(input.keys).map(([component, count]) => keyItem(prices, component, count)),
    volumeItem(prices, "Monitoring", "Volumes of the monitoring, gp3", input.monitoringGb),
    alarmItem(prices, "DatabaseAlarms", input.alarms),
    certificateItem(input.advancedCertificate ? 1 : 0),
    hostedZoneItem(prices, "DnsRecords", input.hostedZone ? 1 : 0),
    ...usageItems(prices, input),
  ]);
}

function usageItems(prices: RegionPrices, input: PlatformCostInput): readonly CostItem[] {
  const use: PlatformUsage = { ...assumedUsage, ...input.usage };
  const by = (component: string, item: string, quantity: number, unit: string, unitPrice: number) =>
    quantity === 0 ? [] : [costItem({ item, component, quantity, unit, unitPrice, note: "by use; assumed" })];
  return [
    ...by("Network", "Traffic through the NAT gateways", input.natGateways > 0 ? use.natGb : 0, "GB", prices.natGb),
    ...by(
      "Network",
      "Traffic through the endpoints",
      input.interfaceEndpoints > 0 ? use.endpointGb : 0,
      "GB",
      prices.endpointGb,
    ),
    ...by("LogShipping", "Logs sent to CloudWatch", use.logsGb, "GB", prices.logsGb),
    ...by("LogShipping", "Logs kept there", use.logsGb, "GB", prices.logsKeptGb),
    ...by("Registry", "Images in ECR", use.imagesGb, "GB", prices.registryGb),
    ...by("StateBucket", "States in S3", use.statesGb, "GB", prices.bucketGb),
    ...by("Backup", "Backups of the database", use.databaseBackupGb, "GB", prices.databaseBackupGb),
    ...by(
      "LoadBalancer",
      "Capacity units of the load balancer",
      input.loadBalancer ? use.loadBalancerUnits * hoursPerMonth : 0,
      "hours",
      prices.loadBalancerUnitHour,
    ),
  ];
}

function byComponent(components: readonly string[]): readonly [string, number][] {
  return [...new Set(components)].map((component) => [
    component,
    components.filter((other) => other === component).length,
  ]);
}
