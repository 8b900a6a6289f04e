import { describe, expect, test } from "vitest";
import { overBudget } from "../../../components/core/cost/budget.ts";
import { type Estimate, sumOf } from "../../../components/core/cost/estimate.ts";
import { estimatePlatform } from "../../../components/core/cost/platform.ts";
import { estimateWorkspace } from "../../../components/core/cost/workspace.ts";
import { blueprints } from "../../../components/workspace/blueprints/index.ts";
import { platformCostInput, workspaceCostContext } from "../../../stacks/cost.ts";
import { workloadOf } from "../../support/cost.ts";
import { type Changes, changed, readPlatform, shippedConfig } from "../../support/platform-config.ts";

const configOf = (stack: "dev" | "prod", changes: Changes = {}) => readPlatform(changed(shippedConfig(stack), changes));
const estimateOfStack = (stack: "dev" | "prod", changes: Changes = {}) =>
  estimatePlatform(platformCostInput(configOf(stack, changes)));
const rows = ({ items }: Estimate) =>
  items.map(({ component, item, quantity, unit, monthlyUsd }) => [component, item, quantity, unit, monthlyUsd]);

describe("what a shipped platform costs a month, item by item", () => {
  test("dev", () => {
    const estimate = estimateOfStack("dev");
    expect(rows(estimate)).toEqual([
      ["Cluster", "Control plane, standard support", 730, "hours", 73],
      ["NodeGroups", "Nodes of system, m7i.large on-demand", 1460, "hours", 176.3],
      ["NodeGroups", "Disks of the nodes of system, gp3", 100, "GB", 9.52],
      ["NodeGroups", "Nodes of workspaces, m7i.2xlarge spot", 1460, "hours", 282.07],
      ["NodeGroups", "Disks of the nodes of workspaces, gp3", 200, "GB", 19.04],
      ["Network", "NAT gateways", 730, "hours", 37.96],
      ["Network", "Public addresses of the NAT gateways", 730, "hours", 3.65],
      ["Database", "Database, db.t4g.small", 730, "hours", 27.01],
      ["Database", "Storage of the database, gp3", 20, "GB", 2.74],
      ["Database", "Secrets in Secrets Manager", 1, "secrets", 0.4],
      ["LoadBalancer", "Network load balancer", 730, "hours", 19.71],
      ["LoadBalancer", "Public addresses of the load balancer", 1460, "hours", 7.3],
      ["Cluster", "Keys in KMS", 1, "keys", 1],
      ["Database", "Keys in KMS", 1, "keys", 1],
      ["StateBucket", "Keys in KMS", 1, "keys", 1],
      ["Backup", "Keys in KMS", 1, "keys", 1],
      ["AlarmTopic", "Keys in KMS", 1, "keys", 1],
      ["Registry", "Keys in KMS", 1, "keys", 1],
      ["Monitoring", "Volumes of the monitoring, gp3", 21, "GB", 2],
      ["DatabaseAlarms", "Alarms in CloudWatch", 3, "alarms", 0.3],
      ["Network", "Traffic through the NAT gateways", 100, "GB", 5.2],
      ["LogShipping", "Logs sent to CloudWatch", 20, "GB", 12.6],
      ["LogShipping", "Logs kept there", 20, "GB", 0.65],
      ["Registry", "Images in ECR", 20, "GB", 2],
      ["StateBucket", "States in S3", 1, "GB", 0.02],
      ["Backup", "Backups of the database", 20, "GB", 2.06],
      ["LoadBalancer", "Capacity units of the load balancer", 730, "hours", 4.38],
    ]);
    expect(estimate.monthlyUsd).toBe(693.91);
  });

  test("prod", () => {
    const estimate = estimateOfStack("prod");
    expect(rows(estimate)).toEqual([
      ["Cluster", "Control plane, standard support", 730, "hours", 73],
      ["NodeGroups", "Nodes of system, m7i.large on-demand", 2190, "hours", 264.44],
      ["NodeGroups", "Disks of the nodes of system, gp3", 150, "GB", 14.28],
      ["NodeGroups", "Nodes of workspaces, m7i.2xlarge on-demand", 2190, "hours", 1057.77],
      ["NodeGroups", "Disks of the nodes of workspaces, gp3", 300, "GB", 28.56],
      ["Network", "NAT gateways", 2190, "hours", 113.88],
      ["Network", "Public addresses of the NAT gateways", 2190, "hours", 10.95],
      ["Network", "Interface endpoints", 6570, "hours", 78.84],
      ["Database", "Database, db.m7g.large with a standby", 730, "hours", 294.92],
      ["Database", "Storage of the database, gp3", 50, "GB", 13.7],
      ["Database", "Secrets in Secrets Manager", 1, "secrets", 0.4],
      ["LoadBalancer", "Network load balancer", 730, "hours", 19.71],
      ["LoadBalancer", "Public addresses of the load balancer", 2190, "hours", 10.95],
      ["Cluster", "Keys in KMS", 1, "keys", 1],
      ["Database", "Keys in KMS", 1, "keys", 1],
      ["StateBucket", "Keys in KMS", 1, "keys", 1],
      ["Backup", "Keys in KMS", 1, "keys", 1],
      ["AlarmTopic", "Keys in KMS", 1, "keys", 1],
      ["Registry", "Keys in KMS", 1, "keys", 1],
      ["Monitoring", "Volumes of the monitoring, gp3", 101, "GB", 9.62],
      ["DatabaseAlarms", "Alarms in CloudWatch", 3, "alarms", 0.3],
      ["Network", "Traffic through the NAT gateways", 100, "GB", 5.2],
      ["Network", "Traffic through the endpoints", 50, "GB", 0.5],
      ["LogShipping", "Logs sent to CloudWatch", 20, "GB", 12.6],
      ["LogShipping", "Logs kept there", 20, "GB", 0.65],
      ["Registry", "Images in ECR", 20, "GB", 2],
      ["StateBucket", "States in S3", 1, "GB", 0.02],
      ["Backup", "Backups of the database", 20, "GB", 2.06],
      ["LoadBalancer", "Capacity units of the load balancer", 730, "hours", 4.38],
    ]);
    expect(estimate.monthlyUsd).toBe(2024.73);
  });

  test.each(["dev", "prod"] as const)("is under the budget that %s itself names", (stack) => {
    expect(overBudget(estimateOfStack(stack), configOf(stack).budget.monthlyUsd)).toBeUndefined();
  });
});

describe("a change of the configuration", () => {
  const cost = (changes: Changes) => estimateOfStack("dev", changes).monthlyUsd;
  const usual = cost({});

  test.each<[string, Changes, number]>([
    ["without the load balancer", { "edge.loadBalancer": undefined, certificates: undefined }, -31.39],
    ["with a NAT gateway in each zone", { "network.nat": "one-per-zone" }, 41.61],
    ["with on-demand nodes for workspaces", { "nodes.workspaces.capacity": "on-demand" }, 423.11],
    ["with a third node for workspaces", { "nodes.workspaces.min": 3 }, 150.56],
    ["with a standby database", { "database.multiAz": true }, 29.75],
    ["with a version in extended support", { "cluster.version": "1.33", "cluster.upgradePolicy": "extended" }, 365],
    ["with images under S3's key", { "registry.encryption": "aes256" }, -1],
    ["with more metrics kept", { "monitoring.storage": "100Gi" }, 7.62],
    ["with an advanced certificate", { "dns.advancedCertificate": true }, 10],
    ["with endpoints", { "network.endpoints": ["s3", "ecr", "sts"] }, 53.06],
  ])("%s", (_what, changes, difference) => {
    expect(cost(changes) - usual).toBeCloseTo(difference, 2);
  });
});

describe("a workspace of each blueprint", () => {
  test.each<["dev" | "prod", string, readonly (readonly [string, number, string | undefined])[]]>([
    [
      "dev",
      "desktop",
      [
        ["Share of a node, m7i.2xlarge spot", 47.01, "a node has room for 3"],
        ["Share of the node's disk", 3.17, undefined],
        ["Volume, gp3", 1.9, undefined],
        ["Backups of the volume", 0.57, undefined],
      ],
    ],
    [
      "prod",
      "desktop",
      [
        ["Share of a node, m7i.2xlarge on-demand", 117.53, "a node has room for 3"],
        ["Share of the node's disk", 3.17, undefined],
        ["Volume, gp3", 1.9, undefined],
        ["Backups of the volume", 1.51, undefined],
      ],
    ],
    [
      "dev",
      "home",
      [
        ["Share of a node, m7i.2xlarge spot", 4.55, "a node has room for 31"],
        ["Share of the node's disk", 0.31, undefined],
        ["Volume, gp3", 0.48, undefined],
        ["Backups of the volume", 0.14, undefined],
      ],
    ],
    [
      "prod",
      "home",
      [
        ["Share of a node, m7i.2xlarge on-demand", 11.37, "a node has room for 31"],
        ["Share of the node's disk", 0.31, undefined],
        ["Volume, gp3", 0.48, undefined],
        ["Backups of the volume", 0.38, undefined],
      ],
    ],
  ])("in %s: %s", (stack, name, expected) => {
    const estimate = estimateWorkspace(workloadOf(name), workspaceCostContext(configOf(stack)));
    expect(estimate.items.map(({ item, monthlyUsd, note }) => [item, monthlyUsd, note])).toEqual(expected);
    expect(estimate.monthlyUsd).toBe(sumOf(estimate.items));
  });

  test("is estimated for every blueprint that there is", () => {
    for (const name of Object.keys(blueprints)) {
      for (const stack of ["dev", "prod"] as const) {
        const { monthlyUsd } = estimateWorkspace(workloadOf(name), workspaceCostContext(configOf(stack)));
        expect([stack, name, monthlyUsd > 0 && monthlyUsd < 200]).toEqual([stack, name, true]);
      }
    }
  });

  test("runs where the configuration says", () => {
    expect(workspaceCostContext(configOf("dev"))).toEqual({
      ...{ region: "eu-central-1", instanceType: "m7i.2xlarge", capacity: "spot" },
      ...{ nodeDiskGb: 100, backupDays: 7, tunnel: true },
    });
    expect(workspaceCostContext(configOf("prod"))).toEqual({
      ...{ region: "eu-central-1", instanceType: "m7i.2xlarge", capacity: "on-demand" },
      ...{ nodeDiskGb: 100, backupDays: 180, tunnel: false },
    });
  });
});
