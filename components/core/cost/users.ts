import { parseMemory } from "../quantities.ts";
import { type CostItem, costItem, type Estimate, estimateOf, hoursPerMonth } from "./estimate.ts";
import { nodeHour } from "./items.ts";
import { fitOn } from "./node.ts";
import { estimatePlatform, type PlatformCostInput } from "./platform.ts";
import { pricesOf } from "./prices.ts";
import { type CostContext, homeItems, trafficItem, type WorkspaceWorkload } from "./workspace.ts";

/** Whom a platform is for. */
export interface Users {
  /** How many have a workspace, all of the same size. */
  readonly count: number;
  readonly workload: WorkspaceWorkload;
  /** Hours a month that each is awake, all of them at the same time: then most nodes are needed. */
  readonly hoursPerMonth: number;
}

/**
 * What a platform costs a month with its users: its fixed part, the nodes that they need beyond those that are always
 * there (whole nodes, for the hours that they are awake: the autoscaler takes them away then), and their volumes.
 */
export function estimateInstallation(platform: PlatformCostInput, context: CostContext, users: Users): Estimate {
  const { region, workspaceNodes } = platform;
  const prices = pricesOf(region);
  const { instanceType, capacity, count: always, diskGb } = workspaceNodes;
  const fits = fitOn(instanceType, users.workload);
  const needed = Math.ceil(users.count / fits);
  const further = Math.max(0, needed - always);
  const component = "NodeGroups";
  const more: readonly CostItem[] =
    further === 0
      ? []
      : [
          costItem({
            ...{ item: `Further nodes of workspaces, ${instanceType} ${capacity}`, component },
            ...{ quantity: further * users.hoursPerMonth, unit: "hours" },
            unitPrice: nodeHour(prices, region, workspaceNodes),
            note: `${further} more for ${users.hoursPerMonth} h: a node has room for ${fits}`,
          }),
          costItem({
            ...{ item: "Disks of the further nodes, gp3", component, unit: "GB" },
            quantity: (further * diskGb * users.hoursPerMonth) / hoursPerMonth,
            unitPrice: prices.volumeGb,
          }),
        ];
  const { volumeSize, trafficGb = 0 } = users.workload;
  return estimateOf([
    ...estimatePlatform(platform).items,
    ...more,
    ...homeItems((users.count * parseMemory(volumeSize)) / 2 ** 30, context),
    trafficItem(users.count * trafficGb, context),
  ]);
}
