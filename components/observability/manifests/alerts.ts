import type { MonitoringSpec } from "../spec.ts";

/** `critical` wakes somebody; `warning` waits for the morning. */
export type Severity = "critical" | "warning";

/** One alert, as a rule of Prometheus: https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/ */
export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  /** How long it must hold. */
  readonly for: string;
  readonly labels: { readonly severity: Severity };
  readonly annotations: {
    readonly summary: string;
    readonly description: string;
    readonly runbook_url: string;
  };
}

/** Rules that are looked at together. */
export interface RuleGroup {
  readonly name: string;
  readonly rules: readonly AlertRule[];
}

type Alert = Omit<AlertRule, "labels" | "annotations"> &
  AlertRule["labels"] &
  Pick<AlertRule["annotations"], "summary" | "description">;

/** All alerts of the platform, by what they are about. */
export function alertGroups(spec: MonitoringSpec): readonly RuleGroup[] {
  const groups: Readonly<Record<string, readonly Alert[]>> = {
    "berth-operations": operationAlerts(spec),
    "berth-programs": programAlerts(spec),
    "berth-workspaces": workspaceAlerts(spec),
    "berth-cluster": clusterAlerts(spec),
    ...(spec.tunnel ? { "berth-tunnel": tunnelAlerts } : {}),
  };
  return Object.entries(groups).map(([name, alerts]) => ({
    name,
    rules: alerts.map((alert) => ruleOf(spec, alert)),
  }));
}

function ruleOf({ runbook }: MonitoringSpec, { severity, summary, description, ...rule }: Alert): AlertRule {
  return {
    ...rule,
    labels: { severity },
    annotations: { summary, description, runbook_url: `${runbook}#${rule.alert.toLowerCase()}` },
  };
}

// Names of the programs' figures: provisioner/api/metrics.ts, provisioner/engine-metrics.ts, provisioner/router/metrics.ts.

/** What a creation goes through, one after the other: https://prometheus.io/docs/practices/histograms/ on quantiles. */
const createPhases = "queued|waiting|deploy|ready";

function operationAlerts({ thresholds }: MonitoringSpec): readonly Alert[] {
  const { createSeconds, queueSeconds, failedPercent } = thresholds;
  return [
    {
      alert: "BerthCreateSlow",
      // The sum of the parts' 95th percentiles: never below that of the whole by more than chance.
      expr: `sum(histogram_quantile(0.95, sum by (le, phase) (rate(berth_run_phase_seconds_bucket{kind="create",phase=~"${createPhases}"}[15m])))) > ${createSeconds}`,
      for: "10m",
      severity: "warning",
      summary: "New workspaces take too long",
      description: `5 of 100 new workspaces take more than ${createSeconds} s until they are ready ({{ $value | humanizeDuration }}).`,
    },
    {
      alert: "BerthOperationsFailing",
      expr: `100 * sum(rate(berth_runs_total{end=~"failed|retried"}[30m])) / sum(rate(berth_runs_total[30m])) > ${failedPercent}`,
      for: "10m",
      severity: "critical",
      summary: "Operations fail",
      description: `{{ $value | humanize }} % of runs failed within half an hour; up to ${failedPercent} % are taken as chance.`,
    },
    {
      alert: "BerthNeedsAttention",
      // A run that failed for good leaves its workspace in the phase needs-attention, until somebody repairs it.
      expr: `sum by (kind) (increase(berth_runs_total{end="failed"}[1h])) > 0`,
      for: "0m",
      severity: "warning",
      summary: "A workspace needs attention",
      description:
        "An operation of kind {{ $labels.kind }} failed for good within the last hour: a workspace waits for repair.",
    },
    {
      alert: "BerthQueueSlow",
      expr: `histogram_quantile(0.95, sum by (le) (rate(berth_run_phase_seconds_bucket{phase="queued"}[10m]))) > ${queueSeconds}`,
      for: "10m",
      severity: "warning",
      summary: "Operations wait too long to begin",
      description: `5 of 100 operations wait more than ${queueSeconds} s in the queue ({{ $value | humanizeDuration }}).`,
    },
    {
      alert: "BerthEngineBusy",
      expr: "min_over_time(sum(berth_engine_waiting)[15m:1m]) > 0",
      for: "0m",
      severity: "warning",
      summary: "Runs always wait for the engine",
      description:
        "For a quarter of an hour there was always a run that waited for a place in the engine: it needs more.",
    },
    {
      alert: "BerthEngineDied",
      expr: "increase(berth_takeovers_total[15m]) > 0",
      for: "0m",
      severity: "warning",
      summary: "An engine died in the middle of its work",
      description: "Another engine took over {{ $value | humanize }} operations whose holder was gone.",
    },
  ];
}

function programAlerts({ thresholds }: MonitoringSpec): readonly Alert[] {
  const down = (program: string, what: string): Alert => ({
    alert: `Berth${program.charAt(0).toUpperCase()}${program.slice(1)}Down`,
    expr: `absent(up{berth_dev_component="${program}"} == 1)`,
    for: "3m",
    severity: "critical",
    summary: `No ${program} answers`,
    description: `For three minutes no pod of the ${program} gave its figures: ${what}.`,
  });
  return [
    down("engine", "nothing is created, resized or deleted"),
    down("api", "nobody can order, stop or start a workspace"),
    down("router", "nobody reaches a workspace"),
    {
      alert: "BerthApiFailing",
      expr: `100 * sum(rate(berth_http_request_seconds_count{status=~"5.."}[5m])) / sum(rate(berth_http_request_seconds_count[5m])) > ${thresholds.apiErrorPercent}`,
      for: "5m",
      severity: "critical",
      summary: "The API fails",
      description: `{{ $value | humanize }} % of requests ended in a 5xx; up to ${thresholds.apiErrorPercent} % are taken as chance.`,
    },
    {
      alert: "BerthWorkspacesUnreachable",
      expr: '100 * sum(rate(berth_router_requests_total{outcome="failed"}[10m])) / sum(rate(berth_router_requests_total{outcome=~"forwarded|upgraded|failed"}[10m])) > 5',
      for: "10m",
      severity: "warning",
      summary: "Workspaces that run do not answer",
      description: "{{ $value | humanize }} % of what the router sent on reached no program of a workspace.",
    },
    {
      alert: "BerthEventLoopBlocked",
      expr: "max by (berth_dev_component, pod) (berth_nodejs_eventloop_lag_p99_seconds) > 0.5",
      for: "10m",
      severity: "warning",
      summary: "A program of the platform is too busy to answer",
      description: "{{ $labels.berth_dev_component }} {{ $labels.pod }} answers {{ $value | humanizeDuration }} late.",
    },
  ];
}

/** Namespaces of workspaces begin so: `newId` of components/core/names.ts. */
const workspaceNamespaces = "ws-.+";

function workspaceAlerts({ thresholds }: MonitoringSpec): readonly Alert[] {
  const { pendingMinutes, volumePercent } = thresholds;
  return [
    {
      alert: "BerthWorkspacePodsPending",
      expr: `sum(kube_pod_status_phase{namespace=~"${workspaceNamespaces}",phase="Pending"}) > 0`,
      for: `${pendingMinutes}m`,
      severity: "critical",
      summary: "Workspaces find no node",
      description: `{{ $value }} pods of workspaces have waited: for ${pendingMinutes} minutes there was always one. Is the pool at its maximum?`,
    },
    {
      alert: "BerthVolumeNearlyFull",
      expr: `100 * (1 - kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes) > ${volumePercent}`,
      for: "15m",
      severity: "warning",
      summary: "A volume is nearly full",
      description: "{{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }} is {{ $value | humanize }} % full.",
    },
  ];
}

function clusterAlerts({ thresholds }: MonitoringSpec): readonly Alert[] {
  const { certificateDays } = thresholds;
  return [
    {
      alert: "BerthNodeNotReady",
      // Pools differ in what they mean for users: the label comes from the node.
      expr: `kube_node_status_condition{condition="Ready",status="true"} * on (node) group_left (label_berth_dev_pool) kube_node_labels == 0`,
      for: "5m",
      severity: "critical",
      summary: "A node is not ready",
      description:
        "Node {{ $labels.node }} of pool {{ $labels.label_berth_dev_pool }} has not been ready for 5 minutes.",
    },
    {
      alert: "BerthCertificateExpires",
      expr: `(certmanager_certificate_expiration_timestamp_seconds - time()) / 86400 < ${certificateDays}`,
      for: "1h",
      severity: "critical",
      summary: "A certificate was not renewed",
      description:
        "Certificate {{ $labels.exported_namespace }}/{{ $labels.name }} ends in {{ $value | humanize }} days.",
    },
  ];
}

/** Each replica of cloudflared keeps four connections: https://developers.cloudflare.com/tunnel/ */
const tunnelAlerts: readonly Alert[] = [
  {
    alert: "BerthTunnelDown",
    expr: "(sum(cloudflared_tunnel_ha_connections) or vector(0)) == 0",
    for: "2m",
    severity: "critical",
    summary: "The tunnel is down",
    description: "No cloudflared has a connection to Cloudflare: nobody reaches the platform.",
  },
  {
    alert: "BerthTunnelDegraded",
    expr: "min by (pod) (cloudflared_tunnel_ha_connections) < 2",
    for: "10m",
    severity: "warning",
    summary: "A cloudflared has too few connections",
    description: "{{ $labels.pod }} has {{ $value }} of 4 connections to Cloudflare.",
  },
];
