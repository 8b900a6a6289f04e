import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { overBudget } from "../../../components/core/cost/budget.ts";
import { costItem, type Estimate, estimateOf, formatUsd } from "../../../components/core/cost/estimate.ts";
import { fitOn, roomOf } from "../../../components/core/cost/node.ts";
import { assumedUsage, estimatePlatform, type PlatformCostInput } from "../../../components/core/cost/platform.ts";
import { instanceHourOf, pricesOf, priceTable } from "../../../components/core/cost/prices.ts";
import { estimateInstallation } from "../../../components/core/cost/users.ts";
import {
  type CostContext,
  estimateWorkspace,
  type WorkspaceWorkload,
} from "../../../components/core/cost/workspace.ts";
import { UserError } from "../../../components/core/errors.ts";
import { capacityOf } from "../../../components/core/instance-types.ts";

const desktop: WorkspaceWorkload = { cpuRequest: "2", memoryRequest: "4Gi", volumeSize: "20Gi" };
const context: CostContext = { region: "us-east-1", instanceType: "m7i.2xlarge", capacity: "on-demand" };

describe("what a workspace costs", () => {
  test("is its share of a node by what fits, its volume and its backups", () => {
    expect(estimateWorkspace(desktop, context)).toEqual({
      currency: "USD",
      items: [
        {
          ...{ item: "Share of a node, m7i.2xlarge on-demand", component: "Workspace" },
          ...{ quantity: 730, unit: "hours", unitPrice: 0.4032 / 3, monthlyUsd: 98.11 },
          note: "a node has room for 3",
        },
        {
          ...{ item: "Share of the node's disk", component: "Workspace" },
          ...{ quantity: 100 / 3, unit: "GB", unitPrice: 0.08, monthlyUsd: 2.67 },
        },
        {
          ...{ item: "Volume, gp3", component: "Workspace" },
          ...{ quantity: 20, unit: "GB", unitPrice: 0.08, monthlyUsd: 1.6 },
        },
        {
          ...{ item: "Backups of the volume", component: "Workspace" },
          ...{ quantity: 13.4, unit: "GB", unitPrice: 0.05, monthlyUsd: 0.67 },
        },
      ],
      monthlyUsd: 103.05,
    });
  });

  test("is a whole node's where a node has no room for two: a desktop on a t3.xlarge shares it with nobody", () => {
    const [share] = estimateWorkspace(desktop, { ...context, instanceType: "t3.xlarge" }).items;
    expect(share).toMatchObject({ monthlyUsd: 121.47, note: "a node has room for one: it is not shared" });
  });

  test("is its volume and backups alone when it never wakes", () => {
    const { items } = estimateWorkspace({ ...desktop, hoursPerMonth: 0 }, context);
    expect(items.map(({ item, monthlyUsd }) => [item, monthlyUsd])).toEqual([
      ["Volume, gp3", 1.6],
      ["Backups of the volume", 0.67],
    ]);
  });

  test("is less on spot, by the table's discount or one's own", () => {
    const share = (spotDiscount?: number) =>
      estimateWorkspace(desktop, {
        ...context,
        capacity: "spot",
        ...(spotDiscount === undefined ? {} : { spotDiscount }),
      }).items[0]?.monthlyUsd;
    expect([share(), share(0.9), share(0)]).toEqual([45.13, 9.81, 98.11]);
  });

  test("has the traffic to the browser where it is said, dearer through a tunnel", () => {
    const traffic = (tunnel: boolean) =>
      estimateWorkspace({ ...desktop, trafficGb: 90 }, { ...context, tunnel }).items.at(-1);
    expect([traffic(false), traffic(true)]).toMatchObject([
      { item: "Traffic to the browser", quantity: 90, unitPrice: 0.09, monthlyUsd: 8.1 },
      { item: "Traffic to the browser", quantity: 90, unitPrice: 0.135, monthlyUsd: 12.15 },
    ]);
  });

  test.each<[string, Partial<WorkspaceWorkload>, Partial<CostContext>, string]>([
    [
      "a region without prices",
      {},
      { region: "mars-north-1" },
      'region: found "mars-north-1". Prices are known for: us-east-1, eu-central-1.',
    ],
    [
      "a type that is none",
      {},
      { instanceType: "x1.32xlarge" },
      'instanceType: found "x1.32xlarge". Write a general (m, t), compute (c) or memory (r) type of a present generation, such as "m7i.2xlarge".',
    ],
    [
      "a type without a price",
      {},
      { region: "eu-central-1", instanceType: "c7i.2xlarge" },
      'instanceType: found "c7i.2xlarge". In eu-central-1, prices are known for types of m6a, m6i, m7a, m7i, m7i-flex, t3, t4g.',
    ],
    [
      "what fits no node",
      { cpuRequest: "8" },
      {},
      'instanceType: found "m7i.2xlarge". A node of this type has no room for 8 CPU and 4Gi beside the system\'s own: take a larger type, or ask for less.',
    ],
    ["too many hours", { hoursPerMonth: 800 }, {}, "hoursPerMonth: found 800. Write hours of a month, from 0 to 744."],
    [
      "a discount in percent",
      {},
      { capacity: "spot", spotDiscount: 60 },
      "spotDiscount: found 60. Write the share of the on-demand price that spot saves, from 0 to below 1: 0.5.",
    ],
  ])("refuses %s", (_what, workload, where, message) => {
    expect(() => estimateWorkspace({ ...desktop, ...workload }, { ...context, ...where })).toThrow(
      expect.objectContaining({ name: "UserError", message }),
    );
  });
});

describe("a node's room", () => {
  test("is its capacity less what kernel, kubelet, system and daemons keep", () => {
    const mebibyte = 2 ** 20;
    expect(roomOf("m7i.2xlarge")).toEqual({ millicores: 7595, bytes: 28_173 * mebibyte, pods: 102, volumes: 31 });
    expect(roomOf("t3.xlarge")).toEqual({ millicores: 3605, bytes: 13_018 * mebibyte, pods: 102, volumes: 25 });
  });

  test("is shared by as many as fit, whichever of CPU, memory and volumes ends first", () => {
    expect(fitOn("m7i.2xlarge", { cpuRequest: "2", memoryRequest: "4Gi" })).toBe(3);
    expect(fitOn("m7i.2xlarge", { cpuRequest: "100m", memoryRequest: "8Gi" })).toBe(3);
    expect(fitOn("m7i.2xlarge", { cpuRequest: "10m", memoryRequest: "32Mi" })).toBe(31);
    expect(fitOn("m7g.2xlarge", { cpuRequest: "10m", memoryRequest: "32Mi" })).toBe(25);
  });
});

const region = fc.constantFrom(...Object.keys(priceTable.regions));
const instanceType = fc.constantFrom("t3.xlarge", "m7i.xlarge", "m7i.2xlarge", "m6a.2xlarge", "m7a.4xlarge");
const workload = fc.record({
  millicores: fc.integer({ min: 1, max: 16_000 }),
  mebibytes: fc.integer({ min: 1, max: 65_536 }),
  gibibytes: fc.integer({ min: 1, max: 1024 }),
  hours: fc.integer({ min: 0, max: 744 }),
  trafficGb: fc.integer({ min: 0, max: 1000 }),
});
const where = fc.record({
  region,
  instanceType,
  capacity: fc.constantFrom("on-demand" as const, "spot" as const),
  backupDays: fc.integer({ min: 0, max: 365 }),
  tunnel: fc.boolean(),
});
type Size = Readonly<Record<"millicores" | "mebibytes" | "gibibytes" | "hours" | "trafficGb", number>>;

const workloadOf = ({ millicores, mebibytes, gibibytes, hours, trafficGb }: Size): WorkspaceWorkload => ({
  ...{ cpuRequest: `${millicores}m`, memoryRequest: `${mebibytes}Mi`, volumeSize: `${gibibytes}Gi` },
  ...{ hoursPerMonth: hours, trafficGb },
});
/** What it costs; as much as can be where it fits no node. */
function costOf(size: Size, at: CostContext): number {
  return fitOn(at.instanceType, workloadOf(size)) < 1 ? Infinity : estimateWorkspace(workloadOf(size), at).monthlyUsd;
}
/** The items' cents, counted apart from the model. */
const centsOf = ({ items }: Estimate) =>
  items.reduce((cents, item) => cents + BigInt((item.monthlyUsd * 100).toFixed(0)), 0n);

const platform: PlatformCostInput = {
  ...{ region: "eu-central-1", zones: 2, natGateways: 1, interfaceEndpoints: 0, clusterSupport: "standard" },
  systemNodes: { instanceType: "m7i.large", capacity: "on-demand", count: 2, diskGb: 50 },
  workspaceNodes: { instanceType: "m7i.2xlarge", capacity: "spot", count: 2, diskGb: 100 },
  database: { instanceClass: "db.t4g.small", multiAz: false, storageGb: 20 },
  ...{ keys: ["Cluster", "Database"], monitoringGb: 21, alarms: 3 },
  ...{ loadBalancer: false, tunnel: true, advancedCertificate: false, hostedZone: false },
};
const platforms = fc
  .record({
    region,
    zones: fc.integer({ min: 2, max: 3 }),
    natGateways: fc.integer({ min: 0, max: 3 }),
    interfaceEndpoints: fc.integer({ min: 0, max: 11 }),
    clusterSupport: fc.constantFrom("standard" as const, "extended" as const),
    system: fc.integer({ min: 1, max: 450 }),
    workspaces: fc.integer({ min: 0, max: 450 }),
    capacity: fc.constantFrom("on-demand" as const, "spot" as const),
    multiAz: fc.boolean(),
    storageGb: fc.integer({ min: 20, max: 65_536 }),
    loadBalancer: fc.boolean(),
    natGb: fc.double({ min: 0, max: 1e6, noNaN: true }),
    logsGb: fc.double({ min: 0, max: 1e6, noNaN: true }),
  })
  .map(
    ({ system, workspaces, capacity, multiAz, storageGb, natGb, logsGb, ...others }): PlatformCostInput => ({
      ...{ ...platform, ...others },
      systemNodes: { ...platform.systemNodes, count: system },
      workspaceNodes: { ...platform.workspaceNodes, count: workspaces, capacity },
      database: { ...platform.database, multiAz, storageGb },
      usage: { natGb, logsGb },
    }),
  );

describe("whatever is estimated", () => {
  test("is never negative, and sums up to the cent", () => {
    const sound = (estimate: Estimate) => {
      for (const { quantity, unitPrice, monthlyUsd } of estimate.items) {
        expect(Math.min(quantity, unitPrice, monthlyUsd)).toBeGreaterThanOrEqual(0);
        expect(Number(monthlyUsd.toFixed(2))).toBe(monthlyUsd);
        expect(Math.abs(monthlyUsd - quantity * unitPrice)).toBeLessThanOrEqual(0.005 + 1e-6);
      }
      expect((estimate.monthlyUsd * 100).toFixed(0)).toBe(String(centsOf(estimate)));
    };
    fc.assert(
      fc.property(workload, where, (size, at) => {
        fc.pre(fitOn(at.instanceType, workloadOf(size)) > 0);
        sound(estimateWorkspace(workloadOf(size), at));
      }),
    );
    fc.assert(fc.property(platforms, (input) => sound(estimatePlatform(input))));
  });

  test.each(["millicores", "mebibytes", "gibibytes", "hours", "trafficGb"] as const)(
    "never costs less for more %s",
    (dimension) => {
      fc.assert(
        fc.property(workload, where, fc.integer({ min: 0, max: 20_000 }), (size, at, more) => {
          const larger = {
            ...size,
            [dimension]: dimension === "hours" ? Math.min(744, size.hours + more) : size[dimension] + more,
          };
          expect(costOf(larger, at)).toBeGreaterThanOrEqual(costOf(size, at));
        }),
      );
    },
  );

  test("never promises more workspaces than a node holds", () => {
    fc.assert(
      fc.property(workload, instanceType, (size, type) => {
        const capacity = capacityOf(type);
        const fits = fitOn(type, workloadOf(size));
        const room = roomOf(type);
        expect(Number.isInteger(fits) && fits >= 0).toBe(true);
        expect(fits * size.millicores).toBeLessThanOrEqual(room.millicores);
        expect(fits * size.mebibytes * 2 ** 20).toBeLessThanOrEqual(room.bytes);
        expect(fits).toBeLessThanOrEqual(room.volumes);
        expect(room.millicores).toBeLessThan((capacity?.cpus ?? 0) * 1000);
        expect(room.bytes).toBeLessThan((capacity?.memoryGiB ?? 0) * 2 ** 30);
        // And never fewer: one more would be too much of something.
        const one = fits + 1;
        const tooMuch = [
          one * size.millicores > room.millicores,
          one * size.mebibytes * 2 ** 20 > room.bytes,
          one > room.pods,
          one > room.volumes,
        ];
        expect(tooMuch).toContain(true);
      }),
    );
  });

  test("never costs less for more users, or for more of their hours", () => {
    const users = (count: number, hoursPerMonth: number) =>
      estimateInstallation(
        platform,
        { ...context, region: platform.region },
        { count, workload: desktop, hoursPerMonth },
      ).monthlyUsd;
    const [count, hours] = [fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 0, max: 730 })];
    fc.assert(
      fc.property(count, hours, fc.nat({ max: 500 }), (some, awake, more) => {
        expect(users(some + more, awake)).toBeGreaterThanOrEqual(users(some, awake));
        expect(users(some, Math.min(730, awake + more))).toBeGreaterThanOrEqual(users(some, awake));
        // A node holds three desktops: what is paid for is always enough.
        expect(users(some, awake)).toBeGreaterThanOrEqual(estimatePlatform(platform).monthlyUsd);
      }),
    );
  });
});

describe("a platform with its users", () => {
  const at = { ...context, region: platform.region };
  const bill = (count: number, hoursPerMonth: number) =>
    estimateInstallation(platform, at, { count, workload: desktop, hoursPerMonth });

  test("pays whole nodes beyond those that are always there, for the hours that they are needed", () => {
    const fixed = estimatePlatform(platform).items.length;
    expect(bill(7, 160).items.slice(fixed)).toEqual([
      {
        ...{ item: "Further nodes of workspaces, m7i.2xlarge spot", component: "NodeGroups" },
        ...{ quantity: 160, unit: "hours", unitPrice: 0.483 * 0.4, monthlyUsd: 30.91 },
        note: "1 more for 160 h: a node has room for 3",
      },
      {
        ...{ item: "Disks of the further nodes, gp3", component: "NodeGroups" },
        ...{ quantity: (100 * 160) / 730, unit: "GB", unitPrice: 0.0952, monthlyUsd: 2.09 },
      },
      {
        ...{ item: "Volume, gp3", component: "Workspace" },
        ...{ quantity: 140, unit: "GB", unitPrice: 0.0952, monthlyUsd: 13.33 },
      },
      {
        ...{ item: "Backups of the volume", component: "Workspace" },
        ...{ quantity: expect.closeTo(93.8, 9), unit: "GB", unitPrice: 0.054, monthlyUsd: 5.07 },
      },
    ]);
  });

  test("needs no further node for the first six desktops, awake or not", () => {
    expect(bill(6, 730)).toEqual(bill(6, 0));
    expect(bill(7, 730).monthlyUsd).toBeGreaterThan(bill(7, 0).monthlyUsd);
  });
});

describe("an estimate", () => {
  test("rounds each item once and sums what it shows", () => {
    const third = costItem({ item: "Thirds", component: "Test", quantity: 1, unit: "thing", unitPrice: 1 / 3 });
    expect(estimateOf([third, third, third])).toEqual({
      currency: "USD",
      items: [third, third, third],
      monthlyUsd: 0.99,
    });
  });

  test("leaves out what there is nothing of", () => {
    const none = costItem({ item: "Nothing", component: "Test", quantity: 0, unit: "thing", unitPrice: 5 });
    expect(estimateOf([none])).toEqual({ currency: "USD", items: [], monthlyUsd: 0 });
  });

  test("shows money as people write it", () => {
    expect([0, 0.5, 1234.5].map(formatUsd)).toEqual(["$0.00", "$0.50", "$1,234.50"]);
  });
});

describe("a budget", () => {
  test("holds for what costs as much, and not for a cent more, with the sum shown", () => {
    const estimate = estimateWorkspace(desktop, context);
    expect(overBudget(estimate, 103.05)).toBeUndefined();
    expect(overBudget(estimate, 103.04)?.message).toBe(
      [
        "This costs $103.05 a month, $0.01 above the budget of $103.04:",
        "   $98.11  Share of a node, m7i.2xlarge on-demand",
        "    $2.67  Share of the node's disk",
        "    $1.60  Volume, gp3",
        "    $0.67  Backups of the volume",
        "  $103.05  together",
      ].join("\n"),
    );
  });

  test("sums up what is small", () => {
    const message = overBudget(estimatePlatform(platform), 100)?.message.split("\n") ?? [];
    expect(message).toHaveLength(1 + 8 + 2);
    expect(message.at(-2)).toMatch(/^ +\$[\d.]+ {2}\d+ smaller items$/);
    const usd = message.slice(1).map((line) => Number(/\$([\d.]+)/.exec(line)?.[1]));
    expect(usd.slice(0, -1).reduce((sum, value) => sum + Math.round(value * 100), 0)).toBe(
      Math.round((usd.at(-1) ?? 0) * 100),
    );
  });
});

describe("the price table", () => {
  test("has a price for every size of each family, in proportion to it", () => {
    const prices = pricesOf("us-east-1");
    const hours = ["m7i.large", "m7i.xlarge", "m7i.2xlarge", "m7i.48xlarge", "m7g.medium", "t3.medium"].map((type) =>
      instanceHourOf(prices, type),
    );
    expect(hours).toEqual([0.1008, 0.2016, 0.4032, 9.6768, 0.0408, 0.0416].map((usd) => expect.closeTo(usd, 10)));
    expect(
      ["x1.32xlarge", "m1.large", "large", "m7i.tiny", "constructor.large"].map((type) => instanceHourOf(prices, type)),
    ).toEqual([...[null, null, null, null, null]]);
  });

  test("knows families that nodes can have, and no others", () => {
    for (const [name, { instanceHour }] of Object.entries(priceTable.regions)) {
      const wrong = Object.keys(instanceHour).filter((family) => capacityOf(`${family}.large`) === null);
      expect([name, wrong]).toEqual([name, []]);
    }
  });

  test("has positive prices and plausible discounts in every region", () => {
    for (const prices of Object.values(priceTable.regions)) {
      const numbers =
        JSON.stringify(prices)
          .match(/[\d.]+(?=[,}])/g)
          ?.map(Number) ?? [];
      expect(numbers.length).toBeGreaterThan(30);
      expect(Math.min(...numbers)).toBeGreaterThan(0);
      expect(prices.spotDiscount).toBeLessThan(0.9);
    }
  });

  test("says the day, and a page of the vendor's for each kind of price", () => {
    expect(priceTable.date).toMatch(/^20\d\d-\d\d-\d\d$/);
    for (const url of Object.values(priceTable.sources))
      expect(url).toMatch(/^https:\/\/(aws\.amazon|developers\.cloudflare)\.com\//);
  });

  test("has a guess for all that is paid by use", () => {
    expect(Object.values(assumedUsage).every((amount) => amount > 0)).toBe(true);
    expect(() => pricesOf("toString")).toThrow(UserError);
  });
});
