import { z } from "@hono/zod-openapi";
import { blueprintName } from "./workspace.ts";

/** Most hours that a month has. */
export const maxHoursPerMonth = 744;

/** What a workspace would cost; unlike a create it needs no owner and changes nothing. */
export const estimateBody = z
  .strictObject({
    blueprint: blueprintName,
    parameters: z.record(z.string(), z.unknown()).optional(),
    /** Hours a month that it is awake; its volume is paid always. Default: the installation's. */
    hoursPerMonth: z
      .number()
      .min(0, "must be at least 0")
      .max(maxHoursPerMonth, `must be at most ${maxHoursPerMonth}, the hours of a month`)
      .optional(),
    /** Users that have such a workspace each. Default: 1. */
    users: z
      .int("must be a whole number")
      .min(1, "must be at least 1")
      .max(1_000_000, "must be at most 1000000")
      .optional(),
  })
  .openapi("EstimateRequest", {
    example: { blueprint: "desktop", parameters: { cpuRequest: "1" }, hoursPerMonth: 160, users: 50 },
  });
export type EstimateBody = z.infer<typeof estimateBody>;

export const costItem = z
  .strictObject({
    item: z.string(),
    component: z.string(),
    quantity: z.number(),
    /** What `quantity` counts. */
    unit: z.string(),
    /** US dollars of one unit. */
    unitPrice: z.number(),
    /** US dollars a month, in whole cents. */
    monthlyUsd: z.number(),
    note: z.string().optional(),
  })
  .openapi("CostItem");

/** What an estimate takes for granted. */
export const estimateAssumptions = z
  .strictObject({
    /** Nobody told the provisioner what its nodes cost: it takes a common node in a common region. */
    assumed: z.boolean(),
    region: z.string(),
    instanceType: z.string(),
    capacity: z.enum(["on-demand", "spot"]),
    /** Share of the on-demand price that spot saves; 0 on demand. */
    spotDiscount: z.number(),
    hoursPerMonth: z.number(),
    /** Such workspaces that fit one node: they share its price. */
    workspacesPerNode: z.int(),
    /** Nodes that all users' workspaces need when they are awake at once. */
    nodes: z.int(),
    /** GB of a node's own disk, shared like the node. */
    nodeDiskGb: z.number(),
    /** Days that a daily backup of the volume is kept; 0: none is made. */
    backupDays: z.number(),
    prices: z.strictObject({
      /** The day as of which they hold. */
      date: z.iso.date(),
      /** Pages with the prices in force, by what is paid for. */
      sources: z.record(z.string(), z.url()),
    }),
  })
  .openapi("EstimateAssumptions");

/** What workspaces cost a month. Taxes, traffic and the platform that all share are not in it. */
export const estimate = z
  .strictObject({
    currency: z.literal("USD"),
    items: z.array(costItem),
    /** One user's workspace: the sum of the items. */
    monthlyUsd: z.number(),
    users: z.int(),
    /** All users' workspaces. */
    monthlyUsdForAll: z.number(),
    assumptions: estimateAssumptions,
  })
  .openapi("Estimate");
export type WorkspaceEstimate = z.infer<typeof estimate>;
