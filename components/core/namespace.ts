import { componentLabels } from "./labels.ts";

/** How much a namespace's pods may do: https://kubernetes.io/docs/concepts/security/pod-security-standards/ */
export type PodSecurityLevel = "restricted" | "baseline" | "privileged";

/** Namespaces of the platform's own, where no spec names another. */
export const defaultNamespaces = {
  certificates: "cert-manager",
  edge: "berth-edge",
  logs: "berth-logs",
  monitoring: "berth-monitoring",
  tunnel: "berth-tunnel",
} as const;

/** A namespace of the platform's own; pods above its Pod Security level are refused. */
export function namespaceManifest(name: string, component: string, level: PodSecurityLevel) {
  return {
    apiVersion: "v1" as const,
    kind: "Namespace" as const,
    metadata: {
      name,
      labels: {
        ...componentLabels(component),
        "pod-security.kubernetes.io/enforce": level,
        "pod-security.kubernetes.io/enforce-version": "latest",
        "pod-security.kubernetes.io/audit": level,
        "pod-security.kubernetes.io/warn": level,
      },
    },
  };
}
