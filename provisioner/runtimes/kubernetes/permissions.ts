/** One rule of Kubernetes' RBAC. */
export interface PolicyRule {
  readonly apiGroups: string[];
  readonly resources: string[];
  readonly verbs: string[];
}

/**
 * All that the runtime asks of a cluster, for the role of the account that it runs as. Workspaces come and go, and RBAC
 * cannot tell namespaces apart by label, so these are cluster-wide; an admission policy confines the writes.
 */
export const runtimePermissions: readonly PolicyRule[] = [
  // Watched by label; deleted by UID, when they carry our labels.
  { apiGroups: [""], resources: ["namespaces"], verbs: ["get", "list", "watch", "delete"] },
  { apiGroups: ["apps"], resources: ["deployments"], verbs: ["get", "list", "watch"] },
  // Asleep and awake.
  { apiGroups: ["apps"], resources: ["deployments/scale"], verbs: ["patch"] },
  { apiGroups: [""], resources: ["pods"], verbs: ["list", "watch"] },
  { apiGroups: [""], resources: ["persistentvolumeclaims"], verbs: ["list", "watch", "delete"] },
  // Labels, reclaim policy and claimRef of workspaces' volumes; Kubernetes itself deletes them.
  { apiGroups: [""], resources: ["persistentvolumes"], verbs: ["get", "list", "watch", "patch"] },
  // Only when a wait ran out of time, to say why.
  { apiGroups: [""], resources: ["events"], verbs: ["list"] },
];
