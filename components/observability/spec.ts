import { z } from "zod";
import { dnsLabel } from "../core/dns-names.ts";
import { logRetentionDays } from "../core/log-retention.ts";
import { defaultNamespaces } from "../core/namespace.ts";
import { parseOrExplain } from "../core/parse.ts";
import { cpuBetween, memoryBetween } from "../core/quantities.ts";

const emailAddress = z.email('Write an e-mail address: "oncall@example.com"');
const emailAddresses = z
  .array(emailAddress)
  .refine((addresses) => new Set(addresses).size === addresses.length, "must name each address once");

/** Who is told of alerts. URLs and passwords are not here: the component takes them as a secret of its own. */
const receiver = z
  .discriminatedUnion(
    "kind",
    [
      z.strictObject({ kind: z.literal("none").describe("Nobody: alerts are seen in Grafana and Alertmanager only") }),
      z.strictObject({ kind: z.literal("webhook").describe("A URL that takes Alertmanager's webhook") }),
      z.strictObject({ kind: z.literal("sns").describe("An SNS topic") }),
      z.strictObject({
        kind: z.literal("email").describe("E-mail by SMTP with STARTTLS"),
        to: emailAddresses.min(1, "Write at least one address").describe("Who gets it"),
        from: emailAddress.describe("Address that it is from"),
        smarthost: z
          .string()
          .regex(/^[a-z0-9.-]+:\d{2,5}$/, 'Write host and port: "email-smtp.eu-central-1.amazonaws.com:587"')
          .describe("Server that sends it, with its port"),
        username: z.string().min(1).describe("Account there; its password is berth:alertSecret"),
      }),
    ],
    { error: 'Write a receiver of one kind: { kind: "none" }, "webhook", "sns" or "email"' },
  )
  .describe("Who is told of alerts")
  .meta({ examples: [{ kind: "sns" }] });

/** When alerts fire. */
const thresholds = z.strictObject({
  createSeconds: z.int().min(1).max(3600).default(60).describe("Seconds: 95 of 100 creations must be faster"),
  queueSeconds: z.int().min(1).max(3600).default(30).describe("Seconds: 95 of 100 operations must begin sooner"),
  failedPercent: z.number().min(0.1).max(100).default(5).describe("Percent of runs that may fail within half an hour"),
  apiErrorPercent: z.number().min(0.1).max(100).default(1).describe("Percent of API requests that may end in a 5xx"),
  pendingMinutes: z.int().min(1).max(120).default(10).describe("Minutes that a workspace's pod may wait for a node"),
  volumePercent: z.int().min(50).max(99).default(90).describe("Percent of a volume that may be in use"),
  certificateDays: z
    .int()
    .min(1)
    .max(29, "Write 1 to 29: cert-manager renews a 90-day certificate 30 days before its end")
    .default(14)
    .describe("Days before its end when a certificate that was not renewed is reported"),
});

/** Pods whose figures are taken. */
const target = z.strictObject({
  namespace: dnsLabel.describe("Namespace of the pods"),
  labels: z.record(z.string(), z.string()).default({}).describe("Labels of the pods; none means all of the namespace"),
  port: z.string().min(1).max(15).default("metrics").describe("Name of the container's port"),
  path: z.string().startsWith("/").default("/metrics").describe("Path of the figures"),
});

/** Prometheus, Alertmanager and Grafana in the cluster. */
export const monitoringSpec = z
  .strictObject({
    namespace: dnsLabel
      .max(50)
      .default(defaultNamespaces.monitoring)
      .describe("Namespace; node-exporter has `<namespace>-nodes`"),
    retentionDays: z.int().min(1).max(365).default(15).describe("Days that figures are kept"),
    storage: memoryBetween("1Gi", "1Ti")
      .default("20Gi")
      .describe("Disk for figures; the oldest go when it is nearly full"),
    memory: memoryBetween("512Mi", "64Gi")
      .default("2Gi")
      .describe("Most memory of Prometheus; it grows with the number of workspaces"),
    cpu: cpuBetween("200m", "16").default("1").describe("Most CPU of Prometheus"),
    scrapeSeconds: z.int().min(10).max(300).default(30).describe("Seconds between two looks at a figure"),
    grafana: z.boolean().default(true).describe("Whether there is a Grafana with the dashboards"),
    receiver: receiver.prefault({ kind: "none" }),
    thresholds: thresholds.prefault({}).describe("When alerts fire"),
    runbook: z
      .string()
      .min(1)
      .default("docs/operations.md")
      .describe("Where the alerts' runbook is, as URL; each alert adds `#<its name in lower case>`"),
    targets: z
      .record(dnsLabel, target)
      .default({})
      .describe("Whose figures are taken, by a name that stays")
      .meta({ examples: [{ provisioner: { namespace: "berth-system" }, tunnel: { namespace: "berth-tunnel" } }] }),
    tunnel: z.boolean().default(false).describe("Whether a Cloudflare Tunnel is the way in: its alerts are then there"),
  })
  .superRefine((spec, context) => {
    if (spec.tunnel && !Object.hasOwn(spec.targets, "tunnel")) {
      const message = 'Write targets.tunnel too, or alerts have no figures: { namespace: "berth-tunnel" }';
      context.addIssue({ code: "custom", path: ["targets"], message });
    }
  });
/** What it is once read: every default filled in. */
export type MonitoringSpec = z.infer<typeof monitoringSpec>;
/** The same as one writes it: what has a default may be left out. */
export type MonitoringSpecInput = z.input<typeof monitoringSpec>;

/** Logs of the cluster's pods, sent to CloudWatch. */
export const logShippingSpec = z.strictObject({
  namespace: dnsLabel.default(defaultNamespaces.logs).describe("Namespace"),
  logGroup: z
    .string()
    .regex(/^(?!aws\/)[\w./#-]{1,512}$/, "Write 1 to 512 of letters, digits and . - _ / #, not beginning with aws/")
    .describe("Name of the log group")
    .meta({ examples: ["/berth/prod"] }),
  retentionDays: logRetentionDays.default(30).describe("Days that logs are kept"),
  workspaces: z
    .boolean()
    .default(false)
    .describe("Whether workspaces' own logs are sent too: they are their users' data, and may hold anything"),
});
/** What it is once read: every default filled in. */
export type LogShippingSpec = z.infer<typeof logShippingSpec>;
/** The same as one writes it: what has a default may be left out. */
export type LogShippingSpecInput = z.input<typeof logShippingSpec>;

/** What the installation may cost. */
export const budgetAlarmSpec = z.strictObject({
  name: z
    .string()
    .regex(/^[^:\\]{1,100}$/, "Write 1 to 100 characters without ':' and '\\'")
    .describe("Name of the budget in the account")
    .meta({ examples: ["berth-prod"] }),
  monthlyUsd: z.number().positive("Write US dollars above 0").max(10_000_000).describe("US dollars a month"),
  // https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_NotificationWithSubscribers.html
  emails: emailAddresses.max(10, "Write at most 10 addresses").default([]).describe("Who is told"),
  activateTag: z
    .boolean()
    .default(false)
    .describe(
      "Whether the tag is made known to billing here: only in the organisation's paying account, once for all stacks, and a day after something first had the tag",
    ),
});
/** What it is once read: every default filled in. */
export type BudgetAlarmSpec = z.infer<typeof budgetAlarmSpec>;
/** The same as one writes it: what has a default may be left out. */
export type BudgetAlarmSpecInput = z.input<typeof budgetAlarmSpec>;

/** Who is told of what AWS itself sees. */
export const alarmTopicSpec = z.strictObject({
  emails: emailAddresses
    .default([])
    .describe("Who is told; each address must confirm by a link in AWS' first e-mail")
    .meta({ examples: [["oncall@example.com"]] }),
});
/** What it is once read: every default filled in. */
export type AlarmTopicSpec = z.infer<typeof alarmTopicSpec>;
/** The same as one writes it: what has a default may be left out. */
export type AlarmTopicSpecInput = z.input<typeof alarmTopicSpec>;

/** When the database is reported. */
export const databaseAlarmsSpec = z.strictObject({
  freeStorageGiB: z.number().min(0.5).max(65_536).default(2).describe("GiB below which free storage is reported"),
  cpuPercent: z.int().min(10).max(100).default(80).describe("Percent of CPU, for a quarter of an hour"),
  // https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html#RDS_Limits.MaxConnections
  connections: z
    .int()
    .min(1)
    .max(5000)
    .default(80)
    .describe("Connections, for ten minutes; RDS allows about 110 for each GiB of memory"),
});
/** What it is once read: every default filled in. */
export type DatabaseAlarmsSpec = z.infer<typeof databaseAlarmsSpec>;
/** The same as one writes it: what has a default may be left out. */
export type DatabaseAlarmsSpecInput = z.input<typeof databaseAlarmsSpec>;

/** A spec with every default filled in; throws one `UserError` naming each wrong field, its value and the fix. */
export function parseMonitoringSpec(spec: unknown): MonitoringSpec {
  return parseOrExplain(monitoringSpec, spec, "spec");
}

/** As `parseMonitoringSpec`. */
export function parseLogShippingSpec(spec: unknown): LogShippingSpec {
  return parseOrExplain(logShippingSpec, spec, "spec");
}

/** As `parseMonitoringSpec`. */
export function parseBudgetAlarmSpec(spec: unknown): BudgetAlarmSpec {
  return parseOrExplain(budgetAlarmSpec, spec, "spec");
}

/** As `parseMonitoringSpec`. */
export function parseAlarmTopicSpec(spec: unknown): AlarmTopicSpec {
  return parseOrExplain(alarmTopicSpec, spec, "spec");
}

/** As `parseMonitoringSpec`. */
export function parseDatabaseAlarmsSpec(spec: unknown): DatabaseAlarmsSpec {
  return parseOrExplain(databaseAlarmsSpec, spec, "spec");
}
