/** The programs of a local platform, in the order in which they start; they stop in reverse. */
export const components = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok"] as const;

export type Component = (typeof components)[number];

/** The programs that a platform runs: a real node plays its own kubelet. */
export function componentsWith(node: NodeKind): readonly Component[] {
  return node === "simulated" ? components : components.filter((name) => name !== "kwok");
}

/** What workspaces run on: nodes that kwok plays, or one that is real (`toolchain/real-node`). */
export type NodeKind = "simulated" | "real";

/** Where the API server listens, by what must reach it: the loopback, or the host's end of the link to a real node. */
export const apiServerAddress: Readonly<Record<NodeKind, string>> = { simulated: "127.0.0.1", real: "10.89.0.1" };

/** The range of the cluster's service addresses. */
export const serviceRange = "10.96.0.0/16";

/** The files of a platform, all in its state folder. The programs run in that folder, so these are relative names. */
export const files = {
  /** etcd's socket: only who may enter the folder can reach it. etcd insists on a host with a port in its URLs. */
  etcdSocket: "etcd.sock:1",
  etcdPeerSocket: "etcd-peer.sock:1",
  etcdData: "etcd",
  certificates: "certificates",
  /** The API server's own certificate and, after it, the authority that signed it. */
  servingCertificate: "certificates/apiserver.crt",
  authority: "certificates/ca.crt",
  serviceAccountKey: "certificates/service-accounts.key",
  /** What the API server shows to the kubelet of a real node, which trusts just this one. */
  kubeletClientCertificate: "certificates/kubelet-client.crt",
  kubeletClientKey: "certificates/kubelet-client.key",
  tokens: "certificates/tokens.csv",
  schedulerConfig: "scheduler.json",
  kwokConfig: "kwok.yaml",
  logs: "logs",
  record: "platform.json",
  kubeconfig: "kubeconfig",
} as const;

/** The kubeconfig of one of the programs. */
export function componentKubeconfig(component: Component): string {
  return `certificates/${component}.kubeconfig`;
}

/** What the arguments of the programs depend on. */
export interface Arguments {
  readonly node: NodeKind;
  readonly port: number;
  /** etcd does not wait for the disk: quick, and lost at a power cut. */
  readonly throwaway: boolean;
}

/**
 * The command line of each program.
 *
 * The client rates of the controllers are far above their defaults, which would spread fifty workspaces over a minute.
 */
export function commandLine(component: Component, { node, port, throwaway }: Arguments): string[] {
  switch (component) {
    case "etcd":
      return [
        "--name=berth",
        `--data-dir=${files.etcdData}`,
        `--listen-client-urls=unix://${files.etcdSocket}`,
        `--advertise-client-urls=unix://${files.etcdSocket}`,
        `--listen-peer-urls=unix://${files.etcdPeerSocket}`,
        `--initial-advertise-peer-urls=unix://${files.etcdPeerSocket}`,
        `--initial-cluster=berth=unix://${files.etcdPeerSocket}`,
        "--log-level=warn",
        ...(throwaway ? ["--unsafe-no-fsync"] : []),
      ];
    case "kube-apiserver":
      return [
        `--etcd-servers=unix://${files.etcdSocket}`,
        `--bind-address=${apiServerAddress[node]}`,
        `--advertise-address=${apiServerAddress[node]}`,
        `--secure-port=${port}`,
        // An authority and a certificate for 127.0.0.1 and localhost are generated there when missing.
        `--cert-dir=${files.certificates}`,
        `--token-auth-file=${files.tokens}`,
        "--anonymous-auth=false",
        "--service-account-issuer=https://kubernetes.default.svc",
        `--service-account-key-file=${files.serviceAccountKey}`,
        `--service-account-signing-key-file=${files.serviceAccountKey}`,
        `--service-cluster-ip-range=${serviceRange}`,
        "--allow-privileged=true",
        // Nodes are ready at once here: without the taint their pods need not wait for a controller's round.
        "--disable-admission-plugins=TaintNodesByCondition",
        ...(node === "real" ? forKubelet : forSimulatedNodes),
        // Ready then means that the first list and watch need not wait either.
        "--feature-gates=WatchCacheInitializationPostStartHook=true",
        "--profiling=false",
        "--v=1",
      ];
    case "kube-controller-manager":
      return [
        `--kubeconfig=${componentKubeconfig(component)}`,
        "--leader-elect=false",
        "--secure-port=0",
        "--use-service-account-credentials",
        `--service-account-private-key-file=${files.serviceAccountKey}`,
        `--root-ca-file=${files.authority}`,
        ...(node === "simulated" ? ["--enable-hostpath-provisioner"] : []),
        "--allocate-node-cidrs=false",
        "--configure-cloud-routes=false",
        "--kube-api-qps=500",
        "--kube-api-burst=1000",
        "--concurrent-namespace-syncs=20",
        "--concurrent-deployment-syncs=10",
        "--concurrent-replicaset-syncs=10",
        "--concurrent-serviceaccount-token-syncs=10",
        "--profiling=false",
        "--v=1",
      ];
    case "kube-scheduler":
      return [`--config=${files.schedulerConfig}`, "--secure-port=0", "--v=1"];
    case "kwok":
      return [
        `--kubeconfig=${componentKubeconfig(component)}`,
        `--config=${files.kwokConfig}`,
        "--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake",
        "--node-lease-duration-seconds=40",
        "--cidr=10.64.0.0/16",
        "--v=WARN",
      ];
  }
}

const forSimulatedNodes = [
  "--authorization-mode=RBAC",
  // The address is the loopback, which the API refuses as the endpoint of a service.
  "--endpoint-reconciler-type=none",
];

/** A kubelet may read and write what is its own node's, and answers the API server alone. */
const forKubelet = [
  "--authorization-mode=Node,RBAC",
  "--enable-admission-plugins=NodeRestriction",
  `--kubelet-client-certificate=${files.kubeletClientCertificate}`,
  `--kubelet-client-key=${files.kubeletClientKey}`,
  "--kubelet-preferred-address-types=InternalIP",
];

/** The scheduler's configuration: everything by default, but for the client's rate. */
export function schedulerConfig(): string {
  return JSON.stringify({
    apiVersion: "kubescheduler.config.k8s.io/v1",
    kind: "KubeSchedulerConfiguration",
    leaderElection: { leaderElect: false },
    clientConnection: { kubeconfig: componentKubeconfig("kube-scheduler"), qps: 500, burst: 1000 },
    podInitialBackoffSeconds: 1,
    podMaxBackoffSeconds: 2,
  });
}

/** kwok's configuration: empty, so that its built-in stages apply and not those of the user's home. */
export const kwokConfig: string = "apiVersion: config.kwok.x-k8s.io/v1alpha1\nkind: KwokConfiguration\n";

/** The role of the simulated nodes: what their kubelets would do, and no more. */
export const kwokAccess = {
  role: {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: { name: "berth-simulated-nodes" },
    rules: [
      { apiGroups: [""], resources: ["nodes"], verbs: ["get", "list", "watch", "patch", "update"] },
      { apiGroups: [""], resources: ["nodes/status"], verbs: ["patch", "update"] },
      { apiGroups: [""], resources: ["pods"], verbs: ["get", "list", "watch", "patch", "update", "delete"] },
      { apiGroups: [""], resources: ["pods/status"], verbs: ["patch", "update"] },
      { apiGroups: ["", "events.k8s.io"], resources: ["events"], verbs: ["create", "patch", "update"] },
      {
        apiGroups: ["coordination.k8s.io"],
        resources: ["leases"],
        verbs: ["get", "list", "watch", "create", "patch", "update", "delete"],
      },
    ],
  },
  binding: {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name: "berth-simulated-nodes" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "berth-simulated-nodes" },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "berth:simulated-nodes" }],
  },
} as const;

/** What a simulated node has beside its name. */
export interface NodeTraits {
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly { readonly key: string; readonly value: string; readonly effect: string }[];
}

/** A simulated node with plenty of room. */
export function simulatedNode(name: string, { labels = {}, taints = [] }: NodeTraits = {}) {
  const room = { cpu: "64", memory: "256Gi", pods: "500", "ephemeral-storage": "1Ti" };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      annotations: { "kwok.x-k8s.io/node": "fake", "node.alpha.kubernetes.io/ttl": "0" },
      labels: {
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "berth.dev/simulated": "true",
        ...labels,
      },
    },
    ...(taints.length === 0 ? {} : { spec: { taints } }),
    status: { capacity: room, allocatable: room },
  };
}
