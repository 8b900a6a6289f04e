import { realNodeName } from "../platform/credentials.ts";
import { dnsAddress, link } from "./network.ts";
import { ownImages } from "./settings.ts";

/** An object of the cluster and the collection that it belongs to. */
interface ClusterObject {
  readonly collection: string;
  readonly object: Fields & { readonly metadata: Fields & { readonly name: string } };
}

type Fields = Readonly<Record<string, unknown>>;

const rbac = "/apis/rbac.authorization.k8s.io/v1";
const system = "kube-system";
const name = "coredns";
/** What Kubernetes' own DNS is known by, to network policies too. */
const labels = { "k8s-app": "kube-dns" };

const reading = (group: string, ...resources: string[]) => ({
  apiGroups: [group],
  resources,
  verbs: ["get", "list", "watch"],
});

/** What the programs of a node may do, beside what Kubernetes gives kubelet and kube-proxy by itself. */
const rights: readonly ClusterObject[] = [
  ...roleOf("berth-network-policies", { kind: "User", name: "berth:network-policies" }, [
    reading("", "nodes", "pods", "namespaces"),
    reading("networking.k8s.io", "networkpolicies"),
  ]),
  ...roleOf("berth-local-volumes", { kind: "User", name: "berth:local-volumes" }, [
    reading("", "nodes", "persistentvolumeclaims"),
    reading("storage.k8s.io", "storageclasses"),
    {
      apiGroups: [""],
      resources: ["persistentvolumes"],
      verbs: ["get", "list", "watch", "create", "update", "patch", "delete"],
    },
    { apiGroups: [""], resources: ["persistentvolumeclaims"], verbs: ["update", "patch"] },
    { apiGroups: [""], resources: ["events"], verbs: ["create", "update", "patch"] },
  ]),
];

/** The cluster's DNS: one CoreDNS, of whose names pods and the router outside ask. */
const dns: readonly ClusterObject[] = [
  {
    collection: `/api/v1/namespaces/${system}/serviceaccounts`,
    object: { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace: system } },
  },
  ...roleOf("berth-coredns", { kind: "ServiceAccount", name, namespace: system }, [
    reading("", "services", "pods", "namespaces"),
    reading("discovery.k8s.io", "endpointslices"),
  ]),
  {
    collection: `/api/v1/namespaces/${system}/configmaps`,
    object: {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, namespace: system },
      data: { Corefile: corefile() },
    },
  },
  {
    collection: `/apis/apps/v1/namespaces/${system}/deployments`,
    object: {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name, namespace: system, labels },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            serviceAccountName: name,
            priorityClassName: "system-cluster-critical",
            // The machine's own resolver, not the cluster's, which is this pod.
            dnsPolicy: "Default",
            securityContext: {
              runAsNonRoot: true,
              runAsUser: 65534,
              seccompProfile: { type: "RuntimeDefault" },
              // Policies let pods ask at port 53, which they know this one by.
              sysctls: [{ name: "net.ipv4.ip_unprivileged_port_start", value: "53" }],
            },
            containers: [
              {
                name,
                image: ownImages.coredns,
                imagePullPolicy: "Never",
                args: ["-conf", "/etc/coredns/Corefile"],
                ports: [
                  { name: "dns", containerPort: 53, protocol: "UDP" },
                  { name: "dns-tcp", containerPort: 53, protocol: "TCP" },
                ],
                resources: { requests: { cpu: "20m", memory: "32Mi" }, limits: { memory: "128Mi" } },
                securityContext: {
                  allowPrivilegeEscalation: false,
                  readOnlyRootFilesystem: true,
                  capabilities: { drop: ["ALL"] },
                },
                readinessProbe: { httpGet: { path: "/ready", port: 8181 }, periodSeconds: 1 },
                volumeMounts: [{ name: "settings", mountPath: "/etc/coredns", readOnly: true }],
              },
            ],
            volumes: [{ name: "settings", configMap: { name } }],
          },
        },
      },
    },
  },
  {
    collection: `/api/v1/namespaces/${system}/services`,
    object: {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "kube-dns", namespace: system, labels },
      spec: {
        clusterIP: dnsAddress,
        selector: labels,
        ports: [
          { name: "dns", port: 53, protocol: "UDP" },
          { name: "dns-tcp", port: 53, protocol: "TCP" },
        ],
      },
    },
  },
];

/**
 * The node, as its kubelet will find it: policies are enforced by its name and address before the kubelet starts the first
 * pod.
 */
export const nodeObject: ClusterObject = {
  collection: "/api/v1/nodes",
  object: {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: realNodeName, labels: { "kubernetes.io/hostname": realNodeName } },
    status: { addresses: [{ type: "InternalIP", address: link.node }] },
  },
};

/** All of it, in an order in which it can be made. */
export const nodeObjects: readonly ClusterObject[] = [...rights, ...dns];

function corefile(): string {
  return `.:53 {
  errors
  health
  ready
  cache 5
  kubernetes cluster.local in-addr.arpa {
    ttl 1
  }
  forward . /etc/resolv.conf
}
`;
}

function roleOf(
  role: string,
  subject: { readonly kind: "User" | "ServiceAccount"; readonly name: string; readonly namespace?: string },
  rules: readonly object[],
): readonly ClusterObject[] {
  const group = subject.kind === "User" ? { apiGroup: "rbac.authorization.k8s.io" } : {};
  return [
    {
      collection: `${rbac}/clusterroles`,
      object: {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRole",
        metadata: { name: role },
        rules,
      },
    },
    {
      collection: `${rbac}/clusterrolebindings`,
      object: {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRoleBinding",
        metadata: { name: role },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role },
        subjects: [{ ...subject, ...group }],
      },
    },
  ];
}
