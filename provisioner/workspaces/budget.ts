import { and, eq, inArray, ne } from "drizzle-orm";
import { overBudget } from "../../components/core/cost/budget.ts";
import { type CostItem, costItem, estimateOf } from "../../components/core/cost/estimate.ts";
import { UserError } from "../../components/core/errors.ts";
import type { WorkspaceEstimate } from "../contract/estimate.ts";
import type { Transaction } from "../store/database.ts";
import { volumes, workspaces } from "../store/schema.ts";
import { estimateShape, type Priced, priceOf, volumeMonthlyUsd } from "./estimate.ts";
import { specOf, type WorkspaceRow } from "./present.ts";
import { invalid } from "./refusals.ts";
import { RequestError } from "./service.ts";
import type { WorkspaceSettings } from "./settings.ts";

/** What workspaces may cost a month, in US dollars, by what they are estimated to. */
export interface Budgets {
  /** Each workspace. @default without bound */
  readonly workspaceMonthlyUsd?: number;
  /** All of an owner's together, with the volumes that were kept. @default without bound */
  readonly ownerMonthlyUsd?: number;
}

type Ordered = Pick<WorkspaceRow, "id" | "owner" | "name" | "blueprint" | "parameters" | "host">;

/** What a workspace costs a month, or why that cannot be told. */
export function priceRow(row: Ordered, settings: WorkspaceSettings): Priced {
  return priceOf(() => estimateShape(specOf(row, settings).shape, settings.costs));
}

/**
 * Refuses a workspace that would cost more than it may, or more than its owner may spend. `present` is what it is now,
 * where it is there already: what does not cost more than before is never refused. The transaction must have locked the
 * owner, so that two at once cannot pass the owner's budget together.
 */
export async function refuseOverBudget(
  transaction: Transaction,
  settings: WorkspaceSettings,
  wanted: Ordered,
  present?: Ordered,
): Promise<void> {
  const { workspaceMonthlyUsd, ownerMonthlyUsd } = settings.budgets ?? {};
  if (workspaceMonthlyUsd === undefined && ownerMonthlyUsd === undefined) return;
  const priced = priceRow(wanted, settings);
  if (priced.estimate === null) {
    throw invalid(
      "parameters",
      wanted.parameters,
      `${priced.why} There is a budget here: what it costs must be known.`,
    );
  }
  const { estimate } = priced;
  const before = present && priceRow(present, settings).estimate;
  if (before && estimate.monthlyUsd <= before.monthlyUsd) return;

  if (workspaceMonthlyUsd !== undefined) {
    const over = overBudget(estimate, workspaceMonthlyUsd);
    if (over !== undefined) {
      const { parameters } = wanted;
      throw refusal(over.message, "workspaceMonthlyUsd", estimate, { name: "parameters", value: parameters });
    }
  }
  if (ownerMonthlyUsd !== undefined) {
    const others = await othersOf(transaction, settings, wanted);
    const over = overBudget(estimateOf([...estimate.items, ...others]), ownerMonthlyUsd);
    if (over !== undefined) {
      throw refusal(over.message, "ownerMonthlyUsd", estimate, { name: "owner", value: wanted.owner });
    }
  }
}

/** What the owner has beside a workspace, an item each: workspaces, awake or not, and volumes without one. */
async function othersOf(
  transaction: Transaction,
  settings: WorkspaceSettings,
  { id, owner }: Ordered,
): Promise<readonly CostItem[]> {
  const rows = await transaction
    .select()
    .from(workspaces)
    .where(and(eq(workspaces.owner, owner), ne(workspaces.phase, "deleted"), ne(workspaces.id, id)))
    .orderBy(workspaces.sequence);
  const left = await transaction
    .select()
    .from(volumes)
    .where(and(eq(volumes.owner, owner), inArray(volumes.state, ["keeping", "kept"])));
  const leaving = new Set(left.map(({ workspace }) => workspace));
  const items = rows.flatMap((row) => {
    if (row.desired !== "deleted") return [one(`Workspace ${row.name} (${row.id})`, monthlyUsdOf(row, settings))];
    // Its volume stays, and is not written down yet.
    if (row.disposal !== "keep" || leaving.has(row.id)) return [];
    return [one(`Volume of ${row.name} (${row.id})`, volumeUsdOf(row, settings))];
  });
  const kept = left.map(({ name, id: volume, size }) =>
    one(`Kept volume of ${name} (${volume})`, volumeMonthlyUsd(size, settings.costs)),
  );
  return [...items, ...kept];
}

function monthlyUsdOf(row: WorkspaceRow, settings: WorkspaceSettings): number {
  const priced = priceRow(row, settings);
  if (priced.estimate !== null) return priced.estimate.monthlyUsd;
  throw untold(row, priced.why, `Make ${row.id} smaller, or delete it: there is a budget for all together.`);
}

/** What the volume of a workspace costs that leaves it behind. */
function volumeUsdOf(row: WorkspaceRow, settings: WorkspaceSettings): number {
  try {
    return volumeMonthlyUsd(specOf(row, settings).shape.home.size, settings.costs);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const why = error.mistakes.map(({ fix }) => fix).join(" ");
    throw untold(row, why, `Wait until ${row.id} is deleted, or delete it with its volume.`);
  }
}

function untold({ id, name, owner }: WorkspaceRow, why: string, fix: string): RequestError {
  const said = `What the workspace '${name}' of '${owner}' (${id}) costs cannot be told: ${why}`;
  return new RequestError("over-budget", said, { name: "owner", value: owner, fix });
}

function one(item: string, monthlyUsd: number): CostItem {
  return costItem({ item, component: "Workspace", quantity: 1, unit: "months", unitPrice: monthlyUsd });
}

const options = {
  workspaceMonthlyUsd: {
    budget: "BERTH_WORKSPACE_BUDGET (`provisioner.budget.workspaceMonthlyUsd` of a platform)",
    less: "Ask for less: smaller parameters.",
  },
  ownerMonthlyUsd: {
    budget: "BERTH_OWNER_BUDGET (`provisioner.budget.ownerMonthlyUsd` of a platform)",
    less: "Ask for less: smaller parameters, or delete a workspace or a kept volume first.",
  },
} as const;

function refusal(
  sum: string,
  option: keyof Budgets,
  { assumptions }: WorkspaceEstimate,
  field: { readonly name: string; readonly value: unknown },
): RequestError {
  const { budget, less } = options[option];
  const { assumed, instanceType, region, hoursPerMonth } = assumptions;
  const fix = [
    less,
    `Or have the operator raise ${budget}, or count on fewer than ${hoursPerMonth} hours a month by BERTH_PRICE_HOURS (\`provisioner.costs.hoursPerMonth\`).`,
    ...(assumed
      ? [`The price is that of ${instanceType} in ${region}, as nobody said another: BERTH_PRICE_INSTANCE_TYPE.`]
      : []),
  ].join(" ");
  return new RequestError("over-budget", `${sum}\n${fix}`, { ...field, fix });
}
