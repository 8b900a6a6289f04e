import { labelKeys, managedBy } from "../../core/labels.ts";
import { formatMemory, parseMemory } from "../../core/quantities.ts";
import type { MonitoringSpec } from "../spec.ts";
import { alertmanagerConfig, type ReceiverFacts, receiverSecretName } from "./alertmanager.ts";

/** The chart; its values are checked against this version: https://github.com/prometheus-community/helm-charts */
export const prometheusChart = {
  chart: "kube-prometheus-stack",
  version: "88.5.3",
  repository: "https://prometheus-community.github.io/helm-charts",
} as const;

/** Names of what the chart makes. */
export const monitoringNames = {
  release: "monitoring",
  prometheus: "berth-prometheus",
  alertmanager: "berth-alertmanager",
  grafana: "berth-grafana",
  /** Secret with Grafana's administrator, when its password is given. */
  grafanaAdmin: "berth-grafana-admin",
} as const;

/** The namespace of node-exporter, which the others must not share. */
export function nodesNamespace({ namespace }: Pick<MonitoringSpec, "namespace">): string {
  return `${namespace}-nodes`;
}

/** What only the stack knows; texts may be outputs that come later. */
export interface MonitoringFacts<Text> extends ReceiverFacts<Text> {
  readonly storageClassName: Text;
  /** Whether Grafana's password is given; without one the chart makes one up and keeps it. */
  readonly grafanaPassword: boolean;
}

/**
 * Namespaces whose monitors and rules count: the platform's own. One of a workspace is never among them, or its user
 * could make Prometheus call any address, or fire alerts.
 */
const platformNamespaces = {
  matchExpressions: [
    { key: labelKeys.managedBy, operator: "In", values: [managedBy] },
    { key: labelKeys.component, operator: "Exists" },
    { key: labelKeys.workspace, operator: "DoesNotExist" },
  ],
};

/** Namespaces that the chart's own alerts on workloads look at: all but workspaces' (RE2 has no "not"). */
const notWorkspaces = "(w|ws|[^w].*|w[^s].*|ws[^-].*)";

/** Values of the chart: a small Prometheus that looks at what EKS lets it see. */
export function prometheusValues<Text>(spec: MonitoringSpec, facts: MonitoringFacts<Text>) {
  const disk = (size: string) => ({
    volumeClaimTemplate: {
      spec: {
        storageClassName: facts.storageClassName,
        accessModes: ["ReadWriteOnce"],
        resources: { requests: { storage: size } },
      },
    },
  });
  // What is torn down leaves no disk behind that costs money.
  const claims = { whenDeleted: "Delete", whenScaled: "Retain" };
  const secretName = receiverSecretName(spec);
  return {
    fullnameOverride: "berth",
    cleanPrometheusOperatorObjectNames: true,
    crds: { enabled: true },
    defaultRules: {
      create: true,
      appNamespacesTarget: notWorkspaces,
      rules: {
        // EKS runs these itself and shows none of their figures to the cluster's pods:
        // https://docs.aws.amazon.com/eks/latest/userguide/view-raw-metrics.html
        etcd: false,
        kubeControllerManager: false,
        kubeSchedulerAlerting: false,
        kubeSchedulerRecording: false,
        // Too many series for what they tell: AWS answers for the API server.
        kubeApiserverAvailability: false,
        kubeApiserverBurnrate: false,
        kubeApiserverHistogram: false,
        kubeApiserverSlos: false,
        // kube-proxy on EKS listens on the node's loopback only.
        kubeProxy: false,
        windows: false,
      },
      // It fires when nobody asks the API server for its figures, as here.
      disabled: { KubeAPIDown: true },
    },
    kubeEtcd: { enabled: false },
    kubeControllerManager: { enabled: false },
    kubeScheduler: { enabled: false },
    kubeProxy: { enabled: false },
    kubeApiServer: { enabled: false },
    prometheusOperator: {
      // The webhook only refuses malformed rules; ours are checked by tests, and a webhook that is down stops roll-outs.
      admissionWebhooks: { enabled: false },
      tls: { enabled: false },
      resources: sizes("50m", "200m", "64Mi", "256Mi"),
      prometheusConfigReloader: { resources: sizes("10m", "100m", "32Mi", "64Mi") },
    },
    prometheus: {
      prometheusSpec: {
        retention: `${spec.retentionDays}d`,
        // A fifth is left for the write-ahead log and compaction: https://prometheus.io/docs/prometheus/latest/storage/
        retentionSize: `${Math.floor((parseMemory(spec.storage) * 0.8) / 2 ** 20)}MiB`,
        scrapeInterval: `${spec.scrapeSeconds}s`,
        evaluationInterval: `${spec.scrapeSeconds}s`,
        storageSpec: disk(spec.storage),
        persistentVolumeClaimRetentionPolicy: claims,
        resources: {
          requests: { cpu: "200m", memory: formatMemory(parseMemory(spec.memory) / 2) },
          limits: { cpu: spec.cpu, memory: spec.memory },
        },
        // Of every monitor, whoever made it: the alerts tell the platform's programs apart by this label of their pods.
        podTargetLabels: [labelKeys.component],
        ruleSelectorNilUsesHelmValues: false,
        ruleNamespaceSelector: platformNamespaces,
        serviceMonitorSelectorNilUsesHelmValues: false,
        serviceMonitorNamespaceSelector: platformNamespaces,
        podMonitorSelectorNilUsesHelmValues: false,
        podMonitorNamespaceSelector: platformNamespaces,
        probeSelectorNilUsesHelmValues: false,
        probeNamespaceSelector: platformNamespaces,
        scrapeConfigSelectorNilUsesHelmValues: false,
        scrapeConfigNamespaceSelector: platformNamespaces,
      },
    },
    alertmanager: {
      serviceAccount: { name: monitoringNames.alertmanager },
      config: alertmanagerConfig(spec, facts),
      alertmanagerSpec: {
        storage: disk("1Gi"),
        persistentVolumeClaimRetentionPolicy: claims,
        resources: sizes("10m", "100m", "64Mi", "128Mi"),
        ...(secretName === null ? {} : { secrets: [secretName] }),
      },
    },
    grafana: grafanaValues(spec, facts.grafanaPassword),
    "kube-state-metrics": {
      fullnameOverride: "berth-kube-state-metrics",
      resources: sizes("10m", "200m", "64Mi", "512Mi"),
      // Not secrets and config maps: it would need to read every one of the cluster's.
      collectors: [
        ...["daemonsets", "deployments", "jobs", "limitranges", "namespaces", "networkpolicies", "nodes"],
        ...["persistentvolumeclaims", "persistentvolumes", "poddisruptionbudgets", "pods", "replicasets"],
        ...["resourcequotas", "services", "statefulsets", "storageclasses", "volumeattachments"],
      ],
      metricLabelsAllowlist: [
        "nodes=[berth.dev/pool,topology.kubernetes.io/zone,node.kubernetes.io/instance-type]",
        `namespaces=[${labelKeys.workspace},${labelKeys.blueprint}]`,
      ],
    },
    "prometheus-node-exporter": {
      fullnameOverride: "berth-node-exporter",
      // It looks at the node itself: its network, processes and disks, which no other pod of the stack may.
      namespaceOverride: nodesNamespace(spec),
      resources: sizes("10m", "200m", "24Mi", "64Mi"),
    },
  };
}

function grafanaValues({ grafana, namespace }: MonitoringSpec, password: boolean) {
  if (!grafana) return { enabled: false };
  return {
    enabled: true,
    fullnameOverride: monitoringNames.grafana,
    ...(password ? { admin: { existingSecret: monitoringNames.grafanaAdmin } } : {}),
    defaultDashboardsTimezone: "browser",
    // Dashboards are of its own namespace only: it needs no right to read config maps and secrets of others.
    rbac: { namespaced: true },
    sidecar: {
      dashboards: {
        searchNamespace: namespace,
        folderAnnotation: "grafana_folder",
        provider: { foldersFromFilesStructure: true },
      },
      datasources: { searchNamespace: namespace },
      resources: sizes("10m", "100m", "96Mi", "192Mi"),
    },
    containerSecurityContext: { readOnlyRootFilesystem: true },
    extraEmptyDirMounts: [{ name: "tmp", mountPath: "/tmp" }],
    // It has no disk, so nothing to take over as root.
    initChownData: { enabled: false },
    testFramework: { enabled: false },
    resources: sizes("50m", "500m", "192Mi", "512Mi"),
    "grafana.ini": {
      analytics: { reporting_enabled: false, check_for_updates: false, check_for_plugin_updates: false },
      users: { allow_sign_up: false },
      "auth.anonymous": { enabled: false },
    },
  };
}

function sizes(cpu: string, cpuLimit: string, memory: string, memoryLimit: string) {
  return { requests: { cpu, memory }, limits: { cpu: cpuLimit, memory: memoryLimit } };
}
