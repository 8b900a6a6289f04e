import { UserError } from "../errors.ts";
import { type CostItem, costItem, hoursPerMonth } from "./estimate.ts";
import { instanceHourOf, priceTable, type RegionPrices } from "./prices.ts";

/** Nodes of one kind. */
export interface NodesCost {
  /** How they are told apart in an estimate: "system", "workspaces". */
  readonly pool: string;
  readonly instanceType: string;
  readonly capacity: "on-demand" | "spot";
  /** How many, on average over the month. */
  readonly count: number;
  /** Each node's own disk, in GB. */
  readonly diskGb: number;
}

/** A database on RDS. */
export interface DatabaseCost {
  readonly instanceClass: string;
  /** Whether a standby runs in a second zone. */
  readonly multiAz: boolean;
  readonly storageGb: number;
}

/** US dollars of an hour of a node. Throws a `UserError` when the region has no price for its type. */
export function nodeHour(prices: RegionPrices, region: string, nodes: Pick<NodesCost, "instanceType" | "capacity">) {
  const hour = instanceHourOf(prices, nodes.instanceType);
  if (hour !== null) return nodes.capacity === "spot" ? hour * (1 - prices.spotDiscount) : hour;
  const known = Object.keys(prices.instanceHour).join(", ");
  const fix = `In ${region}, prices are known for types of ${known}.`;
  throw new UserError({ option: "instanceType", value: nodes.instanceType, fix });
}

/** Nodes and their disks. */
export function nodeItems(prices: RegionPrices, region: string, nodes: NodesCost): readonly CostItem[] {
  const { pool, instanceType, capacity, count, diskGb } = nodes;
  const component = "NodeGroups";
  return [
    costItem({
      ...{ item: `Nodes of ${pool}, ${instanceType} ${capacity}`, component },
      ...{ quantity: count * hoursPerMonth, unit: "hours", unitPrice: nodeHour(prices, region, nodes) },
      note: `${count} × ${hoursPerMonth} h${capacity === "spot" ? `; spot saves ${percent(prices.spotDiscount)}` : ""}`,
    }),
    costItem({
      ...{ item: `Disks of the nodes of ${pool}, gp3`, component },
      ...{ quantity: count * diskGb, unit: "GB", unitPrice: prices.volumeGb, note: `${count} × ${diskGb} GB` },
    }),
  ];
}

/** The control plane of a cluster. */
export function clusterItem(prices: RegionPrices, support: "standard" | "extended"): CostItem {
  return costItem({
    ...{ item: `Control plane, ${support} support`, component: "Cluster" },
    ...{ quantity: hoursPerMonth, unit: "hours", unitPrice: prices.clusterHour[support] },
  });
}

/** NAT gateways, each with the public address that it needs. */
export function natItems(prices: RegionPrices, count: number): readonly CostItem[] {
  return [
    costItem({
      ...{ item: "NAT gateways", component: "Network", quantity: count * hoursPerMonth, unit: "hours" },
      unitPrice: prices.natHour,
    }),
    publicAddressItem(prices, "Network", "Public addresses of the NAT gateways", count),
  ];
}

/** Public IPv4 addresses in use. */
export function publicAddressItem(prices: RegionPrices, component: string, item: string, count: number): CostItem {
  return costItem({
    ...{ item, component, quantity: count * hoursPerMonth, unit: "hours", unitPrice: prices.publicIpv4Hour },
  });
}

/** Interface endpoints, by how many there are in how many zones. */
export function endpointItem(prices: RegionPrices, services: number, zones: number): CostItem {
  return costItem({
    ...{ item: "Interface endpoints", component: "Network" },
    ...{ quantity: services * zones * hoursPerMonth, unit: "hours", unitPrice: prices.endpointHour },
    note: `${services} in ${zones} zones`,
  });
}

/** A network load balancer, with a public address in each zone. */
export function loadBalancerItems(prices: RegionPrices, zones: number): readonly CostItem[] {
  const component = "LoadBalancer";
  return [
    costItem({
      ...{ item: "Network load balancer", component, quantity: hoursPerMonth, unit: "hours" },
      unitPrice: prices.loadBalancerHour,
    }),
    publicAddressItem(prices, component, "Public addresses of the load balancer", zones),
  ];
}

/** A database: with a standby all of it twice. Throws a `UserError` when the region has no price for its class. */
export function databaseItems(prices: RegionPrices, region: string, database: DatabaseCost): readonly CostItem[] {
  const { instanceClass, multiAz, storageGb } = database;
  const hour = Object.hasOwn(prices.databaseHour, instanceClass) ? prices.databaseHour[instanceClass] : undefined;
  if (hour === undefined) {
    const fix = `In ${region}, prices are known for: ${Object.keys(prices.databaseHour).join(", ")}.`;
    throw new UserError({ option: "instanceClass", value: instanceClass, fix });
  }
  const times = multiAz ? 2 : 1;
  const component = "Database";
  return [
    costItem({
      ...{ item: `Database, ${instanceClass}${multiAz ? " with a standby" : ""}`, component },
      ...{ quantity: hoursPerMonth, unit: "hours", unitPrice: hour * times },
    }),
    costItem({
      ...{ item: "Storage of the database, gp3", component, quantity: storageGb, unit: "GB" },
      unitPrice: prices.databaseGb * times,
    }),
  ];
}

/** Keys of our own. */
export function keyItem(prices: RegionPrices, component: string, count: number): CostItem {
  return costItem({ item: "Keys in KMS", component, quantity: count, unit: "keys", unitPrice: prices.key });
}

/** Secrets in Secrets Manager. */
export function secretItem(prices: RegionPrices, component: string, count: number): CostItem {
  return costItem({
    ...{ item: "Secrets in Secrets Manager", component, quantity: count, unit: "secrets", unitPrice: prices.secret },
  });
}

/** Volumes of programs of the platform's own. */
export function volumeItem(prices: RegionPrices, component: string, item: string, gb: number): CostItem {
  return costItem({ item, component, quantity: gb, unit: "GB", unitPrice: prices.volumeGb });
}

/** Alarms in CloudWatch. */
export function alarmItem(prices: RegionPrices, component: string, count: number): CostItem {
  return costItem({
    ...{ item: "Alarms in CloudWatch", component, quantity: count, unit: "alarms" },
    unitPrice: prices.alarm,
  });
}

/** Hosted zones at Route53. */
export function hostedZoneItem(prices: RegionPrices, component: string, count: number): CostItem {
  return costItem({ item: "Zones at Route53", component, quantity: count, unit: "zones", unitPrice: prices.zone });
}

/** Zones with Cloudflare's Advanced Certificate Manager. */
export function certificateItem(count: number): CostItem {
  return costItem({
    ...{ item: "Advanced certificate at Cloudflare", component: "EdgeCertificate", quantity: count, unit: "zones" },
    unitPrice: priceTable.cloudflare.advancedCertificate,
  });
}

/** "54 %" */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
