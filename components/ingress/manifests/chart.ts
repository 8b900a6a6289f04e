import { labelKeys } from "../../core/labels.ts";
import { leavingSeconds, nodePorts, podPorts } from "../plan-ports.ts";
import type { IngressSpec } from "../spec.ts";

/**
 * Traefik's chart, the last one made for 3.6: https://github.com/traefik/traefik-helm-chart/tree/v39.0.9/traefik. Helm
 * installs the custom resource definitions that come with it and never changes them: a chart of another minor version
 * needs them applied first (https://helm.sh/docs/chart_best_practices/custom_resource_definitions/).
 */
export const traefikChart = {
  chart: "traefik",
  version: "39.0.9",
  repository: "https://traefik.github.io/charts",
} as const;

/**
 * Version of Traefik, newer than the chart's own. Never one before 3.6.14: in those `forwardAuth` can be bypassed
 * (https://github.com/traefik/traefik/security/advisories/GHSA-5m6w-wvh7-57vm).
 */
export const traefikVersion = "v3.6.25";

/** Name of the release and of all its objects. */
export const traefikName = "traefik";

/** Labels by which the edge's pods are selected. */
export const traefikLabels = { "app.kubernetes.io/name": traefikName };

/** Seconds between the end of the last request and that of the process. */
const lastSeconds = 15;

/** Seconds that a roll-out may take before it is undone: pods are renewed one after the other, each to be seen first. */
export function rolloutSeconds({ replicas }: Pick<IngressSpec, "replicas">): number {
  return 300 + replicas * (leavingSeconds + 30);
}

/** What the chart is told. */
export function traefikValues(spec: IngressSpec) {
  const { replicas } = spec;
  return {
    fullnameOverride: traefikName,
    image: { registry: "docker.io", repository: "traefik", tag: traefikVersion },
    // Not who manages it: that label is Helm's own.
    commonLabels: { [labelKeys.component]: "edge" },
    deployment: {
      replicas,
      // A new pod must be known to the load balancer before an old one leaves.
      minReadySeconds: leavingSeconds,
      terminationGracePeriodSeconds: leavingSeconds + spec.drainSeconds + lastSeconds,
      // Two services, both by their full names: without this each look-up would try five others first.
      dnsConfig: { options: [{ name: "ndots", value: "1" }] },
    },
    updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
    // A budget of one pod would let no node be drained.
    podDisruptionBudget: replicas > 1 ? { enabled: true, maxUnavailable: 1 } : { enabled: false },
    topologySpreadConstraints:
      replicas > 1 ? [spread("kubernetes.io/hostname"), spread("topology.kubernetes.io/zone")] : [],
    nodeSelector: { "kubernetes.io/os": "linux", ...spec.nodeSelector },
    priorityClassName: spec.priorityClass,
    // The same memory as request and limit, so that no pod is killed for its neighbours' sake; CPU may burst.
    resources: { requests: { cpu: "250m", memory: "512Mi" }, limits: { cpu: "2", memory: "512Mi" } },
    podSecurityContext: {
      runAsNonRoot: true,
      runAsUser: 65532,
      runAsGroup: 65532,
      seccompProfile: { type: "RuntimeDefault" },
    },
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      readOnlyRootFilesystem: true,
    },
    // A Role in the edge's namespace instead of a ClusterRole: the edge reads its own key and no other Secret.
    rbac: { enabled: true, namespaced: true },
    providers: {
      // ExternalName Services lead from the edge's namespace to the router and the API: see manifests/routes.ts.
      kubernetesCRD: { enabled: true, namespaces: [], allowCrossNamespace: false, allowExternalNameServices: true },
      kubernetesIngress: { enabled: false },
      kubernetesGateway: { enabled: false },
      file: { enabled: false },
    },
    ingressClass: { enabled: false },
    api: { dashboard: false },
    ingressRoute: { dashboard: { enabled: false }, healthcheck: { enabled: false } },
    global: { checkNewVersion: false, sendAnonymousUsage: false },
    logs: {
      general: { format: "json", level: "INFO" },
      access: {
        enabled: true,
        format: "json",
        fields: {
          general: { defaultmode: "keep", names: { ClientUsername: "drop" } },
          // Neither cookies nor authorization, nor a Referer with a token in it.
          headers: { defaultmode: "drop", names: { "User-Agent": "keep", "X-Request-Id": "keep" } },
        },
      },
    },
    // Sign-in codes and tokens travel in query strings. The chart has no value for it.
    additionalArguments: ["--accesslog.fields.queryparameters.defaultmode=drop"],
    metrics: { prometheus: { entryPoint: "metrics", addRoutersLabels: true } },
    service: { type: "NodePort", spec: { externalTrafficPolicy: "Local" } },
    ports: ports(spec),
  };
}

function ports(spec: IngressSpec) {
  const trust = { trustedIPs: [...spec.trustedProxies], insecure: false };
  const closed = { proxyProtocol: { trustedIPs: [], insecure: false }, forwardedHeaders: trust };
  const lifeCycle = { requestAcceptGraceTimeout: `${leavingSeconds}s`, graceTimeOut: `${spec.drainSeconds}s` };
  return {
    web: {
      ...closed,
      port: podPorts.http,
      exposedPort: 80,
      nodePort: nodePorts.http,
      expose: { default: true },
      http: { redirections: { entryPoint: { to: "websecure", scheme: "https", permanent: true } } },
      // Nothing but redirects: Traefik's own limits do.
      transport: { lifeCycle },
    },
    websecure: {
      ...closed,
      port: podPorts.https,
      exposedPort: 443,
      nodePort: nodePorts.https,
      expose: { default: true },
      http: {
        // Go's default is a mebibyte for each connection; what is behind takes less than this.
        maxHeaderBytes: 65_536,
        tls: { enabled: true, options: "", certResolver: "", domains: [] },
      },
      transport: {
        respondingTimeouts: {
          // Without a value it is 60 s, and every longer upload fails. It ends with the request: WebSockets are not cut.
          readTimeout: `${spec.requestSeconds}s`,
          // Answers take as long as they take: event streams, downloads, desktops.
          writeTimeout: "0s",
          // Above the 900 s for which Cloudflare keeps a quiet connection for its next request, or some of those fail:
          // https://developers.cloudflare.com/fundamentals/reference/connection-limits/
          idleTimeout: "930s",
        },
        lifeCycle,
      },
    },
    // The load balancer's health checks, which a pod that leaves answers with 503. There is nothing else on it: the API is
    // off.
    traefik: {
      port: podPorts.ping,
      exposedPort: 8080,
      nodePort: nodePorts.ping,
      expose: { default: true },
      transport: { lifeCycle },
    },
    metrics: { port: podPorts.metrics, expose: { default: false } },
  };
}

function spread(topologyKey: string) {
  return {
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: "ScheduleAnyway",
    labelSelector: { matchLabels: traefikLabels },
    // Each roll-out by itself: pods that are about to leave do not push the new ones together.
    matchLabelKeys: ["pod-template-hash"],
  };
}
