import type { Pool } from "../core/pools.ts";
import type { NodesSpec } from "./spec.ts";

/** Seconds that pods have to end when their node shuts down, the last of them for the node's own critical ones. */
export const shutdownSeconds = { all: 60, criticalPods: 15 } as const;

/**
 * What the kubelets of a pool are told beside what EKS tells them; see
 * https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/ for each.
 *
 * `maxPods` is not here: for its own images EKS works it out from instance type and CNI settings and writes it into the
 * same document, so that ours would be lost
 * (https://docs.aws.amazon.com/eks/latest/userguide/choosing-instance-type.html#determine-max-pods). Nor is
 * `kubeReserved`: nodeadm works it out from the instance's size.
 */
export function kubeletConfig(spec: NodesSpec, pool: Pool) {
  return {
    podPidsLimit: spec[pool].podPidsLimit,
    // A workspace must not wait for another one's image. Bounded, so that the disk is not the new queue.
    serializeImagePulls: false,
    maxParallelImagePulls: 4,
    // For the system itself (sshd, journald, containerd's shims), beside what nodeadm keeps for the kubelet.
    systemReserved: { cpu: "100m", memory: "256Mi", "ephemeral-storage": "1Gi", pid: "1000" },
    // Whoever sets one threshold sets them all: the others would become zero.
    evictionHard: {
      "memory.available": "200Mi",
      "nodefs.available": "10%",
      "nodefs.inodesFree": "5%",
      "imagefs.available": "15%",
      "imagefs.inodesFree": "5%",
      "pid.available": "10%",
    },
    // A spot instance that is taken away shuts down within two minutes of the notice. A workspace has 30 seconds to put
    // its things away; EKS' own default since 1.34, 150 seconds, would be cut off.
    shutdownGracePeriod: `${shutdownSeconds.all}s`,
    shutdownGracePeriodCriticalPods: `${shutdownSeconds.criticalPods}s`,
  };
}

/**
 * The user data of a pool's instances for nodeadm, Amazon Linux 2023's bootstrap
 * (https://awslabs.github.io/amazon-eks-ami/nodeadm/doc/api/): a MIME document, as EKS adds its own part with the
 * cluster's address to it (https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html#launch-template-user-data).
 */
export function nodeUserData(spec: NodesSpec, pool: Pool): string {
  const nodeConfig = {
    apiVersion: "node.eks.aws/v1alpha1",
    kind: "NodeConfig",
    spec: { kubelet: { config: kubeletConfig(spec, pool) } },
  };
  return [
    "MIME-Version: 1.0",
    'Content-Type: multipart/mixed; boundary="BERTH"',
    "",
    "--BERTH",
    "Content-Type: application/node.eks.aws",
    "",
    // JSON is YAML too.
    JSON.stringify(nodeConfig, null, 2),
    "",
    "--BERTH--",
    "",
  ].join("\n");
}
