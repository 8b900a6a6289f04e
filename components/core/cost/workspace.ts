import { UserError } from "../errors.ts";
import { parseCpu, parseMemory } from "../quantities.ts";
import { type CostItem, costItem, type Estimate, estimateOf, hoursPerMonth } from "./estimate.ts";
import { nodeHour, volumeItem } from "./items.ts";
import { fitOn } from "./node.ts";
import { pricesOf } from "./prices.ts";

/** What one workspace asks for. */
export interface WorkspaceWorkload {
  /** CPUs set aside, as a Kubernetes quantity: "2", "500m". */
  readonly cpuRequest: string;
  /** Memory set aside, as a Kubernetes quantity: "4Gi". */
  readonly memoryRequest: string;
  /** Its volume, as a Kubernetes quantity: "20Gi". */
  readonly volumeSize: string;
  /**
   * Hours a month that it is awake; the volume is paid always.
   * @default the context's
   */
  readonly hoursPerMonth?: number;
  /**
   * GB a month that it sends to its user's browser: a streamed desktop at 2 Mbit/s sends 0.9 GB an hour.
   * @default 0, not estimated
   */
  readonly trafficGb?: number;
}

/**
 * How many times what it asks for a workspace may use and still count as that: beyond, a part of what it may use counts.
 * Else a workspace could ask for nothing, use a whole node and cost nothing.
 */
const mostOvercommitted = 4;

/** What of a container's resources counts for its price: what it asks for, or a quarter of what it may use. */
export function countedRequests({
  requests,
  limits,
}: {
  readonly requests: { readonly cpu: string; readonly memory: string };
  readonly limits: { readonly cpu: string; readonly memory: string };
}): Pick<WorkspaceWorkload, "cpuRequest" | "memoryRequest"> {
  const millicores = Math.ceil(parseCpu(limits.cpu) / mostOvercommitted);
  const mebibytes = Math.ceil(parseMemory(limits.memory) / mostOvercommitted / 2 ** 20);
  return {
    cpuRequest: parseCpu(requests.cpu) >= millicores ? requests.cpu : `${millicores}m`,
    memoryRequest: parseMemory(requests.memory) >= mebibytes * 2 ** 20 ? requests.memory : `${mebibytes}Mi`,
  };
}

/** Where workspaces run. */
export interface CostContext {
  readonly region: string;
  /** Instance type of the workspaces' nodes. */
  readonly instanceType: string;
  readonly capacity: "on-demand" | "spot";
  /**
   * Share of the on-demand price that spot saves: between 0 and 1.
   * @default the price table's, for the region
   */
  readonly spotDiscount?: number;
  /** @default 730: never asleep */
  readonly hoursPerMonth?: number;
  /**
   * Size of a node's own disk in GB, shared as the node is.
   * @default 100
   */
  readonly nodeDiskGb?: number;
  /**
   * Days that each daily backup of the volume is kept; 0: none are made.
   * @default 35
   */
  readonly backupDays?: number;
  /**
   * Whether traffic leaves by a Cloudflare Tunnel, and so through a NAT gateway.
   * @default false
   */
  readonly tunnel?: boolean;
}

/** What is taken for granted of a volume that is backed up each day, as snapshots hold changed blocks only. */
export const backupAssumptions = {
  /** Share of a volume that is in use, and so in its first snapshot. */
  filled: 0.5,
  /** Share of it that changes from one day to the next. */
  changedDaily: 0.01,
} as const;

/**
 * What one workspace costs a month: its share of a node for the hours that it is awake, its volume always, its backups.
 * A node's price is parted among as many workspaces as the node takes, all of this size: what does not fit is paid by
 * those that do. Throws a `UserError` for a region or type without a price, and for what fits no node.
 */
export function estimateWorkspace(workload: WorkspaceWorkload, context: CostContext): Estimate {
  return estimateOf([
    ...nodeShareItems(workload, context),
    ...homeItems(parseMemory(workload.volumeSize) / 2 ** 30, context),
    trafficItem(workload.trafficGb ?? 0, context),
  ]);
}

/** So many GB to browsers. */
export function trafficItem(gb: number, { region, tunnel = false }: Pick<CostContext, "region" | "tunnel">): CostItem {
  const { internetGb, natGb } = pricesOf(region);
  return costItem({
    ...{ item: "Traffic to the browser", component, quantity: gb, unit: "GB" },
    unitPrice: internetGb + (tunnel ? natGb : 0),
  });
}

/** What a workspace takes of a node while it is awake, and of the node's disk. */
export function nodeShareItems(
  workload: Pick<WorkspaceWorkload, "cpuRequest" | "memoryRequest" | "hoursPerMonth">,
  context: CostContext,
): readonly CostItem[] {
  const { region, instanceType, capacity, nodeDiskGb = 100 } = context;
  const prices = pricesOf(region);
  const fits = fitOn(instanceType, workload);
  if (fits < 1) {
    const asked = `${workload.cpuRequest} CPU and ${workload.memoryRequest}`;
    const fix = `A node of this type has no room for ${asked} beside the system's own: take a larger type, or ask for less.`;
    throw new UserError({ option: "instanceType", value: instanceType, fix });
  }
  const hours = hoursWithin(workload.hoursPerMonth ?? context.hoursPerMonth ?? hoursPerMonth);
  const spotDiscount = discountWithin(context.spotDiscount ?? prices.spotDiscount);
  return [
    costItem({
      ...{ item: `Share of a node, ${instanceType} ${capacity}`, component, quantity: hours, unit: "hours" },
      unitPrice: nodeHour({ ...prices, spotDiscount }, region, { instanceType, capacity }) / fits,
      note: fits === 1 ? "a node has room for one: it is not shared" : `a node has room for ${fits}`,
    }),
    costItem({
      ...{ item: "Share of the node's disk", component, unit: "GB" },
      quantity: (nodeDiskGb / fits) * (hours / hoursPerMonth),
      unitPrice: prices.volumeGb,
    }),
  ];
}

/** A workspace's volume of so many GB, awake or asleep, and its backups. */
export function homeItems(gb: number, context: Pick<CostContext, "region" | "backupDays">): readonly CostItem[] {
  const { region, backupDays = 35 } = context;
  const prices = pricesOf(region);
  const { filled, changedDaily } = backupAssumptions;
  const snapshotGb = backupDays === 0 ? 0 : gb * filled * (1 + changedDaily * (backupDays - 1));
  return [
    volumeItem(prices, component, "Volume, gp3", gb),
    costItem({
      ...{ item: "Backups of the volume", component, quantity: snapshotGb, unit: "GB", unitPrice: prices.snapshotGb },
    }),
  ];
}

const component = "Workspace";

function hoursWithin(hours: number): number {
  if (hours >= 0 && hours <= 744) return hours;
  throw new UserError({ option: "hoursPerMonth", value: hours, fix: "Write hours of a month, from 0 to 744." });
}

function discountWithin(discount: number): number {
  if (discount >= 0 && discount < 1) return discount;
  const fix = "Write the share of the on-demand price that spot saves, from 0 to below 1: 0.5.";
  throw new UserError({ option: "spotDiscount", value: discount, fix });
}
