import type { RuleGroup } from "../../../../components/observability/manifests/alerts.ts";

/** All alerts with every default, and a tunnel as the way in. */
export const expectedAlerts: readonly RuleGroup[] = [
  {
    name: "berth-operations",
    rules: [
      {
        alert: "BerthCreateSlow",
        expr: 'sum(histogram_quantile(0.95, sum by (le, phase) (rate(berth_run_phase_seconds_bucket{kind="create",phase=~"queued|waiting|deploy|ready"}[15m])))) > 60',
        for: "10m",
        labels: {
          severity: "warning",
        },
        annotations: {
          summary: "New workspaces take too long",
          description:
            "5 of 100 new workspaces take more than 60 s until they are ready ({{ $value | humanizeDuration }}).",
          runbook_url: "docs/operations.md#berthcreateslow",
        },
      },
      {
        alert: "BerthOperationsFailing",
        expr: '100 * sum(rate(berth_runs_total{end=~"failed|retried"}[30m])) / sum(rate(berth_runs_total[30m])) > 5',
        for: "10m",
        labels: {
          severity: "critical",
        },
        annotations: {
          summary: "Operations fail",
          description: "{{ $value | humanize }} % of runs failed within half an hour; up to 5 % are taken as chance.",
          runbook_url: "docs/operations.md#berthoperationsfailing",
        },
      },
      {
        alert: "BerthNeedsAttention",
        expr: 'sum by (kind) (increase(berth_runs_total{end="failed"}[1h])) > 0',
        for: "0m",
        labels: {
          severity: "warning",
        },
        annotations: {
          summary: "A workspace needs attention",
          description:
            "An operation of kind {{ $labels.kind }} failed for good within the last hour: a workspace waits for repair.",
          runbook_url: "docs/operations.md#berthneedsattention",
        },
      },
      {
        alert: "BerthQueueSlow",
        expr: 'histogram_quantile(0.95, sum by (le) (rate(berth_run_phase_seconds_bucket{phase="queued"}[10m]))) > 30',
        for: "10m",
        labels: {
          severity: "warning",
        },
        annotations: {
          summary: "Operations wait too long to begin",
          description: "5 of 100 operations wait more than 30 s in the queue ({{ $value | humanizeDuration }}).",
          runbook_url: "docs/operations.md#berthqueueslow",
        },
      },
      {
        alert: "BerthEngineBusy",
        expr: "min_over_time(sum(berth_engine_waiting)[15m:1m]) > 0",
        for: "0m",
        labels: {
          severity: "warning",
        },
        annotations: {
          summary: "Runs always wait for the engine",
          description:
            "For a quarter of an hour there was always a run that waited for a place in the engine: it needs more.",
          runbook_url: "docs/operations.md#berthenginebusy",
        },
      },
      {
        alert: "BerthEngineDied",
        expr: "increase(berth_takeovers_total[15m]) > 0",
        for: "0m",
        labels: {
          severity: "warning",
        },
        annotations: {
          summary: "An engine died in the middle of its work",
          description: "Another engine took over {{ $value | humanize }} operations whose holder was gone.",
          runbook_url: "docs/operations.md#berthenginedied",
        },
      },
    ],
  },
  {
    name: "berth-programs",
    rules: [
      {
        alert: "BerthEngineDown",
        expr: 'absent(up{berth_dev_component="engine"} == 1)',
        for: "3m",
        labels: {
          severity: "critical",
        },
        annotations: {
          summary: "No engine answers",
          description:
            "For three minutes no pod of the engine gave its figures: nothing is created, resized or deleted.",
          runbook_url: "docs/operations.md#berthenginedown",
        },
      },
      {
        alert: "BerthApiDown",
        expr: 'absent(up{berth_dev_component="api"} == 1)',
        for: "3m",
        labels: {
          severity: "critical",
        },
        annotations: {
          summary: "No api answers",
          description:
            "For three minutes no pod of the api gave its figures: nobody can order, stop or start a workspace.",
          runbook_url: "docs/operations.md#berthapidown",
        },
      },
      {
        alert: "BerthRouterDown",
        expr: 'absent(up{berth_dev_component="router"} == 1)',
        for: "3m",
        labels: {
          severity: "critical",
        },
        annotations: {
          summary: "No router answers",
          description: "For three minutes no pod of the router gave its figures: nobody reaches a workspace.",
          runbook_url: "docs/operations.md#berthrouterdown",
        },
      },
      {
        alert: "BerthApiFailing",
        expr: '100 * sum(rate(berth_http_request_seconds_count{status=~"5.."}[5m])) / sum(rate(berth_http_request_seconds_count[5m])) > 1',
        for: "5m",
        labels: {
          severity: "critical",
        },
        annotations: {
          summary: "The API fails",
          description: "{{ $value | humanize }} % of requests ended in a 5xx; up to 1 % are taken as chance.",
          runbook_url: "docs/operations.md#berthapifailing",
        },
      },
      {
        alert: "BerthWorkspacesUnreachable",
        expr: '100 * sum(rate(berth_router_requests_total{outcome="failed"}[10m])) / sum(rate(berth_router_requests_total{outcome=~"forwarded|upgraded|failed"}[10m])) > 5',
        for: "10m",
        labels: {
          severity: "warning",
        },
        annotations: {
          summary: "Workspaces that run do not answer",
          description: "{{ $value | humanize }} % of what the router sent on reached no program of a workspace.",
          runbook_url: "docs/operations.md#berthworkspacesunreachable",
        },
      },
      {
        alert: "BerthEventLoopBlocked",
        expr: "max by (berth_dev_component, pod) (berth_nodejs_eventloop_lag_p99_seconds) > 0.5",
        for: "10m",
        labels: {
          severity: "warning",
        },
        annotations: {
          summary: "A program of the platform is too busy to answer",
          description:
            "{{ $labels.berth_dev_component }} {{ $labels.pod }} answers {{ $value | humanizeDuration }} late.",
          runbook_url: "docs/operations.md#bertheventloopblocked",
        },
      },
    ],
  },
  {
    name: "berth-workspaces",
    rules: [
      {
        alert: "BerthWorkspacePodsPending",
        expr: 'sum(kube_pod_status_phase{namespace=~"ws-.+",phase="Pending"}) > 0',
        for: "10m",
        labels: {
          severity: "critical",
        },
        annotations: {
          summary: "Workspaces find no node",
          description:
            "{{ $value }} pods of workspaces have waited: for 10 minutes there was always one. Is the pool at its maximum?",
          runbook_url: "docs/operations.md#berthworkspacepodspending",
        },
      },
      {
        alert: "BerthVolumeNearlyFull",
        expr: "100 * (1 - kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes) > 90",
        for: "15m",
        labels: {
          severity: "warning",
        },
        annotations: {
          summary: "A volume is nearly full",
          description: "{{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }} is {{ $value | humanize }} % full.",
          runbook_url: "docs/operations.md#berthvolumenearlyfull",
        },
      },
    ],
  },
  {
    name: "berth-cluster",
    rules: [
      {
        alert: "BerthNodeNotReady",
        expr: 'kube_node_status_condition{condition="Ready",status="true"} * on (node) group_left (label_berth_dev_pool) kube_node_labels == 0',
        for: "5m",
        labels: {
          severity: "critical",
        },
        annotations: {
          summary: "A node is not ready",
          description:
            "Node {{ $labels.node }} of pool {{ $labels.label_berth_dev_pool }} has not been ready for 5 minutes.",
          runbook_url: "docs/operations.md#berthnodenotready",
        },
      },
      {
        alert: "BerthCertificateExpires",
        expr: "(certmanager_certificate_expiration_timestamp_seconds - time()) / 86400 < 14",
        for: "1h",
        labels: {
          severity: "critical",
        },
        annotations: {
          summary: "A certificate was not renewed",
          description:
            "Certificate {{ $labels.exported_namespace }}/{{ $labels.name }} ends in {{ $value | humanize }} days.",
          runbook_url: "docs/operations.md#berthcertificateexpires",
        },
      },
    ],
  },
  {
    name: "berth-tunnel",
    rules: [
      {
        alert: "BerthTunnelDown",
        expr: "(sum(cloudflared_tunnel_ha_connections) or vector(0)) == 0",
        for: "2m",
        labels: {
          severity: "critical",
        },
        annotations: {
          summary: "The tunnel is down",
          description: "No cloudflared has a connection to Cloudflare: nobody reaches the platform.",
          runbook_url: "docs/operations.md#berthtunneldown",
        },
      },
      {
        alert: "BerthTunnelDegraded",
        expr: "min by (pod) (cloudflared_tunnel_ha_connections) < 2",
        for: "10m",
        labels: {
          severity: "warning",
        },
        annotations: {
          summary: "A cloudflared has too few connections",
          description: "{{ $labels.pod }} has {{ $value }} of 4 connections to Cloudflare.",
          runbook_url: "docs/operations.md#berthtunneldegraded",
        },
      },
    ],
  },
];
