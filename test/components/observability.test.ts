import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { AlarmTopic } from "../../components/observability/alarm-topic.ts";
import { BudgetAlarm, type BudgetAlarmArgs } from "../../components/observability/budget-alarm.ts";
import { DatabaseAlarms } from "../../components/observability/database-alarms.ts";
import { LogShipping } from "../../components/observability/log-shipping.ts";
import { Monitoring, type MonitoringArgs } from "../../components/observability/monitoring.ts";
import { planLogShipping, planMonitoring } from "../../components/observability/plan.ts";
import { parseLogShippingSpec, parseMonitoringSpec } from "../../components/observability/spec.ts";
import { type Registration, registrationsOf, resolved } from "../support/mocks.ts";

const topicArn = "arn:aws:sns:eu-central-1:123456789012:alarms";
const keyArn = "arn:aws:kms:eu-central-1:123456789012:key/alarms";
const outputs = {
  "aws:kms/key:Key": () => ({ keyId: "key-id", arn: keyArn }),
  "aws:sns/topic:Topic": () => ({ arn: topicArn, name: "alarms" }),
  "aws:iam/role:Role": () => ({ name: "role", arn: "arn:aws:iam::123456789012:role/role" }),
  "aws:cloudwatch/logGroup:LogGroup": () => ({ arn: "arn:aws:logs:eu-central-1:123456789012:log-group:/berth/prod" }),
};
const run = <T>(program: () => T) => registrationsOf(program, "test", { outputs });
const byName = (registered: readonly Registration[]) =>
  Object.fromEntries(registered.map(({ name, type, parent, inputs }) => [name, { type, parent, inputs }]));
/** How Pulumi marks a secret on the wire. */
const secret = (value: unknown) => ({ "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value });
const namespaced = "kubernetes:core/v1:Namespace";
const networkPolicy = "kubernetes:networking.k8s.io/v1:NetworkPolicy";

describe("Monitoring", () => {
  const dev: MonitoringArgs = { spec: {}, storageClassName: "berth-platform" };
  const prod: MonitoringArgs = {
    spec: {
      retentionDays: 30,
      storage: "100Gi",
      memory: "8Gi",
      receiver: { kind: "sns" },
      tunnel: true,
      targets: {
        provisioner: { namespace: "berth-system" },
        tunnel: { namespace: "berth-tunnel", labels: { "berth.dev/component": "tunnel" } },
      },
    },
    storageClassName: pulumi.output("berth-platform"),
    clusterName: "berth-prod",
    topic: { arn: topicArn, keyArn },
    grafanaPassword: "the-password",
  };
  const make = (args: MonitoringArgs) => run(() => new Monitoring("monitoring", args));
  const parent = "monitoring";

  test("of dev registers the plan's objects: nobody is told, the chart makes up the password", async () => {
    const facts = { storageClassName: "berth-platform", topic: null, grafanaPassword: false };
    const plan = planMonitoring(parseMonitoringSpec(dev.spec), facts);
    const { registered } = await make(dev);
    expect(byName(registered)).toEqual({
      monitoring: { type: "berth:observability:Monitoring", parent: null, inputs: {} },
      "monitoring-namespace": { type: namespaced, parent, inputs: plan.namespace },
      "monitoring-nodes-namespace": { type: namespaced, parent, inputs: plan.nodesNamespace },
      "monitoring-nodes-deny-all": { type: networkPolicy, parent, inputs: plan.nodesDenyAll },
      "monitoring-deny-all": { type: networkPolicy, parent, inputs: plan.policies["deny-all"] },
      "monitoring-within": { type: networkPolicy, parent, inputs: plan.policies.within },
      "monitoring-to-api-server": { type: networkPolicy, parent, inputs: plan.policies["to-api-server"] },
      "monitoring-to-cluster": { type: networkPolicy, parent, inputs: plan.policies["to-cluster"] },
      "monitoring-release": {
        type: "kubernetes:helm.sh/v3:Release",
        parent,
        inputs: { ...plan.release, compat: "true" },
      },
      "monitoring-rules": {
        type: "kubernetes:monitoring.coreos.com/v1:PrometheusRule",
        parent,
        inputs: plan.rules,
      },
      "monitoring-berth-dashboard": {
        type: "kubernetes:core/v1:ConfigMap",
        parent,
        inputs: plan.dashboards.berth,
      },
    });
  });

  test("of prod tells a topic, with the right to do so and no other", async () => {
    const topic = { arn: topicArn, region: "eu-central-1" };
    const facts = { storageClassName: "berth-platform", topic, grafanaPassword: true };
    const plan = planMonitoring(parseMonitoringSpec(prod.spec), facts);
    const { registered } = await make(prod);
    const found = byName(registered);
    expect(Object.keys(found).sort()).toEqual([
      "monitoring",
      "monitoring-alertmanager",
      "monitoring-alertmanager-association",
      "monitoring-alertmanager-policy",
      "monitoring-alertmanager-role",
      "monitoring-berth-dashboard",
      "monitoring-deny-all",
      "monitoring-grafana-admin",
      "monitoring-namespace",
      "monitoring-nodes-deny-all",
      "monitoring-nodes-namespace",
      "monitoring-provisioner-monitor",
      "monitoring-release",
      "monitoring-rules",
      "monitoring-to-api-server",
      "monitoring-to-cluster",
      "monitoring-to-receiver",
      "monitoring-tunnel-monitor",
      "monitoring-within",
    ]);
    const podMonitor = "kubernetes:monitoring.coreos.com/v1:PodMonitor";
    expect(found).toMatchObject({
      "monitoring-release": { parent, inputs: plan.release },
      "monitoring-rules": { parent, inputs: plan.rules },
      "monitoring-to-receiver": { type: networkPolicy, parent, inputs: plan.policies["to-receiver"] },
      "monitoring-provisioner-monitor": { type: podMonitor, parent, inputs: plan.monitors.provisioner },
      "monitoring-tunnel-monitor": { type: podMonitor, parent, inputs: plan.monitors.tunnel },
      "monitoring-alertmanager-association": {
        inputs: {
          clusterName: "berth-prod",
          namespace: "berth-monitoring",
          serviceAccount: "berth-alertmanager",
          roleArn: "arn:aws:iam::123456789012:role/role",
        },
      },
      "monitoring-alertmanager-policy": {
        inputs: {
          policy: JSON.stringify({
            Version: "2012-10-17",
            Statement: [
              { Effect: "Allow", Action: ["sns:Publish"], Resource: [topicArn] },
              { Effect: "Allow", Action: ["kms:Decrypt", "kms:GenerateDataKey*"], Resource: [keyArn] },
            ],
          }),
        },
      },
    });
    expect(found["monitoring-grafana-admin"]).toEqual({
      type: "kubernetes:core/v1:Secret",
      parent,
      inputs: {
        apiVersion: "v1",
        kind: "Secret",
        metadata: {
          name: "berth-grafana-admin",
          namespace: "berth-monitoring",
          labels: { "app.kubernetes.io/managed-by": "berth", "berth.dev/component": "monitoring" },
        },
        stringData: secret({ "admin-user": "admin", "admin-password": "the-password" }),
      },
    });
  });

  test("keeps the receiver's secret out of the values", async () => {
    const spec = { receiver: { kind: "webhook" as const } };
    const { registered } = await make({ ...dev, spec, receiverSecret: "https://hooks.example.com/s3cret" });
    const found = byName(registered);
    expect(found["monitoring-receiver"]?.inputs).toMatchObject({
      metadata: { name: "berth-alert-receiver", namespace: "berth-monitoring" },
      stringData: secret({ secret: "https://hooks.example.com/s3cret" }),
    });
    expect(JSON.stringify(found["monitoring-release"])).not.toContain("s3cret");
  });

  test("makes rules and monitors when their kinds are there, and the release when its walls and rights are", async () => {
    const { registered } = await make(prod);
    const dependenciesOf = (name: string) => registered.find((one) => one.name === name)?.dependsOn;
    expect(dependenciesOf("monitoring-rules")).toEqual(["monitoring-release"]);
    expect(dependenciesOf("monitoring-provisioner-monitor")).toEqual(["monitoring-release"]);
    expect(dependenciesOf("monitoring-release")).toEqual(
      expect.arrayContaining([
        "monitoring-namespace",
        "monitoring-nodes-namespace",
        "monitoring-nodes-deny-all",
        "monitoring-deny-all",
        "monitoring-grafana-admin",
        "monitoring-alertmanager-association",
      ]),
    );
  });

  test("is the same whatever the order of its targets", async () => {
    const { targets = {} } = prod.spec;
    const spec = { ...prod.spec, targets: Object.fromEntries(Object.entries(targets).reverse()) };
    const [one, other] = [await make(prod), await make({ ...prod, spec })];
    expect(byName(other.registered)).toEqual(byName(one.registered));
  });

  test("tells where Grafana is", async () => {
    expect(await resolved((await make(dev)).result.grafana)).toBe("http://berth-grafana.berth-monitoring.svc");
    const without = await make({ ...dev, spec: { grafana: false } });
    expect(await resolved(without.result.grafana)).toBeNull();
    expect(without.registered.map(({ name }) => name)).not.toContain("monitoring-berth-dashboard");
  });

  test.each([
    [
      "a webhook without its URL",
      { receiver: { kind: "webhook" as const } },
      "receiverSecret: missing. Give the webhook's URL, as a secret: the receiver is of kind webhook.",
    ],
    [
      "e-mail without a password",
      {
        receiver: {
          kind: "email" as const,
          to: ["a@example.com"],
          from: "b@example.com",
          smarthost: "smtp.example.com:587",
          username: "b",
        },
      },
      "receiverSecret: missing. Give the SMTP password, as a secret: the receiver is of kind email.",
    ],
    [
      "a topic that is not there",
      { receiver: { kind: "sns" as const } },
      "topic: missing. Give the topic's ARN and its key's: the receiver is of kind sns.",
    ],
  ])("refuses %s", async (_, spec, message) => {
    await expect(make({ ...dev, spec })).rejects.toThrow(message);
  });
});

describe("LogShipping", () => {
  const spec = { logGroup: "/berth/prod", retentionDays: 90 };
  const make = () => run(() => new LogShipping("logs", { spec, clusterName: "berth-prod", region: "eu-central-1" }));

  test("registers the plan's objects, and a right to one log group", async () => {
    const plan = planLogShipping(parseLogShippingSpec(spec), "eu-central-1");
    const { registered, result } = await make();
    const found = byName(registered);
    const group = "arn:aws:logs:eu-central-1:123456789012:log-group:/berth/prod";
    expect(found).toEqual({
      logs: { type: "berth:observability:LogShipping", parent: null, inputs: {} },
      "logs-log-group": {
        type: "aws:cloudwatch/logGroup:LogGroup",
        parent: "logs",
        inputs: { name: "/berth/prod", retentionInDays: 90 },
      },
      "logs-namespace": { type: namespaced, parent: "logs", inputs: plan.namespace },
      "logs-deny-all": { type: networkPolicy, parent: "logs", inputs: plan.policies["deny-all"] },
      "logs-to-cloudwatch": { type: networkPolicy, parent: "logs", inputs: plan.policies["to-cloudwatch"] },
      "logs-identity": { type: "berth:cluster:PodIdentity", parent: "logs", inputs: {} },
      "logs-identity-role": found["logs-identity-role"],
      "logs-identity-policy": {
        type: "aws:iam/rolePolicy:RolePolicy",
        parent: "logs-identity",
        inputs: {
          role: "role",
          policy: JSON.stringify({
            Version: "2012-10-17",
            Statement: [
              {
                Effect: "Allow",
                Action: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                Resource: [group, `${group}:*`],
              },
            ],
          }),
        },
      },
      "logs-identity-association": {
        type: "aws:eks/podIdentityAssociation:PodIdentityAssociation",
        parent: "logs-identity",
        inputs: {
          clusterName: "berth-prod",
          namespace: "berth-logs",
          serviceAccount: "berth-fluent-bit",
          roleArn: "arn:aws:iam::123456789012:role/role",
        },
      },
      "logs-release": {
        type: "kubernetes:helm.sh/v3:Release",
        parent: "logs",
        inputs: { ...plan.release, compat: "true" },
      },
    });
    expect(await resolved(result.logGroupName)).toBe("/berth/prod");
  });

  test("starts no pod before it may write", async () => {
    const { registered } = await make();
    const release = registered.find(({ name }) => name === "logs-release");
    expect(release?.dependsOn).toEqual(expect.arrayContaining(["logs-namespace", "logs-identity-association"]));
  });
});

describe("a BudgetAlarm", () => {
  const tag = { key: "berth.dev/installation", value: "prod" };
  const make = (args: Omit<BudgetAlarmArgs, "tag">) => run(() => new BudgetAlarm("budget", { tag, ...args }));
  const notification = (notificationType: string, threshold: number, subscribers: object) => ({
    notificationType,
    comparisonOperator: "GREATER_THAN",
    threshold,
    thresholdType: "PERCENTAGE",
    ...subscribers,
  });

  test("tells people and a topic of 80 and 100 percent, and of 100 foreseen", async () => {
    const { registered } = await make({
      spec: { name: "berth-prod", monthlyUsd: 2000, emails: ["finance@example.com"] },
      topicArn,
    });
    const subscribers = { subscriberEmailAddresses: ["finance@example.com"], subscriberSnsTopicArns: [topicArn] };
    expect(byName(registered)).toEqual({
      budget: { type: "berth:observability:BudgetAlarm", parent: null, inputs: {} },
      "budget-budget": {
        type: "aws:budgets/budget:Budget",
        parent: "budget",
        inputs: {
          name: "berth-prod",
          budgetType: "COST",
          timeUnit: "MONTHLY",
          limitAmount: "2000",
          limitUnit: "USD",
          costFilters: [{ name: "TagKeyValue", values: ["user:berth.dev/installation$prod"] }],
          notifications: [
            notification("ACTUAL", 80, subscribers),
            notification("ACTUAL", 100, subscribers),
            notification("FORECASTED", 100, subscribers),
          ],
        },
      },
    });
  });

  test("makes its tag known to billing when asked to", async () => {
    const spec = { name: "berth-dev", monthlyUsd: 99.5, emails: ["dev@example.com"], activateTag: true };
    const { registered } = await make({ spec });
    expect(byName(registered)).toMatchObject({
      "budget-tag": {
        type: "aws:costexplorer/costAllocationTag:CostAllocationTag",
        parent: "budget",
        inputs: { tagKey: "berth.dev/installation", status: "Active" },
      },
      "budget-budget": { inputs: { limitAmount: "99.5" } },
    });
  });

  test("refuses to tell nobody", async () => {
    await expect(make({ spec: { name: "berth-dev", monthlyUsd: 100 } })).rejects.toThrow(
      "spec.emails: found []. Write who is told, or give a topic: nobody would know.",
    );
  });
});

describe("an AlarmTopic", () => {
  test("is encrypted, and open to this account's alarms and budgets only", async () => {
    const emails = ["oncall@example.com", "lead@example.com"];
    const { registered, result } = await run(() => new AlarmTopic("alarms", { spec: { emails } }));
    const senders = { Service: ["budgets.amazonaws.com", "cloudwatch.amazonaws.com"] };
    const parent = "alarms";
    expect(byName(registered)).toEqual({
      alarms: { type: "berth:observability:AlarmTopic", parent: null, inputs: {} },
      "alarms-key": {
        type: "aws:kms/key:Key",
        parent,
        inputs: { description: "Berth: alarms on their way", enableKeyRotation: true, deletionWindowInDays: 7 },
      },
      "alarms-key-policy": {
        type: "aws:kms/keyPolicy:KeyPolicy",
        parent,
        inputs: {
          keyId: "key-id",
          policy: JSON.stringify({
            Version: "2012-10-17",
            Statement: [
              {
                Sid: "Account",
                Effect: "Allow",
                Principal: { AWS: "arn:aws:iam::123456789012:root" },
                Action: "kms:*",
                Resource: "*",
              },
              {
                Sid: "Senders",
                Effect: "Allow",
                Principal: senders,
                Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
                Resource: "*",
              },
            ],
          }),
        },
      },
      "alarms-key-alias": {
        type: "aws:kms/alias:Alias",
        parent,
        inputs: { name: "alias/berth/alarms/alarms", targetKeyId: "key-id" },
      },
      "alarms-topic": {
        type: "aws:sns/topic:Topic",
        parent,
        inputs: { displayName: "Berth", kmsMasterKeyId: keyArn },
      },
      "alarms-policy": {
        type: "aws:sns/topicPolicy:TopicPolicy",
        parent,
        inputs: {
          arn: topicArn,
          policy: JSON.stringify({
            Version: "2012-10-17",
            Statement: [
              {
                Sid: "Senders",
                Effect: "Allow",
                Principal: senders,
                Action: "sns:Publish",
                Resource: topicArn,
                Condition: { StringEquals: { "aws:SourceAccount": "123456789012" } },
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
          }),
        },
      },
      "alarms-to-oncall@example.com": {
        type: "aws:sns/topicSubscription:TopicSubscription",
        parent,
        inputs: { topic: topicArn, protocol: "email", endpoint: "oncall@example.com" },
      },
      "alarms-to-lead@example.com": {
        type: "aws:sns/topicSubscription:TopicSubscription",
        parent,
        inputs: { topic: topicArn, protocol: "email", endpoint: "lead@example.com" },
      },
    });
    expect(await resolved(pulumi.all([result.topicArn, result.keyArn]))).toEqual([topicArn, keyArn]);
  });
});

describe("DatabaseAlarms", () => {
  test("watch storage, CPU and connections of one instance", async () => {
    const spec = { freeStorageGiB: 10, connections: 500 };
    const args = { spec, database: "berth-prod", topicArn };
    const { registered } = await run(() => new DatabaseAlarms("database-alarms", args));
    const alarm = (metricName: string, inputs: object) => ({
      type: "aws:cloudwatch/metricAlarm:MetricAlarm",
      parent: "database-alarms",
      inputs: {
        namespace: "AWS/RDS",
        metricName,
        dimensions: { DBInstanceIdentifier: "berth-prod" },
        statistic: "Average",
        period: 300,
        treatMissingData: "breaching",
        alarmActions: [topicArn],
        okActions: [topicArn],
        ...inputs,
      },
    });
    expect(byName(registered)).toEqual({
      "database-alarms": { type: "berth:observability:DatabaseAlarms", parent: null, inputs: {} },
      "database-alarms-storage": alarm("FreeStorageSpace", {
        alarmDescription:
          "Less than 10 GiB of the database's storage are free: it has reached its maximum, or grows faster than RDS lets it. What to do: docs/operations.md#database",
        evaluationPeriods: 2,
        comparisonOperator: "LessThanThreshold",
        threshold: 10_737_418_240,
      }),
      "database-alarms-cpu": alarm("CPUUtilization", {
        alarmDescription:
          "The database has used more than 80 % of its CPU for a quarter of an hour. What to do: docs/operations.md#database",
        evaluationPeriods: 3,
        comparisonOperator: "GreaterThanThreshold",
        threshold: 80,
      }),
      "database-alarms-connections": alarm("DatabaseConnections", {
        alarmDescription:
          "The database has had more than 500 connections for ten minutes. What to do: docs/operations.md#database",
        evaluationPeriods: 2,
        comparisonOperator: "GreaterThanThreshold",
        threshold: 500,
      }),
    });
  });
});
