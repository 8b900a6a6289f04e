import { labelKeys } from "../../core/labels.ts";
import type { CertificatesSpec } from "../spec.ts";

/**
 * cert-manager's chart: https://github.com/cert-manager/cert-manager/tree/v1.21.1/deploy/charts/cert-manager.
 * Its images have the chart's version.
 */
export const certManagerChart = {
  chart: "cert-manager",
  version: "v1.21.1",
  repository: "https://charts.jetstack.io",
} as const;

/** Name of the release, and so of the controller's ServiceAccount, which may get rights in AWS. */
export const certManagerName = "cert-manager";

/** Where all of cert-manager's programs tell their metrics. */
export const metricsPort = 9402;

/** cert-manager's programs, as its chart labels their pods. */
export type Program = "controller" | "webhook" | "cainjector";

/** Labels of a program's pods. */
export function programLabels(program: Program) {
  return { "app.kubernetes.io/instance": certManagerName, "app.kubernetes.io/component": program };
}

/** What the chart is told. */
export function certManagerValues(spec: CertificatesSpec) {
  const { namespace, priorityClass, replicas } = spec;
  const nodeSelector = { "kubernetes.io/os": "linux", ...spec.nodeSelector };
  const many = (program: Program) => ({
    nodeSelector,
    replicaCount: replicas,
    // A budget of one pod would let no node be drained.
    podDisruptionBudget: replicas > 1 ? { enabled: true, maxUnavailable: 1 } : { enabled: false },
    topologySpreadConstraints: replicas > 1 ? spread(program) : [],
  });
  return {
    fullnameOverride: certManagerName,
    // Kept when the release goes: with them every certificate of the cluster would go.
    crds: { enabled: true, keep: true },
    global: {
      priorityClassName: priorityClass,
      // Not who manages it: that label is Helm's own.
      commonLabels: { [labelKeys.component]: "certificates" },
      // The chart's default is kube-system, where it would need rights of its own.
      leaderElection: { namespace },
    },
    ...many("controller"),
    serviceAccount: { create: true, name: certManagerName },
    dns01RecursiveNameservers: spec.recursiveNameservers.join(","),
    dns01RecursiveNameserversOnly: true,
    resources: resources("100m", "256Mi"),
    webhook: { ...many("webhook"), resources: resources("50m", "128Mi") },
    cainjector: { ...many("cainjector"), resources: resources("50m", "256Mi") },
    // Waits, after the installation, until the webhook takes an object: before, issuers are refused.
    startupapicheck: { enabled: true, timeout: "3m", nodeSelector, resources: resources("10m", "128Mi") },
    prometheus: { enabled: true, servicemonitor: { enabled: false } },
  };
}

/** The same memory as request and limit, so that no pod is killed for its neighbours' sake; CPU may burst. */
function resources(cpu: string, memory: string) {
  return { requests: { cpu, memory }, limits: { cpu: "1", memory } };
}

function spread(program: Program) {
  return [
    {
      maxSkew: 1,
      topologyKey: "kubernetes.io/hostname",
      whenUnsatisfiable: "ScheduleAnyway",
      labelSelector: { matchLabels: programLabels(program) },
    },
  ];
}
