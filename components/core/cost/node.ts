import { UserError } from "../errors.ts";
import { capacityOf } from "../instance-types.ts";
import { parseCpu, parseMemory } from "../quantities.ts";

/** What a node can still give, in millicores and bytes. */
export interface Room {
  readonly millicores: number;
  readonly bytes: number;
  readonly pods: number;
  /** EBS volumes: each workspace has one. */
  readonly volumes: number;
}

const mebibyte = 2 ** 20;

/**
 * Most pods of a node: EKS' limit with prefix delegation, as it sets it for nodes of fewer than 30 vCPUs and, beyond,
 * of 250. Source: https://docs.aws.amazon.com/eks/latest/userguide/choosing-instance-type.html#determine-max-pods
 */
const mostPods = (cpus: number) => (cpus < 30 ? 110 : 250);

/**
 * What an instance's memory loses before the kubelet sees it: firmware, kernel and hypervisor. Karpenter's own estimate:
 * https://karpenter.sh/docs/reference/settings/ (`vm-memory-overhead-percent`).
 */
const unseenMemory = 0.075;

/**
 * What runs on each workspaces' node beside workspaces, as their pods ask for it: aws-node (50m), kube-proxy (100m), the
 * EBS driver's (30m, 120Mi), Fluent Bit (20m, 64Mi), node-exporter (10m, 24Mi), the image pull (5m, 8Mi), the Pod
 * Identity agent (nothing); one pod more, for what an installation adds. Sources: the add-ons' charts, as of July 2026:
 * https://github.com/aws/amazon-vpc-cni-k8s/blob/master/charts/aws-vpc-cni/values.yaml,
 * https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/charts/aws-ebs-csi-driver/values.yaml; kube-proxy's
 * 100m is EKS' own.
 */
const daemons = { millicores: 215, bytes: 216 * mebibyte, pods: 8 };

/** `systemReserved` and `evictionHard` of our nodes: components/nodes/user-data.ts. */
const reserved = { millicores: 100, bytes: (256 + 200) * mebibyte };

/**
 * What a node of some type has for workspaces: its capacity less what the kernel, the kubelet, the system and the
 * daemons keep. Throws a `UserError` for a type that is not known.
 */
export function roomOf(instanceType: string): Room {
  const capacity = capacityOf(instanceType);
  if (capacity === null) {
    const fix =
      'Write a general (m, t), compute (c) or memory (r) type of a present generation, such as "m7i.2xlarge".';
    throw new UserError({ option: "instanceType", value: instanceType, fix });
  }
  const { cpus, memoryGiB, volumes } = capacity;
  const pods = mostPods(cpus);
  const seen = Math.floor(memoryGiB * 1024 * (1 - unseenMemory)) * mebibyte;
  return {
    millicores: Math.max(0, cpus * 1000 - kubeletMillicores(cpus) - reserved.millicores - daemons.millicores),
    // nodeadm keeps 255 MiB and 11 MiB for each pod that could be:
    // https://github.com/awslabs/amazon-eks-ami/blob/main/nodeadm/internal/kubelet/config.go
    bytes: Math.max(0, seen - (255 + 11 * pods) * mebibyte - reserved.bytes - daemons.bytes),
    pods: pods - daemons.pods,
    volumes,
  };
}

/**
 * How many workspaces of one size a node takes, by what they request (what they may use beyond is not promised) and by
 * the volumes that it can hold, one for each.
 */
export function fitOn(instanceType: string, workload: { readonly cpuRequest: string; readonly memoryRequest: string }) {
  const room = roomOf(instanceType);
  const byCpu = Math.floor(room.millicores / parseCpu(workload.cpuRequest));
  const byMemory = Math.floor(room.bytes / parseMemory(workload.memoryRequest));
  return Math.min(byCpu, byMemory, room.pods, room.volumes);
}

/** CPU that nodeadm keeps for the kubelet: 6 % of the first core, 1 % of the second, 0.5 % of the next two, 0.25 % of the rest. */
function kubeletMillicores(cpus: number): number {
  const shares = [60, 10, 5, 5];
  const first = shares.slice(0, cpus).reduce((sum, share) => sum + share, 0);
  return first + Math.max(0, cpus - shares.length) * 2.5;
}
