import { type CostItem, type Estimate, formatUsd, hoursPerMonth, sumOf } from "../../components/core/cost/estimate.ts";
import { fitOn, roomOf } from "../../components/core/cost/node.ts";
import { estimatePlatform } from "../../components/core/cost/platform.ts";
import { instanceHourOf, pricesOf, priceTable, type RegionPrices } from "../../components/core/cost/prices.ts";
import { estimateInstallation } from "../../components/core/cost/users.ts";
import { estimateWorkspace } from "../../components/core/cost/workspace.ts";
import { parseCpu } from "../../components/core/quantities.ts";
import { blueprints } from "../../components/workspace/blueprints/index.ts";
import type { PlatformConfig } from "../../stacks/config.ts";
import { platformCostInput, workspaceCostContext } from "../../stacks/cost.ts";
import { workloadOf } from "./cost.ts";
import { lineChart } from "./cost-chart.ts";
import { type Changes, changed, readPlatform, shippedConfig } from "./platform-config.ts";

const stacks = ["dev", "prod"] as const;
type Stack = (typeof stacks)[number];

/** Hours a month that a user may be awake, with what they stand for. */
const awake = [
  { hours: 40, name: "40 h", about: "two hours each working day" },
  { hours: 80, name: "80 h", about: "half of each working day" },
  { hours: 160, name: "160 h", about: "each working day" },
  { hours: hoursPerMonth, name: "always", about: "never asleep" },
] as const;
const workMonth = 160;

/** GB an hour of a screen that is streamed at 2 Mbit/s. */
const streamGb = 0.9;

const configOf = (stack: Stack, changes: Changes = {}) => readPlatform(changed(shippedConfig(stack), changes));
const platformOf = (stack: Stack, changes: Changes = {}) =>
  estimatePlatform(platformCostInput(configOf(stack, changes)));
const desktop = workloadOf("desktop");

/** What a platform costs with so many desktops. */
function withDesktops(config: PlatformConfig, count: number, hours: number): Estimate {
  const users = { count, workload: desktop, hoursPerMonth: hours };
  return estimateInstallation(platformCostInput(config), workspaceCostContext(config), users);
}

/** The page's tables, by the name of their place in it. */
export const tables: Readonly<Record<string, () => string>> = {
  summary,
  platform: platformTable,
  workspaces: workspacesTable,
  packing: packingTable,
  traffic: trafficTable,
  changes: changesTable,
  nelieo: nelieoTable,
  cloudbot: cloudbotTable,
  prices: priceRows,
};

/** A page with every table in its place. */
export function withTables(page: string): string {
  return Object.entries(tables).reduce((text, [name, table]) => {
    const [start, end] = ["start", "end"].map((edge) => `<!-- costs:${name}:${edge} -->`);
    const [from, to] = [text.indexOf(start ?? ""), text.indexOf(end ?? "")];
    if (from < 0 || to < from) throw new Error(`The page has no ${start} … ${end}`);
    return `${text.slice(0, from)}${start}\n\n${table()}\n\n${text.slice(to)}`;
  }, page);
}

/** The picture of what a desktop costs by users and hours. */
export function chart(): string {
  const counts = [...new Set(Array.from({ length: 160 }, (_, step) => Math.round(10 ** ((step * 3) / 159))))];
  return lineChart({
    title: "What a desktop costs, per user and month",
    subtitle: "All of the platform and its desktops, parted among its users; by how long each of them is awake a month",
    footnote: "Both scales are logarithmic. Steps are whole nodes. eu-central-1, without traffic to browsers.",
    panels: stacks.map((stack) => {
      const config = configOf(stack);
      const { capacity, max, instanceTypes } = config.nodes.workspaces;
      const [instanceType = ""] = instanceTypes;
      const most = max * fitOn(instanceType, desktop);
      return {
        title: stack,
        subtitle: `${instanceType}, ${capacity}; ${formatUsd(Math.round(platformOf(stack).monthlyUsd)).replace(".00", "")} before the first user`,
        limit: { users: most, label: `max: ${max} nodes, ${most} users` },
        lines: awake.map(({ hours, name }) => ({
          name,
          points: counts.map((count) => [count, withDesktops(config, count, hours).monthlyUsd / count] as const),
        })),
      };
    }),
  });
}

function summary(): string {
  const each = (about: string, cell: (stack: Stack) => string) => [about, ...stacks.map(cell)];
  const perUser = (count: number) =>
    each(`a desktop a user, with ${count.toLocaleString("en-US")} of them awake ${workMonth} h`, (stack) =>
      formatUsd(cents(withDesktops(configOf(stack), count, workMonth).monthlyUsd / count)),
    );
  return table(
    ["a month", ...stacks.map((stack) => `\`${stack}\``)],
    [
      each("the platform, before anybody has a workspace", (stack) => `**${formatUsd(platformOf(stack).monthlyUsd)}**`),
      ...[10, 100, 1000].map(perUser),
      each(`one desktop's own share, awake ${workMonth} h`, (stack) =>
        formatUsd(estimateWorkspace({ ...desktop, hoursPerMonth: workMonth }, contextOf(stack)).monthlyUsd),
      ),
      each("the same, asleep all month", (stack) =>
        formatUsd(estimateWorkspace({ ...desktop, hoursPerMonth: 0 }, contextOf(stack)).monthlyUsd),
      ),
      each("the budget in its file", (stack) => formatUsd(configOf(stack).budget.monthlyUsd)),
    ],
  );
}

const contextOf = (stack: Stack) => workspaceCostContext(configOf(stack));

function platformTable(): string {
  const estimates = stacks.map((stack) => platformOf(stack).items);
  const named = ({ item }: CostItem) => item.split(", ")[0] ?? item;
  const rows = [...new Set(estimates.flat().map(named))].map((name) => {
    const of = (items: readonly CostItem[]) => items.filter((item) => named(item) === name);
    const makers = [...new Set(of(estimates.flat()).map(({ component }) => `\`${component}\``))];
    const byUse = of(estimates.flat()).some(({ note }) => note === "by use; assumed");
    return [`${name}${byUse ? " *" : ""}`, makers.join(", "), ...estimates.map((items) => cellOf(of(items)))];
  });
  const totals = estimates.map((items) => `**${formatUsd(sumOf(items))}**`);
  return table(
    ["what is paid", "by", ...stacks.map((stack) => `\`${stack}\``)],
    [...rows, ["**together**", "", ...totals]],
  );
}

/** A sum, and how it comes about where that is not plain. */
function cellOf(items: readonly CostItem[]): string {
  if (items.length === 0) return "–";
  const [{ item, note } = { item: "", note: "" }] = items;
  const kind = item
    .split(", ")
    .slice(1)
    .filter((detail) => detail !== "gp3");
  const how = [...kind, ...(note === undefined || note === "by use; assumed" ? [] : [note])].join(", ");
  return `${formatUsd(sumOf(items))}${how === "" ? "" : `: ${how}`}`;
}

function workspacesTable(): string {
  const rows = Object.keys(blueprints).flatMap((blueprint) =>
    stacks.map((stack) => {
      const workload = workloadOf(blueprint);
      const cost = (hours: number) =>
        formatUsd(estimateWorkspace({ ...workload, hoursPerMonth: hours }, contextOf(stack)).monthlyUsd);
      const asked = `${workload.cpuRequest} CPU, ${workload.memoryRequest}, ${workload.volumeSize} volume`;
      return [`\`${blueprint}\``, `\`${stack}\``, asked, cost(0), ...awake.map(({ hours }) => cost(hours))];
    }),
  );
  return table(["blueprint", "in", "counts as", "asleep", ...awake.map(({ name }) => name)], rows);
}

function packingTable(): string {
  const prices = pricesOf("us-east-1");
  const home = workloadOf("home");
  const rows = ["t3.xlarge", "m7i.xlarge", "m7i.2xlarge", "m7i.4xlarge", "m7i.8xlarge"].map((instanceType) => {
    const [fits, { millicores }] = [fitOn(instanceType, desktop), roomOf(instanceType)];
    const hour = hourOf(prices, instanceType);
    const idle = 1 - (fits * parseCpu(desktop.cpuRequest)) / millicores;
    return [
      `\`${instanceType}\``,
      (millicores / 1000).toFixed(2),
      String(fits),
      `${Math.round(idle * 100)} %`,
      formatUsd(hour * hoursPerMonth),
      formatUsd((hour * hoursPerMonth) / fits),
      String(fitOn(instanceType, home)),
    ];
  });
  return table(
    ["node", "CPUs for workspaces", "desktops", "CPU that nobody gets", "a month", "a desktop's share", "homes"],
    rows,
  );
}

function trafficTable(): string {
  const rows = Object.entries(priceTable.regions).map(([region, { internetGb, natGb }]) => {
    const hour = (gb: number) => formatUsd(gb * streamGb * workMonth);
    return [
      `\`${region}\``,
      `$${internetGb}`,
      hour(internetGb),
      `$${cents4(internetGb + natGb)}`,
      hour(internetGb + natGb),
    ];
  });
  return table(
    ["region", "load balancer, a GB", `${workMonth} h of a stream`, "tunnel, a GB", `${workMonth} h of a stream`],
    rows,
  );
}

/** What one changes about a platform, and how it is written. */
const changes: readonly (readonly [about: string, stack: Stack, changes: Changes])[] = [
  ["workspaces on demand, not on spot", "dev", { "nodes.workspaces.capacity": "on-demand" }],
  ["one node of workspaces always there, not two", "dev", { "nodes.workspaces.min": 1, "nodes.workspaces.desired": 1 }],
  [
    "no node of workspaces always there: the first user waits for one",
    "dev",
    { "nodes.workspaces.min": 0, "nodes.workspaces.desired": 0 },
  ],
  ["no load balancer, only the tunnel", "dev", { "edge.loadBalancer": undefined, certificates: undefined }],
  ["a NAT gateway in each zone", "dev", { "network.nat": "one-per-zone" }],
  [
    "a Kubernetes version in extended support",
    "dev",
    { "cluster.version": "1.33", "cluster.upgradePolicy": "extended" },
  ],
  ["workspaces on spot", "prod", { "nodes.workspaces.capacity": "spot" }],
  ["one NAT gateway for all zones", "prod", { "network.nat": "one" }],
  ["no interface endpoints", "prod", { "network.endpoints": ["s3"] }],
  ["no standby database", "prod", { "database.multiAz": false }],
  ["the small database", "prod", { "database.multiAz": false, "database.instanceClass": "db.t4g.small" }],
];

function changesTable(): string {
  const rows = changes.map(([about, stack, change]) => {
    const difference = cents(platformOf(stack, change).monthlyUsd - platformOf(stack).monthlyUsd);
    return [`\`${stack}\``, about, `${difference < 0 ? "−" : "+"}${formatUsd(Math.abs(difference))}`];
  });
  return table(["from", "change", "a month"], rows);
}

function nelieoTable(): string {
  const prices = pricesOf("us-east-1");
  const node = hourOf(prices, "t3.xlarge") * hoursPerMonth;
  const fits = fitOn("t3.xlarge", desktop);
  const network = [5, 10] as const;
  const hoursOf = (usd: number) => Math.round(usd / prices.internetGb / streamGb);
  const computeHours = Math.floor((15 - 2 - network[0]) / hourOf(prices, "t3.xlarge"));
  const fixed =
    prices.clusterHour.standard * hoursPerMonth +
    (prices.loadBalancerHour + 2 * prices.publicIpv4Hour) * hoursPerMonth +
    (prices.natHour + prices.publicIpv4Hour) * hoursPerMonth;
  return table(
    ["line", "it says", "the model says"],
    [
      [
        "t3.xlarge node",
        "~$120, shared",
        `${formatUsd(node)}. Its desktops request 2 CPUs; of its 4, ${(roomOf("t3.xlarge").millicores / 1000).toFixed(1)} are for workspaces: room for ${fits}. It is shared with nobody, so all of it is one user's`,
      ],
      ["20 GB of EBS", "~$2", `${formatUsd(20 * prices.volumeGb)} as gp3; $2.00 would be gp2`],
      [
        "data transfer",
        "~$5–10",
        `at ${formatUsd(prices.internetGb)} a GB, ${hoursOf(network[0])} to ${hoursOf(network[1])} hours of a 2 Mbit/s stream`,
      ],
      [
        "**total**",
        "**~$7–15**",
        `**${formatUsd(node + 20 * prices.volumeGb + network[0])} to ${formatUsd(node + 20 * prices.volumeGb + network[1])}**, by adding up its own lines. What its total leaves for compute is $0 to $8: at most ${computeHours} hours of that node, while it pays for ${hoursOf(network[0])} to ${hoursOf(network[1])} hours of traffic`,
      ],
      [
        "not in it",
        "",
        `the control plane, the load balancer and a NAT gateway: ${formatUsd(fixed)} a month for all; and its cluster begins with three such nodes, ${formatUsd(3 * node)}, which hold ${3 * fits} desktops`,
      ],
    ],
  );
}

function cloudbotTable(): string {
  const prices = pricesOf("us-east-1");
  const hour = hourOf(prices, "t3.large") * (1 - prices.spotDiscount);
  const daily = (4 * 365) / 12;
  const perHour = hour + prices.publicIpv4Hour;
  const database = (prices.databaseHour["db.t4g.small"] ?? 0) * hoursPerMonth + 20 * prices.databaseGb;
  const balancer = (prices.loadBalancerHour + 2 * prices.publicIpv4Hour) * hoursPerMonth;
  const nat = (prices.natHour + prices.publicIpv4Hour) * hoursPerMonth;
  return table(
    ["line", "it says", "the model says"],
    [
      [
        "t3.large on spot",
        "~$0.03 an hour",
        `$${cents4(hour)} at ${Math.round(prices.spotDiscount * 100)} % off, and $${prices.publicIpv4Hour} for its public address`,
      ],
      [
        "a user, 4 hours a month",
        "~$5",
        `${formatUsd(4 * 0.03)} by its own price, ${formatUsd(4 * perHour)} by ours. $5 is four hours a *day*: ${formatUsd(cents(daily * perHour))} for ${Math.round(daily)} hours`,
      ],
      [
        "10 users",
        "~$50",
        `${formatUsd(10 * 4 * 0.03)} for what it says, ${formatUsd(cents(10 * daily * perHour))} for four hours a day`,
      ],
      [
        "+ database, networking",
        "~$100 in all",
        `the $50 between hold a db.t4g.small with 20 GB (${formatUsd(database)}) and a load balancer (${formatUsd(balancer)}), or a NAT gateway (${formatUsd(nat)}) in its place, not both`,
      ],
    ],
  );
}

const priceNames: readonly (readonly [
  about: string,
  source: string,
  price: (prices: RegionPrices) => number | undefined,
])[] = [
  ...["m7i.large", "m7i.2xlarge", "t3.xlarge"].map(
    (type) =>
      [`${type}, an hour`, "instances", (prices: RegionPrices) => instanceHourOf(prices, type) ?? undefined] as const,
  ),
  ["what spot saves", "spot", ({ spotDiscount }) => spotDiscount],
  ["gp3, a GB", "volumes", ({ volumeGb }) => volumeGb],
  ["snapshots, a GB", "volumes", ({ snapshotGb }) => snapshotGb],
  ["NAT gateway, an hour", "network", ({ natHour }) => natHour],
  ["through it, a GB", "network", ({ natGb }) => natGb],
  ["public IPv4 address, an hour", "network", ({ publicIpv4Hour }) => publicIpv4Hour],
  ["to the internet, a GB", "instances", ({ internetGb }) => internetGb],
  ["interface endpoint, an hour and zone", "endpoints", ({ endpointHour }) => endpointHour],
  ["network load balancer, an hour", "loadBalancer", ({ loadBalancerHour }) => loadBalancerHour],
  ["its capacity unit, an hour", "loadBalancer", ({ loadBalancerUnitHour }) => loadBalancerUnitHour],
  ["EKS control plane, an hour", "cluster", ({ clusterHour }) => clusterHour.standard],
  ["the same in extended support", "cluster", ({ clusterHour }) => clusterHour.extended],
  ["db.t4g.small, an hour", "database", ({ databaseHour }) => databaseHour["db.t4g.small"]],
  ["db.m7g.large, an hour", "database", ({ databaseHour }) => databaseHour["db.m7g.large"]],
  ["RDS' gp3, a GB", "database", ({ databaseGb }) => databaseGb],
  ["RDS' backups, a GB", "database", ({ databaseBackupGb }) => databaseBackupGb],
  ["KMS key, a month", "keys", ({ key }) => key],
  ["secret, a month", "secrets", ({ secret }) => secret],
  ["S3, a GB", "bucket", ({ bucketGb }) => bucketGb],
  ["logs sent, a GB", "logs", ({ logsGb }) => logsGb],
  ["logs kept, a GB", "logs", ({ logsKeptGb }) => logsKeptGb],
  ["alarm, a month", "logs", ({ alarm }) => alarm],
  ["images in ECR, a GB", "registry", ({ registryGb }) => registryGb],
  ["hosted zone, a month", "dns", ({ zone }) => zone],
];

function priceRows(): string {
  const regions = Object.entries(priceTable.regions);
  const rows = priceNames.map(([about, source, price]) => [
    about,
    ...regions.map(([, prices]) => {
      const value = price(prices);
      if (value === undefined) return "–";
      return source === "spot" ? `${Math.round(value * 100)} %` : `$${value}`;
    }),
    `[AWS](${priceTable.sources[source]})`,
  ]);
  return table(["price", ...regions.map(([region]) => `\`${region}\``), "in force"], rows);
}

function hourOf(prices: RegionPrices, instanceType: string): number {
  const hour = instanceHourOf(prices, instanceType);
  if (hour === null) throw new Error(`${instanceType} has no price`);
  return hour;
}

function cents(usd: number): number {
  return Math.round(usd * 100) / 100;
}

/** Four digits behind the point, as prices of an hour have them. */
function cents4(usd: number): string {
  return String(Math.round(usd * 10_000) / 10_000);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
