import { readFileSync } from "node:fs";
import fc from "fast-check";
import { Registry } from "prom-client";
import { describe, expect, test } from "vitest";
import { publicInternet } from "../../../components/core/cidr.ts";
import { alertmanagerConfig } from "../../../components/observability/manifests/alertmanager.ts";
import { alertGroups } from "../../../components/observability/manifests/alerts.ts";
import { berthDashboard } from "../../../components/observability/manifests/berth-dashboard.ts";
import { dashboardModel, type Panel } from "../../../components/observability/manifests/dashboard.ts";
import { planLogShipping, planMonitoring } from "../../../components/observability/plan.ts";
import {
  parseAlarmTopicSpec,
  parseBudgetAlarmSpec,
  parseDatabaseAlarmsSpec,
  parseLogShippingSpec,
  parseMonitoringSpec,
} from "../../../components/observability/spec.ts";
import { collectProcessMetrics } from "../../../provisioner/api/metrics.ts";
import { expectedAlerts } from "./expected/alerts.ts";
import { expectedMonitoringValues } from "./expected/monitoring-values.ts";

const facts = { storageClassName: "berth-platform", topic: null, grafanaPassword: false };
const planOf = (spec: object) => planMonitoring(parseMonitoringSpec(spec), facts);
const tunnel = { tunnel: true, targets: { tunnel: { namespace: "berth-tunnel" } } };
const platformLabels = (component: string) => ({
  "app.kubernetes.io/managed-by": "berth",
  "berth.dev/component": component,
});

describe("the specs", () => {
  test("of the monitoring may be empty", () => {
    expect(parseMonitoringSpec({})).toEqual({
      namespace: "berth-monitoring",
      retentionDays: 15,
      storage: "20Gi",
      memory: "2Gi",
      cpu: "1",
      scrapeSeconds: 30,
      grafana: true,
      receiver: { kind: "none" },
      thresholds: {
        createSeconds: 60,
        queueSeconds: 30,
        failedPercent: 5,
        apiErrorPercent: 1,
        pendingMinutes: 10,
        volumePercent: 90,
        certificateDays: 14,
      },
      runbook: "docs/operations.md",
      targets: {},
      tunnel: false,
    });
  });

  const wrong: readonly (readonly [string, (spec: unknown) => unknown, unknown, string])[] = [
    [
      "a receiver of an unknown kind",
      parseMonitoringSpec,
      { receiver: { kind: "pager" } },
      'spec.receiver.kind: found "pager". Write a receiver of one kind: { kind: "none" }, "webhook", "sns" or "email".',
    ],
    [
      "e-mail without a port",
      parseMonitoringSpec,
      { receiver: { kind: "email", to: ["a@b.co"], from: "a@b.co", smarthost: "smtp.b.co", username: "a" } },
      'spec.receiver.smarthost: found "smtp.b.co". Write host and port: "email-smtp.eu-central-1.amazonaws.com:587".',
    ],
    [
      "a webhook's URL in plain sight",
      parseMonitoringSpec,
      { receiver: { kind: "webhook", url: "https://hooks.example.com" } },
      'spec.receiver.url: found "https://hooks.example.com". There is no such option: take it out or correct its name.',
    ],
    [
      "a disk that is no quantity",
      parseMonitoringSpec,
      { storage: "20GB" },
      'spec.storage: found "20GB". Write memory or storage as a Kubernetes quantity above zero: "256Mi", "4Gi" or "20G".',
    ],
    [
      "a warning before cert-manager renews",
      parseMonitoringSpec,
      { thresholds: { certificateDays: 30 } },
      "spec.thresholds.certificateDays: found 30. Write 1 to 29: cert-manager renews a 90-day certificate 30 days before its end.",
    ],
    [
      "a tunnel that nobody looks at",
      parseMonitoringSpec,
      { tunnel: true },
      'spec.targets: found {}. Write targets.tunnel too, or alerts have no figures: { namespace: "berth-tunnel" }.',
    ],
    [
      "a log group of AWS' own",
      parseLogShippingSpec,
      { logGroup: "aws/eks" },
      'spec.logGroup: found "aws/eks". Write 1 to 512 of letters, digits and . - _ / #, not beginning with aws/.',
    ],
    [
      "a retention that CloudWatch does not know",
      parseLogShippingSpec,
      { logGroup: "/berth/prod", retentionDays: 31 },
      "spec.retentionDays: found 31. Write days that CloudWatch Logs can keep: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653.",
    ],
    [
      "a budget of nothing",
      parseBudgetAlarmSpec,
      { name: "berth", monthlyUsd: 0 },
      "spec.monthlyUsd: found 0. Write US dollars above 0.",
    ],
    [
      "a budget's name with a colon",
      parseBudgetAlarmSpec,
      { name: "berth:prod", monthlyUsd: 10 },
      "spec.name: found \"berth:prod\". Write 1 to 100 characters without ':' and '\\'.",
    ],
    [
      "an address that is none",
      parseAlarmTopicSpec,
      { emails: ["oncall"] },
      'spec.emails[0]: found "oncall". Write an e-mail address: "oncall@example.com".',
    ],
    [
      "more than all of the CPU",
      parseDatabaseAlarmsSpec,
      { cpuPercent: 120 },
      "spec.cpuPercent: found 120. Write 10 to 100.",
    ],
  ];
  test.each(wrong)("refuse %s", (_, parse, spec, message) => {
    expect(() => parse(spec)).toThrow(expect.objectContaining({ message }));
  });
});

describe("the chart's values", () => {
  test("are small, closed, and of what EKS shows", () => {
    expect(planOf({}).release.values).toEqual(expectedMonitoringValues);
  });

  test("follow the spec", () => {
    const spec = parseMonitoringSpec({
      namespace: "watch",
      grafana: false,
      retentionDays: 30,
      storage: "100Gi",
      memory: "8Gi",
      cpu: "2",
      receiver: { kind: "webhook" },
    });
    const { release } = planMonitoring(spec, { ...facts, storageClassName: "fast" });
    const storageSpec = {
      volumeClaimTemplate: {
        spec: {
          storageClassName: "fast",
          accessModes: ["ReadWriteOnce"],
          resources: { requests: { storage: "100Gi" } },
        },
      },
    };
    expect(release).toMatchObject({
      namespace: "watch",
      values: {
        grafana: { enabled: false },
        prometheus: {
          prometheusSpec: {
            retention: "30d",
            retentionSize: "81920MiB",
            storageSpec,
            resources: { requests: { cpu: "200m", memory: "4Gi" }, limits: { cpu: "2", memory: "8Gi" } },
          },
        },
        alertmanager: { alertmanagerSpec: { secrets: ["berth-alert-receiver"] } },
        "prometheus-node-exporter": { namespaceOverride: "watch-nodes" },
      },
    });
  });

  test("take a password that is given from a Secret, never from themselves", () => {
    const { release } = planMonitoring(parseMonitoringSpec({}), { ...facts, grafanaPassword: true });
    expect(release.values.grafana).toMatchObject({ admin: { existingSecret: "berth-grafana-admin" } });
  });
});

describe("Alertmanager", () => {
  const receiversOf = (receiver: object) =>
    alertmanagerConfig(parseMonitoringSpec({ receiver }), { topic: { arn: "arn", region: "eu-central-1" } }).receivers;
  const file = "/etc/alertmanager/secrets/berth-alert-receiver/secret";

  test("tells whom the spec says, and reads secrets from files", () => {
    const email = {
      kind: "email",
      to: ["a@b.co", "c@b.co"],
      from: "d@b.co",
      smarthost: "smtp.b.co:587",
      username: "d",
    };
    expect([{ kind: "none" }, { kind: "webhook" }, { kind: "sns" }, email].map(receiversOf)).toEqual([
      [{ name: "nobody" }],
      [{ name: "nobody" }, { name: "people", webhook_configs: [{ url_file: file, send_resolved: true }] }],
      [
        { name: "nobody" },
        {
          name: "people",
          sns_configs: [{ topic_arn: "arn", sigv4: { region: "eu-central-1" }, send_resolved: true }],
        },
      ],
      [
        { name: "nobody" },
        {
          name: "people",
          email_configs: [
            {
              to: "a@b.co, c@b.co",
              from: "d@b.co",
              smarthost: "smtp.b.co:587",
              auth_username: "d",
              auth_password_file: file,
              require_tls: true,
              send_resolved: true,
            },
          ],
        },
      ],
    ]);
  });
});

describe("the alerts", () => {
  test("are these", () => {
    expect(alertGroups(parseMonitoringSpec(tunnel))).toEqual(expectedAlerts);
  });

  test("say nothing of a tunnel that is not there", () => {
    expect(alertGroups(parseMonitoringSpec({}))).toEqual(expectedAlerts.filter(({ name }) => name !== "berth-tunnel"));
  });

  test("follow the spec's thresholds and runbook", () => {
    const groups = alertGroups(
      parseMonitoringSpec({
        runbook: "https://wiki.example.com/berth",
        thresholds: {
          createSeconds: 11,
          queueSeconds: 12,
          failedPercent: 13,
          apiErrorPercent: 14,
          pendingMinutes: 15,
          volumePercent: 66,
          certificateDays: 17,
        },
      }),
    );
    const rules = new Map(groups.flatMap((group) => group.rules).map((rule) => [rule.alert, rule]));
    const limitOf = (alert: string) => rules.get(alert)?.expr.split(/[<>] /).at(-1);
    expect(
      [
        ...["BerthCreateSlow", "BerthQueueSlow", "BerthOperationsFailing", "BerthApiFailing"],
        ...["BerthVolumeNearlyFull", "BerthCertificateExpires"],
      ].map(limitOf),
    ).toEqual(["11", "12", "13", "14", "66", "17"]);
    expect(rules.get("BerthWorkspacePodsPending")?.for).toBe("15m");
    expect(rules.get("BerthEngineDown")?.annotations.runbook_url).toBe(
      "https://wiki.example.com/berth#berthenginedown",
    );
  });

  test("and the dashboard ask only for figures that the programs give", () => {
    const given = ["provisioner/api/metrics.ts", "provisioner/engine-metrics.ts", "provisioner/router/metrics.ts"]
      .flatMap((file) => readFileSync(file, "utf8").match(/(?<=")berth_[a-z0-9_]+(?=")/g) ?? [])
      .concat(defaultFigures());
    const asked = [
      ...expectedAlerts.flatMap(({ rules }) => rules.map(({ expr }) => expr)),
      ...berthDashboard.rows.flatMap(({ panels }) => panels.flatMap(({ queries }) => queries.map(({ expr }) => expr))),
    ].flatMap((expr) => expr.replace(/(by|on|group_left) \([^)]*\)|\{[^}]*\}/g, "").match(/\bberth_[a-z0-9_]+/g) ?? []);
    const names = [...new Set(asked.map((name) => name.replace(/_(bucket|count)$/, "")))];
    expect(names.filter((name) => !given.includes(name))).toEqual([]);
    expect(names.length).toBeGreaterThan(10);
  });
});

describe("the walls", () => {
  const namesOf = (spec: object) => Object.keys(planOf(spec).policies);
  const internet = publicInternet().map(({ cidr, except }) => ({ ipBlock: { cidr, except: [...except] } }));
  const dns = {
    to: [
      {
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
        podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
      },
    ],
    ports: [
      { protocol: "UDP", port: 53 },
      { protocol: "TCP", port: 53 },
    ],
  };
  const insideVpc = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"].map((cidr) => ({
    ipBlock: { cidr },
  }));
  const agent = { to: [{ ipBlock: { cidr: "169.254.170.23/32" } }], ports: [{ protocol: "TCP", port: 80 }] };
  const https = { ports: [{ protocol: "TCP", port: 443 }] };

  test("around the monitoring let nothing in, Prometheus out to the cluster, and the others to the API server", () => {
    const policy = (name: string, rules: object) => ({
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name, namespace: "berth-monitoring", labels: platformLabels("monitoring") },
      spec: { podSelector: {}, ...rules },
    });
    expect(planOf({}).policies).toEqual({
      "deny-all": policy("deny-all", { policyTypes: ["Ingress", "Egress"] }),
      within: policy("within", {
        policyTypes: ["Ingress", "Egress"],
        ingress: [{ from: [{ podSelector: {} }] }],
        egress: [{ to: [{ podSelector: {} }] }, dns],
      }),
      "to-api-server": policy("to-api-server", {
        policyTypes: ["Egress"],
        egress: [
          {
            to: insideVpc,
            ports: [
              { protocol: "TCP", port: 443 },
              { protocol: "TCP", port: 6443 },
            ],
          },
        ],
      }),
      "to-cluster": policy("to-cluster", {
        podSelector: { matchLabels: { "app.kubernetes.io/name": "prometheus" } },
        policyTypes: ["Egress"],
        egress: [{ to: insideVpc }],
      }),
    });
  });

  test("let Alertmanager out to its receiver", () => {
    expect(namesOf({})).not.toContain("to-receiver");
    const egressOf = (receiver: object) => planOf({ receiver }).policies["to-receiver"]?.spec;
    const alone = {
      podSelector: { matchLabels: { "app.kubernetes.io/name": "alertmanager" } },
      policyTypes: ["Egress"],
    };
    const anywhere = [...internet, ...insideVpc];
    expect(egressOf({ kind: "webhook" })).toEqual({ ...alone, egress: [{ to: anywhere, ...https }] });
    const email = { kind: "email", to: ["a@b.co"], from: "d@b.co", smarthost: "smtp.b.co:2587", username: "d" };
    expect(egressOf(email)).toEqual({
      ...alone,
      egress: [{ to: anywhere, ports: [{ protocol: "TCP", port: 2587 }] }],
    });
  });

  test("around the log shippers let out what they need", () => {
    const { policies } = planLogShipping(parseLogShippingSpec({ logGroup: "/berth/prod" }), "eu-central-1");
    expect(policies["to-cloudwatch"].spec).toEqual({
      podSelector: {},
      policyTypes: ["Egress"],
      egress: [dns, agent, { to: insideVpc, ...https }, { to: internet, ...https }],
    });
  });
});

describe("the namespaces", () => {
  test("are restricted but those of what reads the node itself", () => {
    const levels = (namespace: { metadata: { name: string; labels: Record<string, string> } }) => [
      namespace.metadata.name,
      namespace.metadata.labels["pod-security.kubernetes.io/enforce"],
    ];
    const plan = planOf({});
    const logs = planLogShipping(parseLogShippingSpec({ logGroup: "/berth/prod" }), "eu-central-1");
    expect([plan.namespace, plan.nodesNamespace, logs.namespace].map(levels)).toEqual([
      ["berth-monitoring", "restricted"],
      ["berth-monitoring-nodes", "privileged"],
      ["berth-logs", "privileged"],
    ]);
  });
});

describe("the monitors", () => {
  test("are one for each target", () => {
    expect(planOf(tunnel).monitors).toEqual({
      tunnel: {
        apiVersion: "monitoring.coreos.com/v1",
        kind: "PodMonitor",
        metadata: { name: "tunnel", namespace: "berth-monitoring", labels: platformLabels("monitoring") },
        spec: {
          namespaceSelector: { matchNames: ["berth-tunnel"] },
          selector: { matchLabels: {} },
          podMetricsEndpoints: [{ port: "metrics", path: "/metrics" }],
        },
      },
    });
  });
});

describe("the log shippers", () => {
  const valuesOf = (spec: object) =>
    planLogShipping(parseLogShippingSpec({ logGroup: "/berth/prod", ...spec }), "eu-central-1").release.values;

  const text = (...lines: readonly string[]) => `${lines.join("\n")}\n`;

  test("leave workspaces out, as their users' own", () => {
    expect(valuesOf({})).toEqual({
      fullnameOverride: "berth-fluent-bit",
      image: { repository: "public.ecr.aws/aws-observability/aws-for-fluent-bit", tag: "3.2.1" },
      testFramework: { enabled: false },
      serviceAccount: { name: "berth-fluent-bit", automountServiceAccountToken: false },
      rbac: { create: false },
      config: {
        service: text(
          "[SERVICE]",
          "    HTTP_Server On",
          "    HTTP_Listen 0.0.0.0",
          "    HTTP_Port 2020",
          "    Health_Check On",
        ),
        inputs: text(
          "[INPUT]",
          "    Name tail",
          "    Tag kube.*",
          "    Path /var/log/containers/*.log",
          "    Exclude_Path /var/log/containers/*_ws-*_*.log",
          "    DB /var/log/flb_kube.db",
          "    multiline.parser docker, cri",
          "    Mem_Buf_Limit 32MB",
          "    Skip_Long_Lines On",
          "    Refresh_Interval 10",
        ),
        filters: text(
          "[FILTER]",
          "    Name kubernetes",
          "    Match kube.*",
          "    Use_Tag_For_Meta On",
          "    Merge_Log On",
          "    Merge_Log_Key data",
          "    Keep_Log On",
        ),
        outputs: text(
          "[OUTPUT]",
          "    Name cloudwatch_logs",
          "    Match *",
          "    region eu-central-1",
          "    log_group_name /berth/prod",
          "    log_stream_prefix node-",
          "    log_stream_template $kubernetes['namespace_name'].$kubernetes['pod_name'].$kubernetes['container_name']",
        ),
        customParsers: "",
      },
      livenessProbe: { httpGet: { path: "/api/v1/health" }, initialDelaySeconds: 30, timeoutSeconds: 10 },
      readinessProbe: { httpGet: { path: "/" } },
      podSecurityContext: { seccompProfile: { type: "RuntimeDefault" } },
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      },
      daemonSetVolumes: [{ name: "varlog", hostPath: { path: "/var/log" } }],
      daemonSetVolumeMounts: [{ name: "varlog", mountPath: "/var/log" }],
      resources: { requests: { cpu: "20m", memory: "64Mi" }, limits: { cpu: "200m", memory: "256Mi" } },
      tolerations: [{ operator: "Exists" }],
    });
  });

  test("have no rights in the cluster: they run beside workspaces, and a right to nodes is one to every pod", () => {
    const { rbac, serviceAccount, config } = valuesOf({});
    expect([rbac.create, serviceAccount.automountServiceAccountToken]).toEqual([false, false]);
    expect(config.filters).toContain("Use_Tag_For_Meta On");
  });

  test("take them in when told to", () => {
    expect(valuesOf({ workspaces: true }).config.inputs).not.toContain("Exclude_Path");
  });
});

describe("a dashboard", () => {
  const panel = (type: Panel["type"], title = type): Panel => ({
    type,
    title,
    description: "What it is",
    unit: "s",
    queries: [{ expr: "up", legend: "{{pod}}" }],
  });
  const modelOf = (rows: readonly { title: string; panels: readonly Panel[] }[]) =>
    dashboardModel({ uid: "one", title: "One", tags: ["berth"], rows });

  test("is Grafana's model of its panels", () => {
    const datasource = { type: "prometheus", uid: "prometheus" };
    const { panels, ...frame } = modelOf([
      { title: "First", panels: [{ ...panel("stat"), warnFrom: 3 }, panel("timeseries")] },
    ]);
    expect(frame).toEqual({
      uid: "one",
      title: "One",
      tags: ["berth"],
      schemaVersion: 41,
      editable: false,
      graphTooltip: 1,
      refresh: "1m",
      time: { from: "now-6h", to: "now" },
      timezone: "browser",
      templating: { list: [] },
      annotations: { list: [] },
    });
    expect(panels).toEqual([
      { id: 1, type: "row", title: "First", collapsed: false, gridPos: { x: 0, y: 0, w: 24, h: 1 } },
      {
        id: 2,
        type: "stat",
        title: "stat",
        description: "What it is",
        datasource,
        gridPos: { x: 0, y: 1, w: 4, h: 4 },
        fieldConfig: {
          defaults: {
            unit: "s",
            min: 0,
            thresholds: {
              mode: "absolute",
              steps: [
                { color: "green", value: null },
                { color: "orange", value: 3 },
              ],
            },
          },
          overrides: [],
        },
        options: { colorMode: "value", reduceOptions: { calcs: ["lastNotNull"], fields: "", values: false } },
        targets: [{ datasource, refId: "A", expr: "up", legendFormat: "{{pod}}", instant: true, range: false }],
      },
      {
        id: 3,
        type: "timeseries",
        title: "timeseries",
        description: "What it is",
        datasource,
        gridPos: { x: 4, y: 1, w: 8, h: 8 },
        fieldConfig: {
          defaults: {
            unit: "s",
            min: 0,
            thresholds: { mode: "absolute", steps: [{ color: "green", value: null }] },
            custom: { fillOpacity: 10, showPoints: "never" },
          },
          overrides: [],
        },
        options: {
          legend: { displayMode: "list", placement: "bottom" },
          tooltip: { mode: "multi", sort: "desc" },
        },
        targets: [{ datasource, refId: "A", expr: "up", legendFormat: "{{pod}}", instant: false, range: true }],
      },
    ]);
  });

  test("has room for every panel, and each in its own place", () => {
    const rows = fc.array(
      fc.record({
        title: fc.string(),
        panels: fc.array(fc.constantFrom("stat" as const, "timeseries" as const).map((type) => panel(type))),
      }),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(rows, (any) => {
        const { panels } = modelOf(any);
        expect(panels.map(({ id }) => id)).toEqual(panels.map((_, index) => index + 1));
        const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
          Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
        );
        expect(new Set(cells).size).toBe(cells.length);
        expect(panels.every(({ gridPos }) => gridPos.x + gridPos.w <= 24)).toBe(true);
      }),
    );
  });

  test("of Berth is given to Grafana as a labelled config map", () => {
    const { berth } = planOf({}).dashboards;
    expect(berth?.metadata).toEqual({
      name: "berth-dashboard",
      namespace: "berth-monitoring",
      labels: { ...platformLabels("monitoring"), grafana_dashboard: "1" },
      annotations: { grafana_folder: "Berth" },
    });
    expect(JSON.parse(berth?.data["berth.json"] ?? "")).toEqual(dashboardModel(berthDashboard));
  });
});

/** Figures that every program gives of itself. */
function defaultFigures(): readonly string[] {
  const registry = new Registry();
  collectProcessMetrics(registry);
  return registry.getMetricsAsArray().map(({ name }) => name);
}
