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
  /** The Node that runs Berth: the `node` package in package.json. */
  node: "24.21.0",
} as const;
