import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { hoursPerMonth, sumOf } from "../../../components/core/cost/estimate.ts";
import { databaseItems, nodeItems } from "../../../components/core/cost/items.ts";
import { instanceHourOf, pricesOf, priceTable } from "../../../components/core/cost/prices.ts";
import { estimateWorkspace } from "../../../components/core/cost/workspace.ts";
import { nodesSpec } from "../../../components/nodes/spec.ts";
import { workloadOf } from "../../support/cost.ts";

const region = "us-east-1";
const prices = pricesOf(region);
const root = new URL("../../../components/", import.meta.url).pathname;

/** "$73", "$7.30", "$1,030": as the classes' documentation writes dollars. */
const usd = (amount: number, digits = Number.isInteger(amount) ? 0 : 2) =>
  `$${amount.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
/** "4.5 ¢" */
const cent = (amount: number) => `${Number((amount * 100).toFixed(2))} ¢`;
const month = (hourly: number) => hourly * hoursPerMonth;
const hourOf = (type: string) => instanceHourOf(prices, type) ?? Number.NaN;

const nodes = nodesSpec.parse({});
const defaultNodes = (["system", "workspaces"] as const).map((pool) =>
  nodeItems(prices, region, {
    ...{ pool, instanceType: nodes[pool].instanceTypes[0] ?? "", capacity: "on-demand" },
    ...{ count: nodes[pool].desired, diskGb: nodes[pool].diskGiB },
  }),
);
const nodesMonth = sumOf(defaultNodes.flatMap((items) => items.filter(({ unit }) => unit === "hours")));
const disksMonth = sumOf(defaultNodes.flatMap((items) => items.filter(({ unit }) => unit === "GB")));
const database = (instanceClass: string, multiAz: boolean) =>
  Math.round(databaseItems(prices, region, { instanceClass, multiAz, storageGb: 20 })[0]?.monthlyUsd ?? 0);
const desktop = estimateWorkspace(workloadOf("desktop"), {
  ...{ region, instanceType: nodes.workspaces.instanceTypes[0] ?? "", capacity: "on-demand" },
});
const usdOf = (item: string) => desktop.items.find((found) => found.item.startsWith(item))?.monthlyUsd ?? Number.NaN;

/** What the documentation of each component says in money, as the model has it. */
const said: Readonly<Record<string, readonly string[]>> = {
  "backup/backup.ts": [
    `${usd(prices.snapshotGb)} a GB and month for volumes`,
    `${usd(prices.databaseBackupGb, 3)} for the database`,
    `key ${usd(prices.key)}`,
  ],
  "cluster/cluster.ts": [
    `the control plane ${usd(month(prices.clusterHour.standard))} (${hoursPerMonth} h at ${cent(prices.clusterHour.standard)}; ${cent(prices.clusterHour.extended)} in extended support)`,
    `the key ${usd(prices.key)}`,
    `logs ${cent(prices.logsGb)} per GB`,
  ],
  "database/database.ts": [
    `a db.t4g.small costs about ${usd(database("db.t4g.small", false))} a month`,
    `a db.m7g.large in two zones about ${usd(database("db.m7g.large", true))}`,
    `a GB of gp3 ${usd(prices.databaseGb, 3)} (${usd(prices.databaseGb * 2)} in two zones)`,
    `the key ${usd(prices.key)}`,
  ],
  "dns/edge-certificate.ts": [`${usd(priceTable.cloudflare.advancedCertificate)} a month`],
  "dns/route53.ts": [`A zone costs ${usd(prices.zone)} a month`],
  "ingress/load-balancer.ts": [
    `Costs ${usd(month(prices.loadBalancerHour))} a month (${usd(prices.loadBalancerHour, 4)} an hour`,
    `${usd(month(prices.publicIpv4Hour))} for the public address of each zone (${usd(prices.publicIpv4Hour, 3)} an hour`,
    `${usd(prices.loadBalancerUnitHour, 3)} for each capacity unit and hour`,
  ],
  "network/network.ts": [
    `a NAT gateway ${usd(month(prices.natHour))}, its address ${usd(month(prices.publicIpv4Hour))}, and ${cent(prices.natGb)} per GB through it`,
    `interface endpoint ${usd(month(prices.endpointHour))} per zone, and ${cent(prices.endpointGb)} per GB`,
    `flow logs ${cent(prices.logsGb)} per GB`,
  ],
  "nodes/node-groups.ts": [
    `cost about ${usd(Math.round(nodesMonth / 10) * 10)} a month, their disks ${usd(disksMonth)}`,
    `spot saves about ${prices.spotDiscount > 0.45 && prices.spotDiscount < 0.55 ? "half" : "something else"}`,
  ],
  "observability/alarm-topic.ts": [`Costs ${usd(prices.key)} a month for the key`],
  "observability/database-alarms.ts": [`Costs ${usd(prices.alarm)} an alarm and month`],
  "observability/log-shipping.ts": [
    `Costs ${usd(prices.logsGb)} a GB sent and ${usd(prices.logsKeptGb)} a GB and month kept`,
  ],
  "observability/monitoring.ts": [`for 21 GB of gp3: ${usd(21 * prices.volumeGb)} a month`],
  "provisioner/provisioner.ts": [
    // By the CPU that it asks for, of which an m7i.large has two.
    `about ${usd(Math.round(month(hourOf("m7i.large")) * 0.7))} a month`,
    `${usd(hourOf("m7i.large"), 4)} an hour in us-east-1`,
  ],
  "registry/registry.ts": [
    `Costs ${usd(prices.registryGb)} a GB and month of images`,
    `${usd(prices.key)} a month for the key`,
  ],
  "state/state-bucket.ts": [
    `Costs ${usd(prices.key)} a month for the key, ${usd(prices.bucketGb, 3)} a GB and ${usd(prices.bucketWrites, 3)} for a thousand writes`,
  ],
  "storage/storage.ts": [`a GB of gp3 is ${usd(prices.volumeGb)} a month, of a snapshot ${usd(prices.snapshotGb)}`],
  "workspace/workspace.ts": [
    `about ${usd(Math.round(usdOf("Share of a node,")))} a month in us-east-1 if never asleep`,
    `20 GB of disk always (gp3: ${usd(usdOf("Volume"))} a month)`,
  ],
};

/** What is said of prices that the model does not have, or of none. */
const besides: Readonly<Record<string, readonly string[]>> = {
  // E-mails beyond the first thousand: https://aws.amazon.com/sns/pricing/
  "observability/alarm-topic.ts": ["$2"],
  "observability/budget-alarm.ts": ["$0"],
};

/** Documentation before exported classes and functions, as one line each. */
function documentation(file: string): string {
  const source = readFileSync(join(root, file), "utf8");
  const comments = [...source.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*export (?:class|function)/g)].map(
    ([, text = ""]) => text,
  );
  return comments
    .join("\n")
    .replace(/@example[\s\S]*?(?=\n \*\/|$)/g, "")
    .replace(/\s*\n\s*\*\s*/g, " ");
}

const figures = (text: string) =>
  [...text.matchAll(/\$\d+(?:,\d{3})*(?:\.\d+)?|\d+(?:\.\d+)? ¢/g)].map(([figure]) => figure);

describe("what a component's documentation says in money", () => {
  test.each(Object.entries(said))("is what the model says: %s", (file, sentences) => {
    const text = documentation(file);
    for (const sentence of sentences) expect(text).toContain(sentence);
  });

  test("is all known to the model", () => {
    const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
      (file) => file.endsWith(".ts") && !file.startsWith("core/"),
    );
    const unknown = files.flatMap((file) => {
      const known = [...(said[file] ?? []).flatMap(figures), ...(besides[file] ?? [])];
      return figures(documentation(file)).flatMap((figure) => (known.includes(figure) ? [] : [`${file}: ${figure}`]));
    });
    expect(unknown).toEqual([]);
  });
});

test("options and messages name the prices of a cluster as the model does", () => {
  const source = (file: string) => readFileSync(join(root, file), "utf8");
  const { standard, extended } = prices.clusterHour;
  expect(source("cluster/spec.ts")).toContain(`${usd(extended, 2)} an hour instead of ${usd(standard, 2)}`);
  expect(source("cluster/spec.ts")).toContain(`in CloudWatch, at ${cent(prices.logsGb)} per GB`);
  expect(source("cluster/versions.ts")).toContain(
    `pricePerHour = { standard: "${standard.toFixed(2)}", extended: "${extended.toFixed(2)}" }`,
  );
  expect(source("dns/plan.ts")).toContain(`"${usd(priceTable.cloudflare.advancedCertificate)} a month"`);
});

test("every component says what it costs", () => {
  const components = readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
    (file) => file.endsWith(".ts") && /extends pulumi\.ComponentResource/.test(readFileSync(join(root, file), "utf8")),
  );
  expect(components.length).toBeGreaterThan(25);
  const silent = components.filter((file) => !/\b[Cc]osts?\b|\$\d|\d ¢/.test(documentation(file)));
  expect(silent).toEqual([]);
});
