/** What one idle workspace of a kind uses. */
export interface Idle {
  readonly memoryMiB: number;
  /** Of one CPU. */
  readonly cpuShare: number;
}

/** What a machine has for workspaces, with its platform on it. */
export interface Room {
  readonly memoryMiB: number;
  readonly cpus: number;
  /** Most pods of a node. */
  readonly pods: number;
}

/** How many idle workspaces fit, and what there is not enough of for one more. */
export interface Fit {
  readonly count: number;
  readonly limit: "memory" | "cpus" | "pods";
}

/** How many workspaces of a kind fit a machine when nobody does anything in them. */
export function fitOf({ memoryMiB, cpuShare }: Idle, room: Room): Fit {
  const counts = {
    memory: Math.floor(room.memoryMiB / memoryMiB),
    cpus: cpuShare > 0 ? Math.floor(room.cpus / cpuShare) : Number.POSITIVE_INFINITY,
    pods: room.pods,
  };
  const limits = ["memory", "cpus", "pods"] as const;
  const limit = limits.reduce((least, one) => (counts[one] < counts[least] ? one : least));
  return { count: counts[limit], limit };
}
