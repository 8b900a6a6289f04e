import { join } from "node:path";
import { files, serviceRange } from "../platform/components.ts";
import { realNodeName } from "../platform/credentials.ts";
import { dnsAddress, link, podRange } from "./network.ts";

/** Where a real node keeps its things. */
export interface NodeFolders {
  /** The platform's folder: certificates, kubeconfigs. */
  readonly platform: string;
  /** The node's own: settings, logs, volumes, what the kubelet keeps. */
  readonly node: string;
  /** Images, shared by all nodes that are ever started on this machine. */
  readonly images: string;
  /** The CNI plugins. */
  readonly plugins: string;
}

/** Folder of registries that are reached in a way of their own: https://github.com/containerd/containerd/blob/main/docs/hosts.md */
export const registriesFolder = (node: string): string => join(node, "registries");

/** Images that the node itself needs; each is one program of the toolchain. */
export const ownImages = { pause: "berth.local/pause:1", coredns: "berth.local/coredns:1" } as const;

/** Where containerd listens, in the node's own folder of run-time files. */
export const containerdSocket = "/run/containerd.sock";

/** containerd's settings. */
export function containerdConfig({ images, node, plugins }: NodeFolders): string {
  const cri = `plugins."io.containerd.grpc.v1.cri"`;
  return [
    "version = 2",
    `root = "${images}"`,
    `state = "/run/containerd"`,
    "[grpc]",
    `address = "${containerdSocket}"`,
    `[${cri}]`,
    // Where the right to raise it is missing (CAP_SYS_RESOURCE), no container would start otherwise.
    "restrict_oom_score_adj = true",
    `sandbox_image = "${ownImages.pause}"`,
    `[${cri}.cni]`,
    `bin_dir = "${plugins}"`,
    `conf_dir = "${join(node, "cni")}"`,
    `[${cri}.registry]`,
    `config_path = "${registriesFolder(node)}"`,
    "",
  ].join("\n");
}

/** How a registry is reached that is only read. */
export function registryHosts(url: string): string {
  return `server = "${url}"\n[host."${url}"]\n  capabilities = ["pull", "resolve"]\n`;
}

/** How pods get their network: each by a cable of its own to the node, so that all that they send is routed, and judged. */
export function networkConfig({ node }: Pick<NodeFolders, "node">): string {
  return JSON.stringify({
    cniVersion: "0.4.0",
    name: "berth",
    plugins: [
      {
        type: "ptp",
        ipMasq: false,
        mtu: 1400,
        ipam: {
          type: "host-local",
          dataDir: join(node, "addresses"),
          ranges: [[{ subnet: podRange }]],
          routes: [{ dst: "0.0.0.0/0" }],
        },
      },
    ],
  });
}

/** The control group below which pods are; there is one real node on a machine. */
export const nodeCgroup = "berth-node";

/** Most pods of the node: the kubelet's own default. */
export const mostPods = 110;

/** The kubelet's settings. */
export function kubeletConfig({ platform }: Pick<NodeFolders, "platform">): string {
  return JSON.stringify({
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    address: link.node,
    healthzPort: 0,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: join(platform, files.kubeletClientCertificate) },
    },
    authorization: { mode: "Webhook" },
    cgroupDriver: "cgroupfs",
    cgroupRoot: `/${nodeCgroup}`,
    // The machine is somebody's own: what else runs on it counts as little as on a node.
    failSwapOn: false,
    failCgroupV1: false,
    clusterDNS: [dnsAddress],
    clusterDomain: "cluster.local",
    containerRuntimeEndpoint: `unix://${containerdSocket}`,
    // As on the nodes of a platform: enough for a desktop, and the end of a fork bomb.
    podPidsLimit: 512,
    maxPods: mostPods,
    // Scratch space that is overdrawn is noticed soon.
    volumeStatsAggPeriod: "10s",
    evictionHard: { "memory.available": "100Mi", "nodefs.available": "1%", "imagefs.available": "1%" },
    // Read when a pod needs them: a watch that is begun too soon is refused, and tried again a second later.
    configMapAndSecretChangeDetectionStrategy: "Get",
    // Images are got by set-up, and cannot be pulled again.
    imageGCHighThresholdPercent: 100,
    nodeStatusUpdateFrequency: "10s",
    registerNode: true,
  });
}

/** The programs inside a node, in the order in which they start: no pod runs before policies are enforced. */
export const nodePrograms = ["containerd", "network-policies", "local-volumes", "kube-proxy", "kubelet"] as const;
export type NodeProgram = (typeof nodePrograms)[number];

/** The command line of each. */
export function nodeCommandLine(name: NodeProgram, folders: NodeFolders): readonly string[] {
  const { platform, node } = folders;
  const kubeconfig = join(platform, "certificates", `${name}.kubeconfig`);
  switch (name) {
    case "containerd":
      return [`--config=${join(node, "containerd.toml")}`, "--log-level=warn"];
    case "kubelet":
      return [
        `--config=${join(node, "kubelet.json")}`,
        `--kubeconfig=${kubeconfig}`,
        `--hostname-override=${realNodeName}`,
        `--node-ip=${link.node}`,
        `--root-dir=${join(node, "kubelet")}`,
        `--cert-dir=${join(node, "kubelet-certificates")}`,
        "--v=1",
      ];
    case "kube-proxy":
      return [
        `--kubeconfig=${kubeconfig}`,
        `--hostname-override=${realNodeName}`,
        "--proxy-mode=nftables",
        `--cluster-cidr=${podRange}`,
        `--healthz-bind-address=${link.node}:10256`,
        `--metrics-bind-address=${link.node}:10249`,
        "--v=1",
      ];
    case "network-policies":
      return [`-kubeconfig=${kubeconfig}`, `-node=${realNodeName}`, `-service-cidr=${serviceRange}`];
    case "local-volumes":
      return [`-kubeconfig=${kubeconfig}`, `-node=${realNodeName}`, `-folder=${join(node, "volumes")}`];
  }
}
