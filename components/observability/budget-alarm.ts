import { Budget, type BudgetArgs } from "@pulumi/aws/budgets/budget.js";
import { CostAllocationTag } from "@pulumi/aws/costexplorer/costAllocationTag.js";
import * as pulumi from "@pulumi/pulumi";
import { UserError } from "../core/errors.ts";
import { declare, type Transform } from "../transform.ts";
import { type CostTag, planBudgetAlarm } from "./plan.ts";
import { type BudgetAlarmSpecInput, parseBudgetAlarmSpec } from "./spec.ts";

export interface BudgetAlarmArgs {
  /** How much, and who is told. */
  readonly spec: BudgetAlarmSpecInput;
  /** The tag of everything that counts: one installation's, such as `berth.dev/installation` = `prod`. */
  readonly tag: CostTag;
  /** A topic that is told too. */
  readonly topicArn?: pulumi.Input<string>;
  /** Last changes to single children, where no argument says it. */
  readonly transform?: { readonly budget?: Transform<BudgetArgs> };
}

/**
 * Tells people when the installation has cost 80 % and 100 % of what it may cost a month, and when it is foreseen to.
 *
 * Billing counts by a tag only after the tag was made a cost allocation tag, and from then on: by hand under "Billing and
 * Cost Management", "Cost allocation tags", in the paying account, a day after something first had the tag; or by
 * `activateTag` where that account is this one. Until then the budget sees $0.
 * https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/activating-tags.html
 *
 * Costs nothing (https://aws.amazon.com/aws-cost-management/aws-budgets/pricing/).
 *
 * @example
 * new BudgetAlarm("budget", {
 *   spec: { name: "berth-prod", monthlyUsd: 2000, emails: ["finance@example.com"] },
 *   tag: { key: "berth.dev/installation", value: "prod" },
 * });
 */
export class BudgetAlarm extends pulumi.ComponentResource {
  /** Name of the budget. */
  readonly budgetName: pulumi.Output<string>;
  readonly nodes: { readonly budget: Budget; readonly costAllocationTag: CostAllocationTag | null };

  constructor(name: string, args: BudgetAlarmArgs, options?: pulumi.ComponentResourceOptions) {
    super("berth:observability:BudgetAlarm", name, {}, options);
    const { tag, topicArn, transform = {} } = args;
    const spec = parseBudgetAlarmSpec(args.spec);
    if (spec.emails.length === 0 && topicArn === undefined) {
      throw new UserError({
        option: "spec.emails",
        value: [],
        fix: "Write who is told, or give a topic: nobody would know.",
      });
    }
    const plan = planBudgetAlarm<pulumi.Input<string>>(spec, tag, topicArn ?? null);
    const here = { parent: this };

    const costAllocationTag =
      plan.costAllocationTag && new CostAllocationTag(`${name}-tag`, plan.costAllocationTag, here);
    const declared = declare<BudgetArgs>(transform.budget, plan.budget, here);
    const budget = new Budget(`${name}-budget`, declared.args, declared.options);

    this.nodes = { budget, costAllocationTag };
    this.budgetName = budget.name;
    this.registerOutputs({ budgetName: this.budgetName });
  }
}
