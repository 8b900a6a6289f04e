/**
 * Every version that set-up gets or builds, in one place.
 *
 * The Go modules in `toolchain/go` name the same versions; a unit test keeps the two in step.
 */
export const versions = {
  /** The Pulumi CLI; `@pulumi/pulumi` in package.json is the same. */
  pulumi: "3.250.0",
  /** The Kubernetes provider plugin; `@pulumi/kubernetes` in package.json is the same. */
  pulumiKubernetes: "4.34.2",
  /** kube-apiserver, kube-controller-manager and kube-scheduler. */
  kubernetes: "1.34.4",
  etcd: "3.6.8",
  /** The simulated nodes of the local platform. */
  kwok: "0.7.0",
  /** The controller of NetworkPolicies on a real node of the local platform: kube-router's. */
  kubeRouter: "2.1.0",
  /** The DNS of a real node's cluster. */
  coredns: "1.14.1",
  /** What makes the volumes of a real node; ours, on the Kubernetes project's library for such programs. */
  localVolumes: "1",
  /** What holds a pod's namespaces; ours. */
  pause: "1",
  /** The kinds of cert-manager; the chart that installs it in the platform is of the same version. */
  certManager: "1.21.1",
  /** The kinds of Traefik; from 3.6.14 on its `forwardAuth` cannot be bypassed. */
  traefik: "3.6.25",
  /** The kinds of the Prometheus operator. */
  prometheusOperator: "0.93.1",
  /** The kinds of the CSI snapshot controller. */
  externalSnapshotter: "8.4.0",
  /** The Node that runs Berth: the `node` package in package.json. */
  node: "24.21.0",
  /** The npm of images' bases that are made here. */
  npm: "11.19.1",
  /** The oldest and the newest Node that the package is supported on, and tested with. */
  oldestNode: "22.0.0",
  newestNode: "26.10.0",
} as const;
