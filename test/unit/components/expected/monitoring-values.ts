/** Values of the monitoring's chart with every default. */
export const expectedMonitoringValues = {
  fullnameOverride: "berth",
  cleanPrometheusOperatorObjectNames: true,
  crds: {
    enabled: true,
  },
  defaultRules: {
    create: true,
    appNamespacesTarget: "(w|ws|[^w].*|w[^s].*|ws[^-].*)",
    rules: {
      etcd: false,
      kubeControllerManager: false,
      kubeSchedulerAlerting: false,
      kubeSchedulerRecording: false,
      kubeApiserverAvailability: false,
      kubeApiserverBurnrate: false,
      kubeApiserverHistogram: false,
      kubeApiserverSlos: false,
      kubeProxy: false,
      windows: false,
    },
    disabled: {
      KubeAPIDown: true,
    },
  },
  kubeEtcd: {
    enabled: false,
  },
  kubeControllerManager: {
    enabled: false,
  },
  kubeScheduler: {
    enabled: false,
  },
  kubeProxy: {
    enabled: false,
  },
  kubeApiServer: {
    enabled: false,
  },
  prometheusOperator: {
    admissionWebhooks: {
      enabled: false,
    },
    tls: {
      enabled: false,
    },
    resources: {
      requests: {
        cpu: "50m",
        memory: "64Mi",
      },
      limits: {
        cpu: "200m",
        memory: "256Mi",
      },
    },
    prometheusConfigReloader: {
      resources: {
        requests: {
          cpu: "10m",
          memory: "32Mi",
        },
        limits: {
          cpu: "100m",
          memory: "64Mi",
        },
      },
    },
  },
  prometheus: {
    prometheusSpec: {
      retention: "15d",
      retentionSize: "16384MiB",
      scrapeInterval: "30s",
      evaluationInterval: "30s",
      storageSpec: {
        volumeClaimTemplate: {
          spec: {
            storageClassName: "berth-platform",
            accessModes: ["ReadWriteOnce"],
            resources: {
              requests: {
                storage: "20Gi",
              },
            },
          },
        },
      },
      persistentVolumeClaimRetentionPolicy: {
        whenDeleted: "Delete",
        whenScaled: "Retain",
      },
      resources: {
        requests: {
          cpu: "200m",
          memory: "1Gi",
        },
        limits: {
          cpu: "1",
          memory: "2Gi",
        },
      },
      podTargetLabels: ["berth.dev/component"],
      ruleSelectorNilUsesHelmValues: false,
      ruleNamespaceSelector: {
        matchExpressions: [
          {
            key: "app.kubernetes.io/managed-by",
            operator: "In",
            values: ["berth"],
          },
          {
            key: "berth.dev/component",
            operator: "Exists",
          },
          {
            key: "berth.dev/workspace",
            operator: "DoesNotExist",
          },
        ],
      },
      serviceMonitorSelectorNilUsesHelmValues: false,
      serviceMonitorNamespaceSelector: {
        matchExpressions: [
          {
            key: "app.kubernetes.io/managed-by",
            operator: "In",
            values: ["berth"],
          },
          {
            key: "berth.dev/component",
            operator: "Exists",
          },
          {
            key: "berth.dev/workspace",
            operator: "DoesNotExist",
          },
        ],
      },
      podMonitorSelectorNilUsesHelmValues: false,
      podMonitorNamespaceSelector: {
        matchExpressions: [
          {
            key: "app.kubernetes.io/managed-by",
            operator: "In",
            values: ["berth"],
          },
          {
            key: "berth.dev/component",
            operator: "Exists",
          },
          {
            key: "berth.dev/workspace",
            operator: "DoesNotExist",
          },
        ],
      },
      probeSelectorNilUsesHelmValues: false,
      probeNamespaceSelector: {
        matchExpressions: [
          {
            key: "app.kubernetes.io/managed-by",
            operator: "In",
            values: ["berth"],
          },
          {
            key: "berth.dev/component",
            operator: "Exists",
          },
          {
            key: "berth.dev/workspace",
            operator: "DoesNotExist",
          },
        ],
      },
      scrapeConfigSelectorNilUsesHelmValues: false,
      scrapeConfigNamespaceSelector: {
        matchExpressions: [
          {
            key: "app.kubernetes.io/managed-by",
            operator: "In",
            values: ["berth"],
          },
          {
            key: "berth.dev/component",
            operator: "Exists",
          },
          {
            key: "berth.dev/workspace",
            operator: "DoesNotExist",
          },
        ],
      },
    },
  },
  alertmanager: {
    serviceAccount: {
      name: "berth-alertmanager",
    },
    config: {
      global: {
        resolve_timeout: "5m",
      },
      route: {
        receiver: "nobody",
        group_by: ["alertname", "namespace"],
        group_wait: "30s",
        group_interval: "5m",
        repeat_interval: "12h",
        routes: [
          {
            receiver: "nobody",
            matchers: ['alertname =~ "Watchdog|InfoInhibitor"'],
          },
          {
            receiver: "nobody",
            matchers: ['severity = "info"'],
          },
        ],
      },
      inhibit_rules: [
        {
          source_matchers: ['severity = "critical"'],
          target_matchers: ['severity =~ "warning|info"'],
          equal: ["namespace", "alertname"],
        },
      ],
      receivers: [
        {
          name: "nobody",
        },
      ],
    },
    alertmanagerSpec: {
      storage: {
        volumeClaimTemplate: {
          spec: {
            storageClassName: "berth-platform",
            accessModes: ["ReadWriteOnce"],
            resources: {
              requests: {
                storage: "1Gi",
              },
            },
          },
        },
      },
      persistentVolumeClaimRetentionPolicy: {
        whenDeleted: "Delete",
        whenScaled: "Retain",
      },
      resources: {
        requests: {
          cpu: "10m",
          memory: "64Mi",
        },
        limits: {
          cpu: "100m",
          memory: "128Mi",
        },
      },
    },
  },
  grafana: {
    enabled: true,
    fullnameOverride: "berth-grafana",
    defaultDashboardsTimezone: "browser",
    rbac: {
      namespaced: true,
    },
    sidecar: {
      dashboards: {
        searchNamespace: "berth-monitoring",
        folderAnnotation: "grafana_folder",
        provider: {
          foldersFromFilesStructure: true,
        },
      },
      datasources: {
        searchNamespace: "berth-monitoring",
      },
      resources: {
        requests: {
          cpu: "10m",
          memory: "96Mi",
        },
        limits: {
          cpu: "100m",
          memory: "192Mi",
        },
      },
    },
    containerSecurityContext: {
      readOnlyRootFilesystem: true,
    },
    extraEmptyDirMounts: [
      {
        name: "tmp",
        mountPath: "/tmp",
      },
    ],
    initChownData: {
      enabled: false,
    },
    testFramework: {
      enabled: false,
    },
    resources: {
      requests: {
        cpu: "50m",
        memory: "192Mi",
      },
      limits: {
        cpu: "500m",
        memory: "512Mi",
      },
    },
    "grafana.ini": {
      analytics: {
        reporting_enabled: false,
        check_for_updates: false,
        check_for_plugin_updates: false,
      },
      users: {
        allow_sign_up: false,
      },
      "auth.anonymous": {
        enabled: false,
      },
    },
  },
  "kube-state-metrics": {
    fullnameOverride: "berth-kube-state-metrics",
    resources: {
      requests: {
        cpu: "10m",
        memory: "64Mi",
      },
      limits: {
        cpu: "200m",
        memory: "512Mi",
      },
    },
    collectors: [
      "daemonsets",
      "deployments",
      "jobs",
      "limitranges",
      "namespaces",
      "networkpolicies",
      "nodes",
      "persistentvolumeclaims",
      "persistentvolumes",
      "poddisruptionbudgets",
      "pods",
      "replicasets",
      "resourcequotas",
      "services",
      "statefulsets",
      "storageclasses",
      "volumeattachments",
    ],
    metricLabelsAllowlist: [
      "nodes=[berth.dev/pool,topology.kubernetes.io/zone,node.kubernetes.io/instance-type]",
      "namespaces=[berth.dev/workspace,berth.dev/blueprint]",
    ],
  },
  "prometheus-node-exporter": {
    fullnameOverride: "berth-node-exporter",
    namespaceOverride: "berth-monitoring-nodes",
    resources: {
      requests: {
        cpu: "10m",
        memory: "24Mi",
      },
      limits: {
        cpu: "200m",
        memory: "64Mi",
      },
    },
  },
};
