/** What the plan must say of the order in `plan.test.ts`; every line of it was looked at. */
export const desktop = {
  namespace: {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name: "ws-mfrggzdfmztwq2lk",
      labels: {
        "app.kubernetes.io/managed-by": "berth",
        "berth.dev/workspace": "ws-mfrggzdfmztwq2lk",
        "berth.dev/owner": "user_2abc",
        "berth.dev/blueprint": "desktop",
        "berth.dev/installation": "local",
        "pod-security.kubernetes.io/enforce": "restricted",
        "pod-security.kubernetes.io/enforce-version": "latest",
        "pod-security.kubernetes.io/audit": "restricted",
        "pod-security.kubernetes.io/warn": "restricted",
      },
      annotations: {
        "berth.dev/owner": "user_2abc",
        "berth.dev/name": "desktop",
      },
    },
  },
  serviceAccount: {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: {
      name: "workspace",
      namespace: "ws-mfrggzdfmztwq2lk",
      labels: {
        "app.kubernetes.io/managed-by": "berth",
        "berth.dev/workspace": "ws-mfrggzdfmztwq2lk",
        "berth.dev/owner": "user_2abc",
        "berth.dev/blueprint": "desktop",
        "berth.dev/installation": "local",
      },
    },
    automountServiceAccountToken: false,
  },
  resourceQuota: {
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: {
      name: "workspace",
      namespace: "ws-mfrggzdfmztwq2lk",
      labels: {
        "app.kubernetes.io/managed-by": "berth",
        "berth.dev/workspace": "ws-mfrggzdfmztwq2lk",
        "berth.dev/owner": "user_2abc",
        "berth.dev/blueprint": "desktop",
        "berth.dev/installation": "local",
      },
    },
    spec: {
      hard: {
        pods: "2",
        "requests.cpu": "4",
        "requests.memory": "8Gi",
        "limits.cpu": "8",
        "limits.memory": "16Gi",
      },
    },
  },
  limitRange: {
    apiVersion: "v1",
    kind: "LimitRange",
    metadata: {
      name: "workspace",
      namespace: "ws-mfrggzdfmztwq2lk",
      labels: {
        "app.kubernetes.io/managed-by": "berth",
        "berth.dev/workspace": "ws-mfrggzdfmztwq2lk",
        "berth.dev/owner": "user_2abc",
        "berth.dev/blueprint": "desktop",
        "berth.dev/installation": "local",
      },
    },
    spec: {
      limits: [
        {
          type: "Container",
          default: {
            cpu: "4",
            memory: "8Gi",
          },
          defaultRequest: {
            cpu: "2",
            memory: "4Gi",
          },
          max: {
            cpu: "4",
            memory: "8Gi",
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
      namespace: "ws-mfrggzdfmztwq2lk",
      labels: {
        "app.kubernetes.io/managed-by": "berth",
        "berth.dev/workspace": "ws-mfrggzdfmztwq2lk",
        "berth.dev/owner": "user_2abc",
        "berth.dev/blueprint": "desktop",
        "berth.dev/installation": "local",
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
      namespace: "ws-mfrggzdfmztwq2lk",
      labels: {
        "app.kubernetes.io/managed-by": "berth",
        "berth.dev/workspace": "ws-mfrggzdfmztwq2lk",
        "berth.dev/owner": "user_2abc",
        "berth.dev/blueprint": "desktop",
        "berth.dev/installation": "local",
      },
    },
    spec: {
      podSelector: {
        matchLabels: {
          "berth.dev/workspace": "ws-mfrggzdfmztwq2lk",
        },
      },
      policyTypes: ["Ingress"],
      ingress: [
        {
          from: [
            {
              namespaceSelector: {
                matchLabels: {
                  "kubernetes.io/metadata.name": "berth-system",
                },
              },
              podSelector: {
                matchLabels: {
                  "berth.dev/component": "router",
                },
              },
            },
          ],
          ports: [
            {
              protocol: "TCP",
              port: 10005,
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
      namespace: "ws-mfrggzdfmztwq2lk",
      labels: {
        "app.kubernetes.io/managed-by": "berth",
        "berth.dev/workspace": "ws-mfrggzdfmztwq2lk",
        "berth.dev/owner": "user_2abc",
        "berth.dev/blueprint": "desktop",
        "berth.dev/installation": "local",
      },
    },
    spec: {
      podSelector: {
        matchLabels: {
          "berth.dev/workspace": "ws-mfrggzdfmztwq2lk",
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
      namespace: "ws-mfrggzdfmztwq2lk",
      labels: {
        "app.kubernetes.io/managed-by": "berth",
        "berth.dev/workspace": "ws-mfrggzdfmztwq2lk",
        "berth.dev/owner": "user_2abc",
        "berth.dev/blueprint": "desktop",
        "berth.dev/installation": "local",
      },
      annotations: {
        "berth.dev/owner": "user_2abc",
        "berth.dev/name": "desktop",
      },
    },
    spec: {
      accessModes: ["ReadWriteOnce"],
      storageClassName: "berth-workspace",
      resources: {
        requests: {
          storage: "20Gi",
        },
      },
    },
  },
  identity: {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: "identity",
      namespace: "ws-mfrggzdfmztwq2lk",
      labels: {
        "app.kubernetes.io/managed-by": "berth",
        "berth.dev/workspace": "ws-mfrggzdfmztwq2lk",
        "berth.dev/owner": "user_2abc",
        "berth.dev/blueprint": "desktop",
        "berth.dev/installation": "local",
      },
    },
    type: "Opaque",
    data: {
      workspace: "d3MtbWZyZ2d6ZGZtenR3cTJsaw==",
      owner: "dXNlcl8yYWJj",
      name: "ZGVza3RvcA==",
      host: "dXNlcjEyMy53b3Jrc3BhY2UuZXhhbXBsZS5jb20=",
      url: "aHR0cHM6Ly91c2VyMTIzLndvcmtzcGFjZS5leGFtcGxlLmNvbQ==",
    },
  },
  settings: {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: "settings",
      namespace: "ws-mfrggzdfmztwq2lk",
      labels: {
        "app.kubernetes.io/managed-by": "berth",
        "berth.dev/workspace": "ws-mfrggzdfmztwq2lk",
        "berth.dev/owner": "user_2abc",
        "berth.dev/blueprint": "desktop",
        "berth.dev/installation": "local",
      },
    },
    data: {
      "workspace.json":
        '{"blueprint":{"name":"desktop","version":2},"home":"/home/user","ports":[{"name":"stream","port":10005},{"name":"agent","port":8686,"internal":true}]}',
    },
  },
  deployment: {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name: "workspace",
      namespace: "ws-mfrggzdfmztwq2lk",
      labels: {
        "app.kubernetes.io/managed-by": "berth",
        "berth.dev/workspace": "ws-mfrggzdfmztwq2lk",
        "berth.dev/owner": "user_2abc",
        "berth.dev/blueprint": "desktop",
        "berth.dev/installation": "local",
      },
    },
    spec: {
      selector: {
        matchLabels: {
          "berth.dev/workspace": "ws-mfrggzdfmztwq2lk",
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
            "berth.dev/workspace": "ws-mfrggzdfmztwq2lk",
            "berth.dev/owner": "user_2abc",
            "berth.dev/blueprint": "desktop",
            "berth.dev/installation": "local",
          },
          annotations: { "cluster-autoscaler.kubernetes.io/safe-to-evict": "false" },
        },
        spec: {
          serviceAccountName: "workspace",
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: 30,
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
              image: "berth/desktop:2",
              imagePullPolicy: "IfNotPresent",
              env: [
                {
                  name: "HOME",
                  value: "/home/user",
                },
                {
                  name: "SCREEN_RESOLUTION",
                  value: "1920x1080",
                },
              ],
              ports: [
                {
                  name: "stream",
                  containerPort: 10005,
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
                  cpu: "2",
                  memory: "4Gi",
                  "ephemeral-storage": "64Mi",
                },
                limits: {
                  cpu: "4",
                  memory: "8Gi",
                  "ephemeral-storage": "6Gi",
                },
              },
              securityContext: {
                allowPrivilegeEscalation: false,
                capabilities: {
                  drop: ["ALL"],
                },
                readOnlyRootFilesystem: false,
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
                sizeLimit: "2Gi",
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
      namespace: "ws-mfrggzdfmztwq2lk",
      labels: {
        "app.kubernetes.io/managed-by": "berth",
        "berth.dev/workspace": "ws-mfrggzdfmztwq2lk",
        "berth.dev/owner": "user_2abc",
        "berth.dev/blueprint": "desktop",
        "berth.dev/installation": "local",
      },
    },
    spec: {
      clusterIP: "None",
      publishNotReadyAddresses: true,
      selector: {
        "berth.dev/workspace": "ws-mfrggzdfmztwq2lk",
      },
      ports: [
        {
          name: "stream",
          port: 10005,
          targetPort: "stream",
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
  ingress: null,
};
