/** What the plan must say of the order in `plan.test.ts`; every line of it was looked at. */
export const home = {
  namespace: {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name: "ws-nbswy3dpeb3w64tm",
      labels: {
        "app.kubernetes.io/managed-by": "berth",
        "berth.dev/workspace": "ws-nbswy3dpeb3w64tm",
        "berth.dev/owner": "alice-example-com--76gzqgp4byjl",
        "berth.dev/blueprint": "home",
        "berth.dev/installation": "prod",
        "pod-security.kubernetes.io/enforce": "restricted",
        "pod-security.kubernetes.io/enforce-version": "latest",
        "pod-security.kubernetes.io/audit": "restricted",
        "pod-security.kubernetes.io/warn": "restricted",
      },
      annotations: {
        "berth.dev/owner": "alice@example.com",
        "berth.dev/name": "den",
      },
    },
  },
  serviceAccount: {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: {
      name: "workspace",
      namespace: "ws-nbswy3dpeb3w64tm",
      labels: {
        "app.kubernetes.io/managed-by": "berth",
        "berth.dev/workspace": "ws-nbswy3dpeb3w64tm",
        "berth.dev/owner": "alice-example-com--76gzqgp4byjl",
        "berth.dev/blueprint": "home",
        "berth.dev/installation": "prod",
      },
    },
    automountServiceAccountToken: false,
  },
  resourceQuota: {
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: {
      name: "workspace",
      namespace: "ws-nbswy3dpeb3w64tm",
      labels: {
        "app.kubernetes.io/managed-by": "berth",
        "berth.dev/workspace": "ws-nbswy3dpeb3w64tm",
        "berth.dev/owner": "alice-example-com--76gzqgp4byjl",
        "berth.dev/blueprint": "home",
        "berth.dev/installation": "prod",
      },
    },
    spec: {
      hard: {
        pods: "2",
        "requests.cpu": "100m",
        "requests.memory": "1Gi",
        "limits.cpu": "1",
        "limits.memory": "1Gi",
      },
    },
  },
  limitRange: {
    apiVersion: "v1",
    kind: "LimitRange",
    metadata: {
      name: "workspace",
      namespace: "ws-nbswy3dpeb3w64tm",
      labels: {
        "app.kubernetes.io/managed-by": "berth",
        "berth.dev/workspace": "ws-nbswy3dpeb3w64tm",
        "berth.dev/owner": "alice-example-com--76gzqgp4byjl",
        "berth.dev/blueprint": "home",
        "berth.dev/installation": "prod",
      },
    },
    spec: {
      limits: [
        {
          type: "Container",
          default: {
            cpu: "500m",
            memory: "512Mi",
          },
          defaultRequest: {
            cpu: "50m",
            memory: "512Mi",
          },
          max: {
            cpu: "500m",
            memory: "512Mi",
          },
        },
      ],
    },
  },
  denyAll: {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: {
      name: "default-deny",
      namespace: "ws-nbswy3dpeb3w64tm",
      labels: {
        "app.kubernetes.io/managed-by": "berth",
        "berth.dev/workspace": "ws-nbswy3dpeb3w64tm",
        "berth.dev/owner": "alice-example-com--76gzqgp4byjl",
        "berth.dev/blueprint": "home",
        "berth.dev/installation": "prod",
      },
    },
    spec: {
      podSelector: {},
      policyTypes: ["Ingress", "Egress"],
    },
  },
  fromRouter: {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: {
      name: "from-router",
      namespace: "ws-nbswy3dpeb3w64tm",
      labels: {
        "app.kubernetes.io/managed-by": "berth",
        "berth.dev/workspace": "ws-nbswy3dpeb3w64tm",
        "berth.dev/owner": "alice-example-com--76gzqgp4byjl",
        "berth.dev/blueprint": "home",
        "berth.dev/installation": "prod",
      },
    },
    spec: {
      podSelector: {
        matchLabels: {
          "berth.dev/workspace": "ws-nbswy3dpeb3w64tm",
        },
      },
      policyTypes: ["Ingress"],
      ingress: [
        {
          from: [
            {
              namespaceSelector: {
                matchLabels: {
                  "kubernetes.io/metadata.name": "traefik",
                },
              },
              podSelector: {
                matchLabels: {
                  "app.kubernetes.io/name": "traefik",
                },
              },
            },
          ],
          ports: [
            {
              protocol: "TCP",
              port: 3000,
            },
            {
              protocol: "TCP",
              port: 4000,
            },
            {
              protocol: "TCP",
              port: 8686,
            },
          ],
        },
      ],
    },
  },
  toInternet: {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: {
      name: "to-internet",
      namespace: "ws-nbswy3dpeb3w64tm",
      labels: {
        "app.kubernetes.io/managed-by": "berth",
        "berth.dev/workspace": "ws-nbswy3dpeb3w64tm",
        "berth.dev/owner": "alice-example-com--76gzqgp4byjl",
        "berth.dev/blueprint": "home",
        "berth.dev/installation": "prod",
      },
    },
    spec: {
      podSelector: {
        matchLabels: {
          "berth.dev/workspace": "ws-nbswy3dpeb3w64tm",
        },
      },
      policyTypes: ["Egress"],
      egress: [
        {
          to: [
            {
              namespaceSelector: {
                matchLabels: {
                  "kubernetes.io/metadata.name": "kube-system",
                },
              },
              podSelector: {
                matchLabels: {
                  "k8s-app": "kube-dns",
                },
              },
            },
          ],
          ports: [
            {
              protocol: "UDP",
              port: 53,
            },
            {
              protocol: "TCP",
              port: 53,
            },
          ],
        },
        {
          to: [
            {
              ipBlock: {
                cidr: "0.0.0.0/0",
                except: [
                  "0.0.0.0/8",
                  "10.0.0.0/8",
                  "100.64.0.0/10",
                  "127.0.0.0/8",
                  "169.254.0.0/16",
                  "172.16.0.0/12",
                  "192.0.0.0/24",
                  "192.0.2.0/24",
                  "192.88.99.0/24",
                  "192.168.0.0/16",
                  "198.18.0.0/15",
                  "198.51.100.0/24",
                  "203.0.113.0/24",
                  "224.0.0.0/4",
                  "240.0.0.0/4",
                  "168.63.129.16/32",
                  "44.1.2.0/24",
                ],
              },
            },
            {
              ipBlock: {
                cidr: "2000::/3",
                except: ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"],
              },
            },
          ],
        },
      ],
    },
  },
  home: {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: {
      name: "home",
      namespace: "ws-nbswy3dpeb3w64tm",
      labels: {
        "app.kubernetes.io/managed-by": "berth",
        "berth.dev/workspace": "ws-nbswy3dpeb3w64tm",
        "berth.dev/owner": "alice-example-com--76gzqgp4byjl",
        "berth.dev/blueprint": "home",
        "berth.dev/installation": "prod",
      },
      annotations: {
        "berth.dev/owner": "alice@example.com",
        "berth.dev/name": "den",
      },
    },
    spec: {
      accessModes: ["ReadWriteOnce"],
      storageClassName: "berth-workspace",
      resources: {
        requests: {
          storage: "5Gi",
        },
      },
      volumeName: "pvc-0b5e",
    },
  },
  identity: {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: "identity",
      namespace: "ws-nbswy3dpeb3w64tm",
      labels: {
        "app.kubernetes.io/managed-by": "berth",
        "berth.dev/workspace": "ws-nbswy3dpeb3w64tm",
        "berth.dev/owner": "alice-example-com--76gzqgp4byjl",
        "berth.dev/blueprint": "home",
        "berth.dev/installation": "prod",
      },
    },
    type: "Opaque",
    data: {
      token: "bm90LWZvci1vdGhlcnM=",
      workspace: "d3MtbmJzd3kzZHBlYjN3NjR0bQ==",
      owner: "YWxpY2VAZXhhbXBsZS5jb20=",
      name: "ZGVu",
      host: "YWxpY2UuZXhhbXBsZS5jb20=",
      url: "aHR0cHM6Ly9hbGljZS5leGFtcGxlLmNvbQ==",
    },
  },
  settings: {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: "settings",
      namespace: "ws-nbswy3dpeb3w64tm",
      labels: {
        "app.kubernetes.io/managed-by": "berth",
        "berth.dev/workspace": "ws-nbswy3dpeb3w64tm",
        "berth.dev/owner": "alice-example-com--76gzqgp4byjl",
        "berth.dev/blueprint": "home",
        "berth.dev/installation": "prod",
      },
    },
    data: {
      "workspace.json":
        '{"blueprint":{"name":"home","version":2},"home":"/home/user","ports":[{"name":"shell","port":3000},{"name":"gateway","port":4000},{"name":"agent","port":8686,"internal":true}]}',
    },
  },
  deployment: {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name: "workspace",
      namespace: "ws-nbswy3dpeb3w64tm",
      labels: {
        "app.kubernetes.io/managed-by": "berth",
        "berth.dev/workspace": "ws-nbswy3dpeb3w64tm",
        "berth.dev/owner": "alice-example-com--76gzqgp4byjl",
        "berth.dev/blueprint": "home",
        "berth.dev/installation": "prod",
      },
    },
    spec: {
      selector: {
        matchLabels: {
          "berth.dev/workspace": "ws-nbswy3dpeb3w64tm",
        },
      },
      strategy: {
        type: "Recreate",
      },
      revisionHistoryLimit: 1,
      progressDeadlineSeconds: 600,
      template: {
        metadata: {
          labels: {
            "app.kubernetes.io/managed-by": "berth",
            "berth.dev/workspace": "ws-nbswy3dpeb3w64tm",
            "berth.dev/owner": "alice-example-com--76gzqgp4byjl",
            "berth.dev/blueprint": "home",
            "berth.dev/installation": "prod",
          },
          annotations: { "cluster-autoscaler.kubernetes.io/safe-to-evict": "false" },
        },
        spec: {
          serviceAccountName: "workspace",
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: 30,
          priorityClassName: "berth-workspace",
          runtimeClassName: "gvisor",
          hostUsers: false,
          nodeSelector: {
            "berth.dev/pool": "workspaces",
          },
          tolerations: [
            {
              key: "berth.dev/workspaces",
              operator: "Exists",
              effect: "NoSchedule",
            },
          ],
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 1000,
            runAsGroup: 1000,
            fsGroup: 1000,
            fsGroupChangePolicy: "OnRootMismatch",
            seccompProfile: {
              type: "RuntimeDefault",
            },
          },
          containers: [
            {
              name: "workspace",
              image: "registry.example.com/home@sha256:0123",
              imagePullPolicy: "IfNotPresent",
              env: [
                {
                  name: "HOME",
                  value: "/home/user",
                },
                {
                  name: "SHELL_PORT",
                  value: "3000",
                },
                {
                  name: "GATEWAY_PORT",
                  value: "4000",
                },
              ],
              ports: [
                {
                  name: "shell",
                  containerPort: 3000,
                  protocol: "TCP",
                },
                {
                  name: "gateway",
                  containerPort: 4000,
                  protocol: "TCP",
                },
                {
                  name: "agent",
                  containerPort: 8686,
                  protocol: "TCP",
                },
              ],
              resources: {
                requests: {
                  cpu: "50m",
                  memory: "512Mi",
                  "ephemeral-storage": "64Mi",
                },
                limits: {
                  cpu: "500m",
                  memory: "512Mi",
                  "ephemeral-storage": "512Mi",
                },
              },
              securityContext: {
                allowPrivilegeEscalation: false,
                capabilities: {
                  drop: ["ALL"],
                },
                readOnlyRootFilesystem: true,
              },
              readinessProbe: {
                httpGet: {
                  path: "/ready?wait",
                  port: "agent",
                },
                periodSeconds: 1,
                timeoutSeconds: 12,
                failureThreshold: 15,
              },
              livenessProbe: {
                tcpSocket: {
                  port: "agent",
                },
                periodSeconds: 20,
                timeoutSeconds: 5,
                failureThreshold: 6,
              },
              volumeMounts: [
                {
                  name: "home",
                  mountPath: "/home/user",
                },
                {
                  name: "identity",
                  mountPath: "/run/berth/identity",
                  readOnly: true,
                },
                {
                  name: "settings",
                  mountPath: "/run/berth/settings",
                  readOnly: true,
                },
                {
                  name: "scratch-0",
                  mountPath: "/tmp",
                },
              ],
            },
          ],
          volumes: [
            {
              name: "home",
              persistentVolumeClaim: {
                claimName: "home",
              },
            },
            {
              name: "identity",
              secret: {
                secretName: "identity",
                defaultMode: 288,
              },
            },
            {
              name: "settings",
              configMap: {
                name: "settings",
              },
            },
            {
              name: "scratch-0",
              emptyDir: {
                sizeLimit: "256Mi",
              },
            },
          ],
        },
      },
    },
  },
  service: {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name: "workspace",
      namespace: "ws-nbswy3dpeb3w64tm",
      labels: {
        "app.kubernetes.io/managed-by": "berth",
        "berth.dev/workspace": "ws-nbswy3dpeb3w64tm",
        "berth.dev/owner": "alice-example-com--76gzqgp4byjl",
        "berth.dev/blueprint": "home",
        "berth.dev/installation": "prod",
      },
    },
    spec: {
      clusterIP: "None",
      publishNotReadyAddresses: true,
      selector: {
        "berth.dev/workspace": "ws-nbswy3dpeb3w64tm",
      },
      ports: [
        {
          name: "shell",
          port: 3000,
          targetPort: "shell",
          protocol: "TCP",
        },
        {
          name: "gateway",
          port: 4000,
          targetPort: "gateway",
          protocol: "TCP",
        },
        {
          name: "agent",
          port: 8686,
          targetPort: "agent",
          protocol: "TCP",
        },
      ],
    },
  },
  ingress: {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: {
      name: "workspace",
      namespace: "ws-nbswy3dpeb3w64tm",
      labels: {
        "app.kubernetes.io/managed-by": "berth",
        "berth.dev/workspace": "ws-nbswy3dpeb3w64tm",
        "berth.dev/owner": "alice-example-com--76gzqgp4byjl",
        "berth.dev/blueprint": "home",
        "berth.dev/installation": "prod",
      },
      annotations: {
        a: "b",
      },
    },
    spec: {
      ingressClassName: "traefik",
      tls: [
        {
          hosts: ["alice.example.com"],
        },
      ],
      rules: [
        {
          host: "alice.example.com",
          http: {
            paths: [
              {
                path: "/",
                pathType: "Prefix",
                backend: {
                  service: {
                    name: "workspace",
                    port: {
                      name: "shell",
                    },
                  },
                },
              },
            ],
          },
        },
      ],
    },
  },
};
