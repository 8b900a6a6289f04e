import { componentLabels } from "../core/labels.ts";
import { namespaceManifest } from "../core/namespace.ts";
import { denyAllManifest } from "../core/network-policy.ts";
import { alertGroups } from "./manifests/alerts.ts";
import { berthDashboard } from "./manifests/berth-dashboard.ts";
import { dashboardModel } from "./manifests/dashboard.ts";
import { fluentBitChart, fluentBitName, fluentBitValues } from "./manifests/fluent-bit-values.ts";
import { logShippingPolicies, monitoringPolicies } from "./manifests/network.ts";
import {
  type MonitoringFacts,
  monitoringNames,
  nodesNamespace,
  prometheusChart,
  prometheusValues,
} from "./manifests/prometheus-values.ts";
import type { BudgetAlarmSpec, DatabaseAlarmsSpec, LogShippingSpec, MonitoringSpec } from "./spec.ts";

const monitoring = "monitoring.coreos.com/v1";

/** The monitoring as objects and one release. */
export function planMonitoring<Text>(spec: MonitoringSpec, facts: MonitoringFacts<Text>) {
  const { namespace } = spec;
  const metadata = (name: string) => ({ name, namespace, labels: componentLabels("monitoring") });
  return {
    namespace: namespaceManifest(namespace, "monitoring", "restricted"),
    // node-exporter reads the host's /proc, /sys and disks and answers on its network: only this level lets it, and
    // nothing else of the monitoring gets it.
    nodesNamespace: namespaceManifest(nodesNamespace(spec), "monitoring-nodes", "privileged"),
    // It is in the nodes' own network, which no policy closes: this is for whatever else would come into the namespace.
    nodesDenyAll: denyAllManifest({ namespace: nodesNamespace(spec), component: "monitoring-nodes" }),
    policies: monitoringPolicies(spec),
    release: releaseOf(prometheusChart, monitoringNames.release, namespace, prometheusValues(spec, facts)),
    rules: {
      apiVersion: monitoring,
      kind: "PrometheusRule",
      metadata: metadata("berth"),
      spec: { groups: alertGroups(spec) },
    },
    /** By target. */
    monitors: Object.fromEntries(
      Object.entries(spec.targets).map(([name, target]) => [
        name,
        {
          apiVersion: monitoring,
          kind: "PodMonitor",
          metadata: metadata(name),
          spec: {
            namespaceSelector: { matchNames: [target.namespace] },
            selector: { matchLabels: target.labels },
            podMetricsEndpoints: [{ port: target.port, path: target.path }],
          },
        },
      ]),
    ),
    /** By file name. */
    dashboards: spec.grafana
      ? {
          berth: {
            apiVersion: "v1" as const,
            kind: "ConfigMap" as const,
            metadata: {
              ...metadata("berth-dashboard"),
              labels: { ...componentLabels("monitoring"), grafana_dashboard: "1" },
              annotations: { grafana_folder: "Berth" },
            },
            data: { "berth.json": JSON.stringify(dashboardModel(berthDashboard), null, 1) },
          },
        }
      : {},
  };
}

/** The log shippers as objects and one release. */
export function planLogShipping(spec: LogShippingSpec, region: string) {
  const { namespace } = spec;
  return {
    // They mount the node's /var/log: only this level lets a pod do so.
    namespace: namespaceManifest(namespace, "logs", "privileged"),
    policies: logShippingPolicies(spec),
    logGroup: { name: spec.logGroup, retentionInDays: spec.retentionDays },
    /** What the pods may do with the group, and nothing else. */
    actions: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
    release: releaseOf(fluentBitChart, fluentBitName, namespace, fluentBitValues(spec, region)),
  };
}

/** A tag as everything of an installation has it. */
export interface CostTag {
  readonly key: string;
  readonly value: string;
}

/** The budget, and who is told when. */
export function planBudgetAlarm<Text>(spec: BudgetAlarmSpec, tag: CostTag, topicArn: Text | null) {
  const subscribers = {
    ...(spec.emails.length === 0 ? {} : { subscriberEmailAddresses: [...spec.emails] }),
    ...(topicArn === null ? {} : { subscriberSnsTopicArns: [topicArn] }),
  };
  const at = (notificationType: "ACTUAL" | "FORECASTED", threshold: number) => ({
    notificationType,
    comparisonOperator: "GREATER_THAN",
    threshold,
    thresholdType: "PERCENTAGE",
    ...subscribers,
  });
  return {
    budget: {
      name: spec.name,
      budgetType: "COST",
      timeUnit: "MONTHLY",
      limitAmount: String(spec.monthlyUsd),
      limitUnit: "USD",
      // How a user's tag is written: https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-create-filters.html
      costFilters: [{ name: "TagKeyValue", values: [`user:${tag.key}$${tag.value}`] }],
      notifications: [at("ACTUAL", 80), at("ACTUAL", 100), at("FORECASTED", 100)],
    },
    costAllocationTag: spec.activateTag ? { tagKey: tag.key, status: "Active" } : null,
  };
}

/** Alarms on one database, by what they watch: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-metrics.html */
export function planDatabaseAlarms<Text>(spec: DatabaseAlarmsSpec, database: Text, topicArn: Text) {
  const alarm = (metricName: string, minutes: number, comparisonOperator: string, threshold: number, what: string) => ({
    alarmDescription: `${what}. What to do: docs/operations.md#database`,
    namespace: "AWS/RDS",
    metricName,
    dimensions: { DBInstanceIdentifier: database },
    statistic: "Average",
    period: 300,
    evaluationPeriods: minutes / 5,
    comparisonOperator,
    threshold,
    // A database that says nothing is not well.
    treatMissingData: "breaching",
    alarmActions: [topicArn],
    okActions: [topicArn],
  });
  const { freeStorageGiB, cpuPercent, connections } = spec;
  return {
    storage: alarm(
      "FreeStorageSpace",
      10,
      "LessThanThreshold",
      freeStorageGiB * 2 ** 30,
      `Less than ${freeStorageGiB} GiB of the database's storage are free: it has reached its maximum, or grows faster than RDS lets it`,
    ),
    cpu: alarm(
      "CPUUtilization",
      15,
      "GreaterThanThreshold",
      cpuPercent,
      `The database has used more than ${cpuPercent} % of its CPU for a quarter of an hour`,
    ),
    connections: alarm(
      "DatabaseConnections",
      10,
      "GreaterThanThreshold",
      connections,
      `The database has had more than ${connections} connections for ten minutes`,
    ),
  };
}

/** Services of AWS that send alarms to the topic. */
const alarmSenders = ["budgets.amazonaws.com", "cloudwatch.amazonaws.com"];

/**
 * Who may use the topic's key. AWS' own key for SNS would let none of the services in:
 * https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
 */
export function topicKeyPolicy(keyArn: string) {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "Account",
        Effect: "Allow",
        Principal: { AWS: `arn:${partOf(keyArn, 1)}:iam::${partOf(keyArn, 4)}:root` },
        Action: "kms:*",
        Resource: "*",
      },
      {
        Sid: "Senders",
        Effect: "Allow",
        Principal: { Service: alarmSenders },
        Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
        Resource: "*",
      },
    ],
  };
}

/** Who may send to the topic: this account's alarms and budgets, and whom IAM allows. */
export function topicPolicy(topicArn: string) {
  const account = partOf(topicArn, 4);
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "Senders",
        Effect: "Allow",
        Principal: { Service: alarmSenders },
        Action: "sns:Publish",
        Resource: topicArn,
        Condition: { StringEquals: { "aws:SourceAccount": account } },
      },
      {
        Sid: "PlainHttp",
        Effect: "Deny",
        Principal: "*",
        Action: "sns:Publish",
        Resource: topicArn,
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  };
}

/** The region in `arn:aws:sns:<region>:<account>:<name>`. */
export function regionOf(arn: string): string {
  return partOf(arn, 3);
}

function partOf(arn: string, index: number): string {
  const part = arn.split(":")[index];
  if (part === undefined || part === "") throw new Error(`${arn} is not the ARN of something of a region and account`);
  return part;
}

interface ChartVersion {
  readonly chart: string;
  readonly version: string;
  readonly repository: string;
}

function releaseOf<Values>(
  { chart, version, repository }: ChartVersion,
  name: string,
  namespace: string,
  values: Values,
) {
  return {
    name,
    namespace,
    chart,
    version,
    repositoryOpts: { repo: repository },
    // A release that does not come up is taken back: half of one helps nobody.
    atomic: true,
    timeout: 600,
    maxHistory: 5,
    values,
  };
}
