import { describe, expect, it } from "vitest";
import { unknownValue } from "../../../policies/rule.ts";
import { rules } from "../../../policies/rules/index.ts";
import { stayUnderBudget } from "../../../policies/rules/stack/stay-under-budget.ts";
import { parseSettings } from "../../../policies/settings.ts";

const nodes = { instanceType: "m7i.2xlarge", capacity: "on-demand" };
const settings = { budgetUsd: 50, region: "us-east-1", nodes };
const desktop = (requests: unknown) => ({
  type: "kubernetes:apps/v1:Deployment",
  name: "desktop",
  urn: "urn:pulumi:ws-alice::berth::kubernetes:apps/v1:Deployment::desktop",
  props: { spec: { template: { spec: { containers: [{ name: "desktop", resources: { requests } }] } } } },
});
const found = (requests: unknown) =>
  stayUnderBudget.checkStack([desktop(requests)], settings).map(({ message }) => message);

describe("a budget of a stack whose pods pay their share of nodes", () => {
  it("lets through what costs less, and not what costs more", () => {
    expect(found({ cpu: "500m", memory: "1Gi" })).toEqual([]);
    expect(found({ cpu: "2", memory: "4Gi" })).toEqual([expect.stringMatching(/above the budget of \$50\.00/)]);
  });

  it("does not let through what is too large for any node, and so has no price", () => {
    expect(found({ cpu: "16", memory: "64Gi" })).toEqual([
      "desktop (kubernetes:apps/v1:Deployment): There is a budget, and what it costs cannot be told. " +
        'instanceType: found "m7i.2xlarge". A node of this type has no room for 16 CPU and 64Gi beside the system\'s own: ' +
        "take a larger type, or ask for less.",
    ]);
  });

  it("says nothing of what a preview does not know", () => {
    expect(found({ cpu: unknownValue, memory: "64Gi" })).toEqual([]);
  });

  it("is not taken with nodes of a type that is none", () => {
    const wrong = { "stack-stay-under-budget": { ...settings, nodes: { ...nodes, instanceType: "m7i.2xlrge" } } };
    expect(() => parseSettings(rules, wrong)).toThrow(/nodes\.instanceType: found "m7i\.2xlrge"/);
  });
});
