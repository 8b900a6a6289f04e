import { componentLabels } from "../../core/labels.ts";
import type { TunnelSpec } from "../spec.ts";

/** Labels of cloudflared's pods: what policies, budgets and metrics select. */
export const tunnelLabels = componentLabels("tunnel");

/** Port of /metrics, /ready and /healthcheck. */
export const metricsPort = 2000;

export const objectNames = {
  deployment: "cloudflared",
  secret: "cloudflared-token",
  secretKey: "token",
  disruptionBudget: "cloudflared",
} as const;

/** User of the image: https://github.com/cloudflare/cloudflared/blob/master/Dockerfile */
const user = 65532;

/** Seconds that cloudflared's own shutdown takes after its grace period (`defaultShutdownTimeout` in metrics/metrics.go). */
const shutdownSeconds = 15;

export function metadataOf({ namespace }: TunnelSpec, name: string) {
  return { name, namespace, labels: { ...tunnelLabels } };
}

/** Holds the token, which is added where it is known. */
export function secretManifest(spec: TunnelSpec) {
  return { metadata: metadataOf(spec, objectNames.secret), type: "Opaque" };
}

/** Lets nodes be drained one after the other. */
export function disruptionBudgetManifest(spec: TunnelSpec) {
  return {
    metadata: metadataOf(spec, objectNames.disruptionBudget),
    spec: { maxUnavailable: 1, selector: { matchLabels: { ...tunnelLabels } } },
  };
}

/** Holds the tunnel's end: takes what Cloudflare sends to the services that the tunnel's configuration names. */
export function deploymentManifest(spec: TunnelSpec) {
  return {
    metadata: metadataOf(spec, objectNames.deployment),
    spec: {
      replicas: spec.replicas,
      selector: { matchLabels: { ...tunnelLabels } },
      // A new pod takes over before an old one lets go.
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      revisionHistoryLimit: 2,
      template: { metadata: { labels: { ...tunnelLabels }, annotations: {} }, spec: podSpec(spec) },
    },
  };
}

function podSpec(spec: TunnelSpec) {
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: spec.graceSeconds + shutdownSeconds,
    ...(spec.priorityClass === undefined ? {} : { priorityClassName: spec.priorityClass }),
    securityContext: {
      runAsNonRoot: true,
      runAsUser: user,
      runAsGroup: user,
      seccompProfile: { type: "RuntimeDefault" },
    },
    topologySpreadConstraints: ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map((topologyKey) => ({
      maxSkew: 1,
      topologyKey,
      // A cluster of one node has them all on it rather than none.
      whenUnsatisfiable: "ScheduleAnyway",
      labelSelector: { matchLabels: { ...tunnelLabels } },
      // Pods of one roll-out are spread among themselves, not against those that go.
      matchLabelKeys: ["pod-template-hash"],
    })),
    containers: [container(spec)],
  };
}

function container(spec: TunnelSpec) {
  const { cpu, cpuLimit, memory } = spec.resources;
  return {
    name: "cloudflared",
    image: spec.image,
    args: [
      "tunnel",
      "--no-autoupdate",
      "--metrics",
      `0.0.0.0:${metricsPort}`,
      "--grace-period",
      `${spec.graceSeconds}s`,
      "run",
    ],
    env: [
      {
        name: "TUNNEL_TOKEN",
        valueFrom: { secretKeyRef: { name: objectNames.secret, key: objectNames.secretKey } },
      },
    ],
    ports: [{ name: "metrics", containerPort: metricsPort, protocol: "TCP" }],
    // Ready with at least one connection to Cloudflare.
    readinessProbe: { httpGet: { path: "/ready", port: "metrics" }, periodSeconds: 5, failureThreshold: 3 },
    // Not /ready: when Cloudflare cannot be reached, starting anew helps nobody.
    livenessProbe: {
      httpGet: { path: "/healthcheck", port: "metrics" },
      initialDelaySeconds: 10,
      periodSeconds: 10,
      failureThreshold: 6,
    },
    resources: { requests: { cpu, memory }, limits: { cpu: cpuLimit, memory } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
  };
}
