import { z } from "zod";
import { instanceHourOf, pricesOf, priceTable } from "../components/core/cost/prices.ts";
import type { CostContext } from "../components/core/cost/workspace.ts";
import { capacityOf } from "../components/core/instance-types.ts";
import { whole } from "./config-values.ts";
import { variable } from "./config-variable.ts";
import type { Budgets } from "./workspaces/budget.ts";
import { assumedContext, type CostBasis } from "./workspaces/estimate.ts";

const regions = Object.keys(priceTable.regions);
const usd = z
  .string()
  .regex(/^\d{1,7}(\.\d{1,2})?$/)
  .transform(Number)
  .pipe(z.number().min(0.01).max(1_000_000));
const share = z
  .string()
  .regex(/^0(\.\d{1,4})?$/)
  .transform(Number);

/** Variables of what workspaces cost and may cost. */
export const costVariables = {
  BERTH_PRICE_REGION: variable(z.enum(regions).optional(), {
    group: "Costs",
    about: "Region whose prices estimates are made with.",
    fix: `Write one whose prices are known: ${regions.join(", ")}; with BERTH_PRICE_INSTANCE_TYPE.`,
    otherwise: `${assumedContext.region}, and every estimate says that it is assumed`,
  }),
  BERTH_PRICE_INSTANCE_TYPE: variable(
    z
      .string()
      .refine((type) => capacityOf(type) !== null)
      .optional(),
    {
      group: "Costs",
      about: "Instance type of the workspaces' nodes.",
      fix: "Write a general (m, t), compute (c) or memory (r) type of a present generation: m7i.2xlarge; with BERTH_PRICE_REGION.",
      otherwise: `${assumedContext.instanceType}, assumed as well`,
    },
  ),
  BERTH_PRICE_CAPACITY: variable(z.enum(["on-demand", "spot"]).default("on-demand"), {
    group: "Costs",
    about: "What the nodes are paid as.",
    fix: "Write on-demand or spot.",
  }),
  BERTH_PRICE_SPOT_DISCOUNT: variable(share.optional(), {
    group: "Costs",
    about: "Share of the on-demand price that spot saves.",
    fix: "Write a share from 0 to below 1, for spot only: 0.55.",
    otherwise: "the price table's, by region",
  }),
  BERTH_PRICE_HOURS: variable(whole(1, 744).default(730), {
    group: "Costs",
    about: "Hours a month that a workspace is reckoned to be awake. Its volume is paid always.",
    fix: "Write a whole number from 1 to 744: 160 is eight hours of each working day.",
  }),
  BERTH_PRICE_NODE_DISK: variable(whole(20, 16_384).default(100), {
    group: "Costs",
    about: "GB of a node's own disk, which its workspaces share like the node.",
    fix: "Write a whole number from 20 to 16384.",
  }),
  BERTH_PRICE_BACKUP_DAYS: variable(whole(0, 36_500).default(35), {
    group: "Costs",
    about: "Days that the daily backups of a volume are kept; 0: there are none.",
    fix: "Write a whole number from 0 to 36500.",
  }),
  BERTH_WORKSPACE_BUDGET: variable(usd.optional(), {
    group: "Costs",
    about: "US dollars a month that a workspace may cost, by its estimate: one that would cost more is refused.",
    fix: "Write dollars, with cents where you like: 50 or 49.90.",
    otherwise: "no bound",
  }),
  BERTH_OWNER_BUDGET: variable(usd.optional(), {
    group: "Costs",
    about:
      "US dollars a month that all workspaces of one owner may cost together, with the volumes that were kept: what would be more is refused.",
    fix: "Write dollars, with cents where you like: 100 or 99.90.",
    otherwise: "no bound",
  }),
} as const;

type Option = keyof typeof costVariables;
type Values = Readonly<z.output<z.ZodObject<typeof costVariables>>>;

/** What of it does not fit together. */
export function checkCosts(values: Values): readonly { readonly option: Option; readonly fix: string }[] {
  const { BERTH_PRICE_REGION: region, BERTH_PRICE_INSTANCE_TYPE: type, BERTH_PRICE_CAPACITY: capacity } = values;
  const wrong = (option: Option, fix: string) => [{ option, fix }];
  if (region === undefined && type !== undefined) {
    return wrong("BERTH_PRICE_REGION", "BERTH_PRICE_INSTANCE_TYPE has a price in some region only: name it.");
  }
  if (region === undefined || type === undefined) {
    if (region !== undefined)
      return wrong("BERTH_PRICE_INSTANCE_TYPE", "BERTH_PRICE_REGION is set: say of which type.");
    return capacity === "spot"
      ? wrong("BERTH_PRICE_CAPACITY", "Say which nodes are spot: BERTH_PRICE_REGION and BERTH_PRICE_INSTANCE_TYPE.")
      : [];
  }
  if (instanceHourOf(pricesOf(region), type) === null) {
    const known = Object.keys(pricesOf(region).instanceHour).join(", ");
    return wrong("BERTH_PRICE_INSTANCE_TYPE", `In ${region}, prices are known for types of ${known}.`);
  }
  return capacity === "on-demand" && values.BERTH_PRICE_SPOT_DISCOUNT !== undefined
    ? wrong(
        "BERTH_PRICE_SPOT_DISCOUNT",
        "The nodes are paid on demand: leave it out, or set BERTH_PRICE_CAPACITY=spot.",
      )
    : [];
}

/** What workspaces cost, of values that fit together. */
export function assembleCosts(values: Values): CostBasis {
  const { BERTH_PRICE_REGION: region, BERTH_PRICE_INSTANCE_TYPE: instanceType } = values;
  const { BERTH_PRICE_SPOT_DISCOUNT: spotDiscount, BERTH_PRICE_HOURS: hoursPerMonth } = values;
  if (region === undefined || instanceType === undefined) return { hoursPerMonth };
  const context: CostContext = {
    ...{ region, instanceType, capacity: values.BERTH_PRICE_CAPACITY },
    nodeDiskGb: values.BERTH_PRICE_NODE_DISK,
    backupDays: values.BERTH_PRICE_BACKUP_DAYS,
    ...(spotDiscount === undefined ? {} : { spotDiscount }),
  };
  return { context, hoursPerMonth };
}

/** What they may cost. */
export function assembleBudgets(values: Values): Budgets {
  const { BERTH_WORKSPACE_BUDGET: workspaceMonthlyUsd, BERTH_OWNER_BUDGET: ownerMonthlyUsd } = values;
  return {
    ...(workspaceMonthlyUsd === undefined ? {} : { workspaceMonthlyUsd }),
    ...(ownerMonthlyUsd === undefined ? {} : { ownerMonthlyUsd }),
  };
}
