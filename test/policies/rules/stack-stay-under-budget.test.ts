import { describe, expect, test } from "vitest";
import { type ResourceSubject, type RuleSettings, unknownValue } from "../../../policies/rule.ts";
import { rules } from "../../../policies/rules/index.ts";
import { stayUnderBudget } from "../../../policies/rules/stack/stay-under-budget.ts";
import { parseSettings } from "../../../policies/settings.ts";
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

describe("what is paid by the hour and has no price", () => {
  const own = { budgetUsd: 1000, region: "eu-central-1" };
  const said = (type: string, props: ResourceSubject["props"]) =>
    stayUnderBudget.checkStack([subject(type, "dear", props)], own).map(({ message }) => message);

  test("is not let through as if it cost nothing", () => {
    expect(said("aws:eks/nodeGroup:NodeGroup", { instanceTypes: ["c7i.2xlarge"], subnetIds: [unknownValue] })).toEqual([
      "dear (aws:eks/nodeGroup:NodeGroup): There is a budget, and what it costs cannot be told. " +
        'instanceType: found "c7i.2xlarge". In eu-central-1, prices are known for types of m6a, m6i, m7a, m7i, m7i-flex, t3, t4g.',
    ]);
    expect(said("aws:autoscaling/group:Group", {})).toEqual([
      "dear (aws:autoscaling/group:Group): There is a budget, and what it costs cannot be told. " +
        "There is no price for this type: change that, or write an exception for it.",
    ]);
  });

  test("is waited for where a preview does not know it, and nothing to who has no budget", () => {
    expect(said("aws:eks/nodeGroup:NodeGroup", { instanceTypes: unknownValue })).toEqual([]);
    expect(said("aws:rds/instance:Instance", { instanceClass: unknownValue })).toEqual([]);
    const group = subject("aws:autoscaling/group:Group", "dear", {});
    expect(stayUnderBudget.checkStack([group], { region: "eu-central-1" })).toEqual([]);
  });
});

describe("a pod of a user's own stack", () => {
  const nodes = { instanceType: "m7i.2xlarge", capacity: "on-demand" };
  const own = { budgetUsd: 50, region: "us-east-1", nodes };
  const said = (requests: unknown, settings: RuleSettings = own) => {
    const containers = [{ name: "main", resources: { requests } }];
    const pod = subject("kubernetes:apps/v1:Deployment", "desktop", { spec: { template: { spec: { containers } } } });
    return stayUnderBudget.checkStack([pod], settings).map(({ message }) => message);
  };

  test("pays its share of the nodes that are told, and nothing without", () => {
    expect(said({ cpu: "500m", memory: "1Gi" })).toEqual([]);
    expect(said({ cpu: "2", memory: "4Gi" })).toEqual([expect.stringMatching(/above the budget of \$50\.00/)]);
    expect(said({ cpu: "2", memory: "4Gi" }, { budgetUsd: 1, region: "us-east-1" })).toEqual([]);
  });

  test("is not let through when it is too large for any node, and so has no price", () => {
    expect(said({ cpu: "16", memory: "64Gi" })).toEqual([
      "desktop (kubernetes:apps/v1:Deployment): There is a budget, and what it costs cannot be told. " +
        'instanceType: found "m7i.2xlarge". A node of this type has no room for 16 CPU and 64Gi beside the system\'s own: ' +
        "take a larger type, or ask for less.",
    ]);
  });

  test("is waited for where a preview does not know what it asks for", () => {
    expect(said({ cpu: unknownValue, memory: "64Gi" })).toEqual([]);
  });

  test("is not priced by nodes of a type that is none", () => {
    const wrong = { "stack-stay-under-budget": { ...own, nodes: { ...nodes, instanceType: "m7i.2xlrge" } } };
    expect(() => parseSettings(rules, wrong)).toThrow(/nodes\.instanceType: found "m7i\.2xlrge"/);
  });
});
