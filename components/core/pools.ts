/** Groups of nodes by what runs on them: the platform's own programs, or users' computers. */
export type Pool = "system" | "workspaces";

/** Label of every node, and key of the taint of those that are not for everything. */
export const poolLabel = "berth.dev/pool";

/** Where a pod must be to run on a pool's nodes, and what it must put up with there. */
export function onPool(pool: string) {
  return {
    nodeSelector: { [poolLabel]: pool },
    tolerations: [{ key: poolLabel, operator: "Equal" as const, value: pool, effect: "NoSchedule" as const }],
  };
}
