import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { instanceHourOf, pricesOf, priceTable } from "../../../components/core/cost/prices.ts";
import { parseNodesSpec } from "../../../components/nodes/spec.ts";
import { blueprints } from "../../../components/workspace/blueprints/index.ts";
import { estimate as estimateSchema } from "../../../provisioner/contract/estimate.ts";
import {
  assumedContext,
  type CostBasis,
  estimateOrder,
  estimateShape,
  volumeMonthlyUsd,
} from "../../../provisioner/workspaces/estimate.ts";
import { blueprintNamed } from "../../../provisioner/workspaces/refusals.ts";

const shapeOf = (name: string, parameters = {}) => blueprintNamed(name).shape(parameters);
const cents = (usd: number) => Math.round(usd * 100);

const basis = fc.record({
  context: fc.record({
    region: fc.constantFrom(...Object.keys(priceTable.regions)),
    instanceType: fc.constantFrom("m7i.xlarge", "m7i.2xlarge", "m7i.4xlarge"),
    capacity: fc.constantFrom("on-demand" as const, "spot" as const),
    nodeDiskGb: fc.integer({ min: 20, max: 500 }),
    backupDays: fc.integer({ min: 0, max: 400 }),
  }),
  hoursPerMonth: fc.integer({ min: 1, max: 744 }),
}) satisfies fc.Arbitrary<CostBasis>;
const home = fc.record({
  memoryLimit: fc.integer({ min: 128, max: 8192 }).map((mebibytes) => `${mebibytes}Mi`),
  volumeSize: fc.integer({ min: 1, max: 200 }).map((gibibytes) => `${gibibytes}Gi`),
});
const users = fc.integer({ min: 1, max: 1_000_000 });

describe("an estimate", () => {
  test("is what the contract says, with items that add up, for every home, node and number of users", () => {
    fc.assert(
      fc.property(basis, home, users, (costs, parameters, count) => {
        const estimate = estimateShape(shapeOf("home", parameters), costs, { users: count });
        expect(estimateSchema.parse(JSON.parse(JSON.stringify(estimate)))).toEqual(estimate);
        const { items, monthlyUsd, monthlyUsdForAll, assumptions } = estimate;
        expect(items.every((item) => item.monthlyUsd >= 0)).toBe(true);
        expect(items.reduce((sum, item) => sum + cents(item.monthlyUsd), 0)).toBe(cents(monthlyUsd));
        expect(cents(monthlyUsdForAll)).toBe(cents(monthlyUsd) * count);
        expect(assumptions.nodes * assumptions.workspacesPerNode).toBeGreaterThanOrEqual(count);
        expect((assumptions.nodes - 1) * assumptions.workspacesPerNode).toBeLessThan(count);
      }),
    );
  });

  test("never falls with the hours, the memory or the volume", () => {
    fc.assert(
      fc.property(basis, home, home, (costs, one, other) => {
        const less = {
          memoryLimit: smaller(one.memoryLimit, other.memoryLimit),
          volumeSize: smaller(one.volumeSize, other.volumeSize),
        };
        const usdOf = (parameters: object, hoursPerMonth: number) =>
          estimateShape(shapeOf("home", parameters), costs, { hoursPerMonth }).monthlyUsd;
        const { hoursPerMonth } = costs;
        expect(usdOf(less, hoursPerMonth)).toBeLessThanOrEqual(usdOf(one, hoursPerMonth));
        expect(usdOf(one, hoursPerMonth / 2)).toBeLessThanOrEqual(usdOf(one, hoursPerMonth));
        expect(volumeMonthlyUsd(one.volumeSize, costs)).toBeLessThanOrEqual(usdOf(one, 0));
      }),
    );
  });

  test("without a context takes a platform's own default nodes, and says that it is assumed", () => {
    const [instanceType] = parseNodesSpec({}).workspaces.instanceTypes;
    expect(assumedContext).toEqual({ region: "us-east-1", instanceType, capacity: "on-demand" });
    for (const blueprint of Object.keys(blueprints)) {
      const assumed = estimateOrder({ blueprint });
      const told = estimateOrder({ blueprint }, { context: assumedContext });
      expect(assumed).toEqual({ ...told, assumptions: { ...told.assumptions, assumed: true } });
      expect(told.assumptions).toEqual({
        assumed: false,
        ...assumedContext,
        ...{ spotDiscount: 0, hoursPerMonth: 730, nodeDiskGb: 100, backupDays: 35, nodes: 1 },
        workspacesPerNode: expect.any(Number),
        prices: {
          date: priceTable.date,
          sources: {
            backup: priceTable.sources.backup,
            instances: priceTable.sources.instances,
            volumes: priceTable.sources.volumes,
          },
        },
      });
    }
  });

  test("parts a node's price among what it has room for, and takes off what spot saves", () => {
    const context = { ...assumedContext, capacity: "spot", spotDiscount: 0.5 } as const;
    const { items, assumptions } = estimateOrder({ blueprint: "desktop", hoursPerMonth: 100 }, { context });
    const hour = instanceHourOf(pricesOf("us-east-1"), "m7i.2xlarge") ?? 0;
    expect(assumptions).toMatchObject({ workspacesPerNode: 3, spotDiscount: 0.5 });
    expect(assumptions.prices.sources.spot).toBe(priceTable.sources.spot);
    expect(items[0]).toMatchObject({ quantity: 100, unitPrice: (hour * 0.5) / 3 });
  });

  test("counts a quarter of what a workspace may use, where it asks for less", () => {
    const sum = (parameters: Record<string, string>) => estimateShape(shapeOf("desktop", parameters)).monthlyUsd;
    const modest = { cpuRequest: "100m", memoryRequest: "512Mi" };
    const greedy = { cpuLimit: "16", memoryLimit: "64Gi" };
    expect(sum({ ...modest, ...greedy })).toBe(sum({ cpuRequest: "4", memoryRequest: "16Gi", ...greedy }));
    expect(sum({ ...modest, cpuLimit: "400m", memoryLimit: "2Gi" })).toBeLessThan(sum({}));
  });

  test("takes the price table's discount where nobody says one", () => {
    const context = { ...assumedContext, capacity: "spot" } as const;
    expect(estimateOrder({ blueprint: "home" }, { context }).assumptions.spotDiscount).toBe(
      pricesOf("us-east-1").spotDiscount,
    );
  });
});

/** The smaller of two quantities in the same unit. */
function smaller(one: string, other: string): string {
  return Number.parseInt(one, 10) <= Number.parseInt(other, 10) ? one : other;
}
