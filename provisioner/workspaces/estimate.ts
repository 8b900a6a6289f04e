import { type CostItem, estimateOf, hoursPerMonth as wholeMonth } from "../../components/core/cost/estimate.ts";
import { fitOn } from "../../components/core/cost/node.ts";
import { pricesOf, priceTable } from "../../components/core/cost/prices.ts";
import {
  type CostContext,
  countedRequests,
  estimateWorkspace,
  homeItems,
  type WorkspaceWorkload,
} from "../../components/core/cost/workspace.ts";
import { UserError } from "../../components/core/errors.ts";
import { parseMemory } from "../../components/core/quantities.ts";
import type { WorkspaceShape } from "../../components/workspace/spec.ts";
import type { WorkspaceEstimate } from "../contract/estimate.ts";
import { blueprintNamed, checkingParameters, invalid } from "./refusals.ts";
import type { EstimateOrder } from "./service.ts";

/** What the provisioner was told of what its workspaces' nodes cost. */
export interface CostBasis {
  /** @default `assumedContext` */
  readonly context?: CostContext;
  /** Hours a month that a workspace is awake. @default 730: never asleep */
  readonly hoursPerMonth?: number;
}

/**
 * What is taken for granted of nodes whose price nobody told, such as those of a cluster at home: a platform's own
 * default for workspaces, in us-east-1, where AWS' list prices begin.
 */
export const assumedContext = {
  region: "us-east-1",
  instanceType: "m7i.2xlarge",
  capacity: "on-demand",
} as const satisfies CostContext;

/** How often there is such a workspace, and how long it is awake. */
export interface Usage {
  /** @default the basis' */
  readonly hoursPerMonth?: number;
  /** @default 1 */
  readonly users?: number;
}

/** An estimate as it is answered, of the model's own items. */
export type ShapeEstimate = Omit<WorkspaceEstimate, "items"> & { readonly items: CostItem[] };

/** What a computer costs a month, with all that this takes for granted. Throws a `UserError` when it fits no node. */
export function estimateShape(shape: WorkspaceShape, basis: CostBasis = {}, usage: Usage = {}): ShapeEstimate {
  const context = completeContext(basis);
  const { users = 1, hoursPerMonth = context.hoursPerMonth } = usage;
  const workload = { ...workloadOf(shape), hoursPerMonth };
  const workspacesPerNode = fitOn(context.instanceType, workload);
  if (workspacesPerNode < 1) throw fitsNone(workload, context);
  const { currency, items, monthlyUsd } = estimateWorkspace(workload, context);
  const { region, instanceType, capacity, nodeDiskGb, backupDays } = context;
  return {
    currency,
    items: [...items],
    monthlyUsd,
    users,
    monthlyUsdForAll: Math.round(monthlyUsd * 100 * users) / 100,
    assumptions: {
      assumed: basis.context === undefined,
      ...{ region, instanceType, capacity, spotDiscount: spotDiscountOf(context), hoursPerMonth },
      ...{ workspacesPerNode, nodes: Math.ceil(users / workspacesPerNode), nodeDiskGb, backupDays },
      prices: { date: priceTable.date, sources: sourcesOf(context) },
    },
  };
}

/** What a volume costs a month that was kept when its workspace was deleted. */
export function volumeMonthlyUsd(size: string, basis: CostBasis = {}): number {
  return estimateOf(homeItems(parseMemory(size) / 2 ** 30, completeContext(basis))).monthlyUsd;
}

/** Answers who asks what a blueprint would cost. Throws a `RequestError` that names what is wrong with the order. */
export function estimateOrder(order: EstimateOrder, basis: CostBasis = {}): WorkspaceEstimate {
  const { blueprint: name, parameters = {}, ...usage } = order;
  const blueprint = blueprintNamed(name);
  const shape = checkingParameters(parameters, () => blueprint.shape(parameters));
  const priced = priceOf(() => estimateShape(shape, basis, usage));
  if (priced.estimate !== null) return priced.estimate;
  throw invalid("parameters", parameters, priced.why);
}

/** An estimate, or why there can be none. */
export type Priced = { readonly estimate: ShapeEstimate } | { readonly estimate: null; readonly why: string };

/** Runs an estimate; where a user's mistake is why there is none, says so. */
export function priceOf(estimate: () => ShapeEstimate): Priced {
  try {
    return { estimate: estimate() };
  } catch (error) {
    if (error instanceof UserError) return { estimate: null, why: error.mistakes.map(({ fix }) => fix).join(" ") };
    throw error;
  }
}

function fitsNone({ cpuRequest, memoryRequest }: WorkspaceWorkload, { instanceType }: CostContext): UserError {
  const asked = `${cpuRequest} CPU and ${memoryRequest} of memory`;
  const fix = `The nodes here are reckoned to be ${instanceType}, and none has room for ${asked} beside the system's own: ask for less.`;
  return new UserError({ option: "parameters", value: asked, fix });
}

function workloadOf({ resources, home }: WorkspaceShape): WorkspaceWorkload {
  return { ...countedRequests(resources), volumeSize: home.size };
}

/** The context with every default that the model has, so that an answer can name them. */
function completeContext({ context = assumedContext, hoursPerMonth = wholeMonth }: CostBasis) {
  return { nodeDiskGb: 100, backupDays: 35, ...context, hoursPerMonth };
}

function spotDiscountOf({ capacity, spotDiscount, region }: CostContext): number {
  return capacity === "on-demand" ? 0 : (spotDiscount ?? pricesOf(region).spotDiscount);
}

/** Where the prices of a workspace's items are from. */
function sourcesOf({ capacity }: CostContext): Record<string, string> {
  const used = ["instances", "volumes", "backup", ...(capacity === "spot" ? ["spot"] : [])];
  return Object.fromEntries(Object.entries(priceTable.sources).filter(([what]) => used.includes(what)));
}
