import { supportOf } from "../components/cluster/versions.ts";
import type { PlatformCostInput, PlatformUsage } from "../components/core/cost/platform.ts";
import { instanceHourOf, pricesOf, priceTable } from "../components/core/cost/prices.ts";
import type { CostContext } from "../components/core/cost/workspace.ts";
import { parseMemory } from "../components/core/quantities.ts";
import { planNetwork } from "../components/network/plan.ts";
import { planDatabaseAlarms } from "../components/observability/plan.ts";
import type { PlatformConfig } from "./config.ts";

/** Size of Alertmanager's volume in GB, beside Prometheus' own: components/observability/manifests/prometheus-values.ts. */
const alertmanagerGb = 1;

/** What a platform of this configuration is made of, as far as it costs money: with the fewest nodes that it may have. */
export function platformCostInput(config: PlatformConfig, usage: Partial<PlatformUsage> = {}): PlatformCostInput {
  const { network, nodes, database, edge, dns, registry, zone } = config;
  const { region } = config.aws;
  const zones = network.zones.length;
  const { system, workspaces } = nodes;
  return {
    region,
    zones,
    natGateways: { none: 0, one: 1, "one-per-zone": zones }[network.nat],
    interfaceEndpoints: Object.keys(planNetwork(network, region).interfaceEndpoints).length,
    clusterSupport: supportOf(config.cluster.version) === "extended" ? "extended" : "standard",
    systemNodes: {
      ...{ instanceType: first(system.instanceTypes), capacity: "on-demand", count: system.min },
      diskGb: system.diskGiB,
    },
    workspaceNodes: {
      ...{ instanceType: first(workspaces.instanceTypes), capacity: workspaces.capacity, count: workspaces.min },
      diskGb: workspaces.diskGiB,
    },
    database: {
      ...{ instanceClass: database.instanceClass, multiAz: database.multiAz },
      storageGb: database.storage.initialGiB,
    },
    keys: [
      ...["Cluster", "Database", "StateBucket", "Backup", "AlarmTopic"],
      ...(registry.encryption === "kms" ? ["Registry"] : []),
    ],
    monitoringGb: parseMemory(config.monitoring.storage) / 2 ** 30 + alertmanagerGb,
    alarms: Object.keys(planDatabaseAlarms(config.databaseAlarms, "", "")).length,
    loadBalancer: edge.loadBalancer !== undefined,
    tunnel: edge.tunnel !== undefined,
    advancedCertificate: dns.advancedCertificate && edge.tunnel !== undefined && zone.provider === "cloudflare",
    hostedZone: zone.provider === "route53",
    usage,
  };
}

/** Where the workspaces of a platform of this configuration run. */
export function workspaceCostContext({ aws, nodes, backup, edge }: PlatformConfig): CostContext {
  const { instanceTypes, capacity, diskGiB } = nodes.workspaces;
  return {
    region: aws.region,
    ...{ instanceType: first(instanceTypes), capacity, nodeDiskGb: diskGiB },
    // The oldest backup decides how many changes are kept, whichever rule made it.
    backupDays: Math.max(backup.daily.retentionDays, backup.weekly === false ? 0 : backup.weekly.retentionDays),
    tunnel: edge.serves === "tunnel",
  };
}

/** The same, where the price table knows it: estimates are made without it too, and say that they assume. */
export function pricedCostContext(config: PlatformConfig): { readonly costContext?: CostContext } {
  const costContext = workspaceCostContext(config);
  const { region, instanceType } = costContext;
  const known = Object.hasOwn(priceTable.regions, region) && instanceHourOf(pricesOf(region), instanceType) !== null;
  return known ? { costContext } : {};
}

/** The type that an estimate takes: on-demand has it wherever it is to be had; the others are as large. */
function first(instanceTypes: readonly string[]): string {
  const [type] = instanceTypes;
  if (type === undefined) throw new Error("A pool of nodes has no instance type.");
  return type;
}
