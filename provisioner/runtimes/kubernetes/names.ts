import { objectNames } from "../../../components/workspace/manifests/metadata.ts";

export const claimName = objectNames.home;

/** Label of a PersistentVolume that outlived its workspace by its owner's wish. */
export const keptLabel = { key: "berth.dev/volume", value: "kept" } as const;

/** Who Kubernetes notes as the writer of what the runtime changes: never the stack's own field manager. */
export const fieldManager = "berth-runtime";

export const paths = {
  namespaces: "/api/v1/namespaces",
  pods: "/api/v1/pods",
  claims: "/api/v1/persistentvolumeclaims",
  volumes: "/api/v1/persistentvolumes",
  deployments: "/apis/apps/v1/deployments",
  namespace: (workspace: string): string => `/api/v1/namespaces/${segment(workspace)}`,
  podsOf: (workspace: string): string => `/api/v1/namespaces/${segment(workspace)}/pods`,
  claimsOf: (workspace: string): string => `/api/v1/namespaces/${segment(workspace)}/persistentvolumeclaims`,
  eventsOf: (workspace: string): string => `/api/v1/namespaces/${segment(workspace)}/events`,
  deployment: (workspace: string): string =>
    `/apis/apps/v1/namespaces/${segment(workspace)}/deployments/${objectNames.deployment}`,
  scale: (workspace: string): string => `${paths.deployment(workspace)}/scale`,
  volume: (name: string): string => `/api/v1/persistentvolumes/${segment(name)}`,
} as const;

function segment(name: string): string {
  // An empty name would turn "one object" into "the whole collection".
  if (!/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name))
    throw new TypeError(`Not a Kubernetes name: ${JSON.stringify(name)}`);
  return name;
}
