import type { DashboardSpec, Panel, Query } from "./dashboard.ts";

/** Namespaces of workspaces begin so: `newId` of components/core/names.ts. */
const workspaces = 'namespace=~"ws-.+"';

const awake = `count(kube_deployment_spec_replicas{${workspaces}} > 0) or vector(0)`;
const ready = `sum(kube_deployment_status_replicas_ready{${workspaces}}) or vector(0)`;
const asleep = `count(kube_deployment_spec_replicas{${workspaces}} == 0) or vector(0)`;
const failed = 'sum(increase(berth_runs_total{end="failed"}[24h])) or vector(0)';

/** What the platform does for its users, how fast, how well, and what of it costs money. */
export const berthDashboard: DashboardSpec = {
  uid: "berth",
  title: "Berth",
  tags: ["berth"],
  rows: [
    {
      title: "Workspaces",
      panels: [
        number("Awake", "Workspaces that should run", [{ expr: awake, legend: "" }]),
        number("Ready", "Workspaces that answer", [{ expr: ready, legend: "" }]),
        number("Asleep", "Workspaces that are stopped: they cost their disk only", [{ expr: asleep, legend: "" }]),
        number("Failed today", "Operations that failed for good in 24 hours", [{ expr: failed, legend: "" }], 1),
        number("Waiting for the engine", "Runs without a place in the engine", [
          { expr: "sum(berth_engine_waiting) or vector(0)", legend: "" },
        ]),
        number("Open log streams", "Streams of the API that are open", [
          { expr: "sum(berth_http_streams) or vector(0)", legend: "" },
        ]),
        lines("Workspaces by phase", "short", "What workspaces' pods and deployments say", [
          { expr: ready, legend: "ready" },
          { expr: `sum(kube_pod_status_phase{${workspaces},phase="Pending"}) or vector(0)`, legend: "pending" },
          { expr: `sum(kube_pod_status_phase{${workspaces},phase="Failed"}) or vector(0)`, legend: "failed" },
          { expr: asleep, legend: "asleep" },
        ]),
        lines("Time to ready", "s", "Of new workspaces, by part and percentile; the parts follow each other", [
          quantile(0.5, 'kind="create",phase="queued"', "queued p50"),
          quantile(0.5, 'kind="create",phase="deploy"', "deploy p50"),
          quantile(0.5, 'kind="create",phase="ready"', "ready p50"),
          quantile(0.95, 'kind="create",phase="queued"', "queued p95"),
          quantile(0.95, 'kind="create",phase="deploy"', "deploy p95"),
          quantile(0.95, 'kind="create",phase="ready"', "ready p95"),
        ]),
        lines("Time to wake", "s", "Of workspaces that are started again", [
          quantile(0.5, 'kind="start",phase="ready"', "p50"),
          quantile(0.95, 'kind="start",phase="ready"', "p95"),
        ]),
      ],
    },
    {
      title: "Operations",
      panels: [
        lines("Runs by kind", "ops", "Runs a second", [
          { expr: "sum by (kind) (rate(berth_runs_total[5m]))", legend: "{{kind}}" },
        ]),
        lines("Runs by end", "ops", "Runs a second: retried ones come back, failed ones need attention", [
          { expr: "sum by (end) (rate(berth_runs_total[5m]))", legend: "{{end}}" },
        ]),
        lines("Engine", "short", "Operations of the engine now", [
          { expr: "sum(berth_engine_running)", legend: "running" },
          { expr: "sum(berth_engine_waiting)", legend: "waiting" },
          { expr: "sum(berth_engine_idle_workers)", legend: "idle workers" },
          { expr: "sum(berth_runs)", legend: "workspaces worked on" },
        ]),
        lines("Deploy by part", "s", "95th percentile of the engine's parts", [
          {
            expr: 'histogram_quantile(0.95, sum by (le, phase) (rate(berth_run_phase_seconds_bucket{phase=~"(deploy|destroy)[.].+"}[5m])))',
            legend: "{{phase}}",
          },
        ]),
        lines("Taken over", "short", "Operations whose engine died, within 15 minutes", [
          { expr: "sum(increase(berth_takeovers_total[15m]))", legend: "taken over" },
        ]),
        lines("Sign-up webhooks", "ops", "By what became of them", [
          { expr: "sum by (result) (rate(berth_signup_webhooks_total[5m]))", legend: "{{result}}" },
        ]),
      ],
    },
    {
      title: "API",
      panels: [
        lines("Requests", "reqps", "By status", [
          { expr: "sum by (status) (rate(berth_http_request_seconds_count[5m]))", legend: "{{status}}" },
        ]),
        lines("Latency", "s", "95th percentile by route; held requests (?wait=) count in full", [
          {
            expr: "histogram_quantile(0.95, sum by (le, route) (rate(berth_http_request_seconds_bucket[5m])))",
            legend: "{{route}}",
          },
        ]),
        lines("Event loop", "s", "How late programs answer, 99th percentile", [
          {
            expr: "max by (berth_dev_component) (berth_nodejs_eventloop_lag_p99_seconds)",
            legend: "{{berth_dev_component}}",
          },
        ]),
        lines("Memory", "bytes", "Of the platform's programs", [
          {
            expr: "sum by (berth_dev_component) (berth_process_resident_memory_bytes)",
            legend: "{{berth_dev_component}}",
          },
        ]),
        lines("CPU", "short", "Processors used by the platform's programs", [
          {
            expr: "sum by (berth_dev_component) (rate(berth_process_cpu_seconds_total[5m]))",
            legend: "{{berth_dev_component}}",
          },
        ]),
      ],
    },
    {
      title: "Router",
      panels: [
        lines("Requests", "reqps", "By what became of them", [
          { expr: "sum by (outcome) (rate(berth_router_requests_total[5m]))", legend: "{{outcome}}" },
        ]),
        lines("Refused", "reqps", "By why: attacks, wrong names, origins that are not the product's", [
          { expr: "sum by (reason) (rate(berth_router_refusals_total[5m]))", legend: "{{reason}}" },
        ]),
        lines("Time added", "s", "From a request's head to its way on, of a sample", [
          { expr: addedTime(0.5), legend: "p50" },
          { expr: addedTime(0.95), legend: "p95" },
        ]),
        lines("Open", "short", "WebSockets, and connections of browsers or their edge", [
          { expr: "sum(berth_router_streams)", legend: "WebSockets" },
          { expr: "sum(berth_router_connections)", legend: "connections" },
        ]),
        lines("Bytes", "bytes", "From browsers and to them, a second", [
          { expr: "sum by (direction) (rate(berth_router_bytes_total[5m]))", legend: "{{direction}}" },
        ]),
      ],
    },
    {
      title: "What costs money",
      panels: [
        lines("Nodes", "short", "By pool and instance type", [
          {
            expr: "count by (label_berth_dev_pool, label_node_kubernetes_io_instance_type) (kube_node_labels)",
            legend: "{{label_berth_dev_pool}} {{label_node_kubernetes_io_instance_type}}",
          },
        ]),
        lines("CPU asked for", "percent", "Of what the nodes have, by pool: low means nodes for nothing", [
          { expr: askedFor("cpu"), legend: "{{label_berth_dev_pool}}" },
        ]),
        lines("Memory asked for", "percent", "Of what the nodes have, by pool: low means nodes for nothing", [
          { expr: askedFor("memory"), legend: "{{label_berth_dev_pool}}" },
        ]),
        lines("Disk of workspaces", "bytes", "Size of their volumes, asleep or not", [
          {
            expr: `sum(kube_persistentvolumeclaim_resource_requests_storage_bytes{${workspaces}})`,
            legend: "size",
          },
          { expr: `sum(kubelet_volume_stats_used_bytes{${workspaces}})`, legend: "used, of those awake" },
        ]),
        lines(
          "Volumes without a claim",
          "bytes",
          "Kept of workspaces that are gone: they cost until they are deleted",
          [
            {
              expr: 'sum(kube_persistentvolume_capacity_bytes and on (persistentvolume) (kube_persistentvolume_status_phase{phase="Released"} == 1)) or vector(0)',
              legend: "released",
            },
          ],
        ),
        lines("Traffic of workspaces", "bytes", "Out, a second", [
          { expr: `sum(rate(container_network_transmit_bytes_total{${workspaces}}[5m]))`, legend: "out" },
        ]),
      ],
    },
  ],
};

function lines(title: string, unit: Panel["unit"], description: string, queries: readonly Query[]): Panel {
  return { type: "timeseries", title, unit, description, queries };
}

function number(title: string, description: string, queries: readonly Query[], warnFrom?: number): Panel {
  const panel = { type: "stat", title, unit: "short", description, queries } as const;
  return warnFrom === undefined ? panel : { ...panel, warnFrom };
}

function quantile(part: number, selector: string, legend: string): Query {
  return {
    expr: `histogram_quantile(${part}, sum by (le) (rate(berth_run_phase_seconds_bucket{${selector}}[5m])))`,
    legend,
  };
}

function addedTime(part: number): string {
  return `histogram_quantile(${part}, sum by (le) (rate(berth_router_added_seconds_bucket[5m])))`;
}

function askedFor(resource: "cpu" | "memory"): string {
  const byPool = (figure: string) =>
    `sum by (label_berth_dev_pool) (${figure} * on (node) group_left (label_berth_dev_pool) kube_node_labels)`;
  const asked = `sum by (node) (kube_pod_container_resource_requests{resource="${resource}",node!=""})`;
  return `100 * ${byPool(asked)} / ${byPool(`kube_node_status_allocatable{resource="${resource}"}`)}`;
}
