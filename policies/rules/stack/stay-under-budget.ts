import { z } from "zod";
import { overBudget } from "../../../components/core/cost/budget.ts";
import { priceTable } from "../../../components/core/cost/prices.ts";
import { costOfResources, type ResourcesContext } from "../../../components/core/cost/resources.ts";
import { capacityOf } from "../../../components/core/instance-types.ts";
import {
  isUnknown,
  type ResourceSubject,
  read,
  type StackRule,
  type UnknownValue,
  type Violation,
  violation,
} from "../../rule.ts";

const instanceType = z.string().refine((type) => capacityOf(type) !== null, {
  error: "Write a general (m, t), compute (c) or memory (r) type of a present generation: m7i.2xlarge.",
});

const values = z.strictObject({
  budgetUsd: z.number().positive().optional().meta({
    description: "US dollars a month. Without it, the limit of the stack's own monthly budget of AWS, if any.",
  }),
  region: z
    .enum(Object.keys(priceTable.regions))
    .optional()
    .meta({ description: "Region whose prices hold. Without it, that of the stack's AWS provider." }),
  nodes: z
    .strictObject({ instanceType, capacity: z.enum(["on-demand", "spot"]) })
    .optional()
    .meta({
      description: "Nodes that pods run on which are not in the stack: they pay their share. Else they pay nothing.",
    }),
});

export const stayUnderBudget = {
  name: "stack-stay-under-budget",
  description:
    "A month of all that the stack makes costs no more than its budget: what is known before it is made need not be found " +
    "on the bill. What is paid by use is not in the sum; what is paid by the hour and has no price here is refused.",
  severity: "mandatory",
  values,
  checkStack(subjects, settings) {
    const { budgetUsd = ownBudget(subjects), region = ownRegion(subjects), nodes } = values.parse(settings);
    if (budgetUsd === undefined || isUnknown(region)) return [];
    if (region === undefined) return refuse("It has a budget, and no region.", 'Set "region", to know the prices.');
    if (!Object.hasOwn(priceTable.regions, region)) {
      const known = Object.keys(priceTable.regions).join(", ");
      return refuse(`It has a budget, and there are no prices for ${region}.`, `Set "region" to one of ${known}.`);
    }
    const estimate = costOfResources(subjects, region, contextOf(nodes));
    const over = overBudget(estimate, budgetUsd);
    return [
      ...(over === undefined ? [] : refuse(over.message, "Make less or smaller, or raise the budget.")),
      ...subjects.flatMap((subject) => withoutPrice(subject, region, contextOf(nodes))),
    ];
  },
} satisfies StackRule;

/** What would pay nothing because its price is missing: a type that the region has none for, a pod too large for any node. */
function withoutPrice(subject: ResourceSubject, region: string, context: ResourcesContext): readonly Violation[] {
  return costOfResources([subject], region, context)
    .notPriced.filter(({ missing }) => missing)
    .map(({ why }) => violation(subject, "There is a budget, and what it costs cannot be told.", fixOf(why)));
}

/** A user's mistake brings its fix along. */
function fixOf(why: string): string {
  if (why.endsWith(".")) return why;
  return `${why.charAt(0).toUpperCase()}${why.slice(1)}: change that, or write an exception for it.`;
}

function contextOf(nodes: z.output<typeof values>["nodes"]): ResourcesContext {
  return nodes === undefined ? {} : { nodes };
}

function refuse(found: string, fix: string): readonly Violation[] {
  return [{ message: `The stack: ${found}${found.includes("\n") ? "\n" : " "}${fix}` }];
}

/** The highest monthly limit in US dollars among a stack's own budgets. */
function ownBudget(subjects: readonly ResourceSubject[]): number | undefined {
  const limits = subjects
    .filter(({ type }) => type === "aws:budgets/budget:Budget")
    .filter(({ props }) => props.timeUnit === "MONTHLY" && props.limitUnit === "USD" && props.budgetType === "COST")
    .map(({ props }) => (isUnknown(props.limitAmount) ? Number.NaN : Number(props.limitAmount)))
    .filter((limit) => limit > 0);
  return limits.length === 0 ? undefined : Math.max(...limits);
}

/** The region of the first AWS provider that names one, known or not. */
function ownRegion(subjects: readonly ResourceSubject[]): string | UnknownValue | undefined {
  return subjects
    .filter(({ type }) => type === "pulumi:providers:aws")
    .map(({ props }) => read(props, "region"))
    .find((region) => typeof region === "string" || isUnknown(region));
}
