import { describe, expect, test } from "vitest";
import type { ResourceSubject } from "../../../policies/rule.ts";
import { stayUnderBudget } from "../../../policies/rules/stack/stay-under-budget.ts";
import { describeStackRule } from "./describe-rule.ts";

const subject = (type: string, name: string, props: ResourceSubject["props"]): ResourceSubject => ({
  ...{ type, name, props },
  urn: `urn:pulumi:dev::berth::${type}::${name}`,
});
const fix = "Make less or smaller, or raise the budget.";
const lines = (...text: readonly string[]) => text.join("\n");

// A secret is $0.40 a month in every region: https://aws.amazon.com/secrets-manager/pricing/
const stack = {
  provider: subject("pulumi:providers:aws", "aws", { region: "eu-central-1" }),
  secret: subject("aws:secretsmanager/secret:Secret", "secret", {}),
  budget: subject("aws:budgets/budget:Budget", "budget", {
    ...{ budgetType: "COST", timeUnit: "MONTHLY", limitUnit: "USD", limitAmount: "1" },
  }),
};

describeStackRule(stayUnderBudget, stack, {
  refuses: {
    "more than its own budget": {
      change: [["budget", "limitAmount"], "0.1"],
      says: [
        lines(
          "The stack: This costs $0.40 a month, $0.30 above the budget of $0.10:",
          "  $0.40  Secrets in Secrets Manager",
          "  $0.40  together",
          fix,
        ),
      ],
    },
    "more than the settings allow, whatever its own budget says": {
      settings: { budgetUsd: 0.25 },
      says: [
        lines(
          "The stack: This costs $0.40 a month, $0.15 above the budget of $0.25:",
          "  $0.40  Secrets in Secrets Manager",
          "  $0.40  together",
          fix,
        ),
      ],
    },
    "a budget in a region without prices": {
      change: [["provider", "region"], "mars-north-1"],
      says: [
        'The stack: It has a budget, and there are no prices for mars-north-1. Set "region" to one of us-east-1, eu-central-1.',
      ],
    },
    "a budget where no region is told": {
      change: [["provider"], undefined],
      says: ['The stack: It has a budget, and no region. Set "region", to know the prices.'],
    },
  },
  allows: {
    "a stack without a budget": { change: [["budget"], undefined] },
    "a budget of a year, which is none of a month": { change: [["budget", "timeUnit"], "ANNUALLY"] },
    "a region that the settings name": { change: [["provider"], undefined], settings: { region: "us-east-1" } },
  },
  waitsFor: [
    ["budget", "limitAmount"],
    ["budget", "timeUnit"],
    ["provider", "region"],
  ],
});

describe("a pod of a user's own stack", () => {
  const deployment = subject("kubernetes:apps/v1:Deployment", "workspace", {
    spec: {
      template: {
        spec: { containers: [{ name: "main", resources: { requests: { cpu: "2", memory: "4Gi" } } }] },
      },
    },
  });
  const own = { budgetUsd: 1, region: "eu-central-1" };

  test("pays nothing where its nodes are not told", () => {
    expect(stayUnderBudget.checkStack([deployment], own)).toEqual([]);
  });

  test("pays its share of the nodes that are", () => {
    const nodes = { instanceType: "m7i.2xlarge", capacity: "on-demand" };
    const [found, ...others] = stayUnderBudget.checkStack([deployment], { ...own, nodes });
    expect(others).toEqual([]);
    expect(found?.message).toMatch(
      /^The stack: This costs \$\d+\.\d\d a month, \$\d+\.\d\d above the budget of \$1\.00:/,
    );
  });
});
