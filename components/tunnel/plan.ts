import { createHash } from "node:crypto";
import { UserError, type UserMistake } from "../core/errors.ts";
import { namespaceManifest } from "../core/namespace.ts";
import { deploymentManifest, disruptionBudgetManifest, secretManifest } from "./manifests/cloudflared.ts";
import { denyAllManifest, fromMetricsManifest, toEdgeManifest } from "./manifests/network.ts";
import type { TunnelSpec } from "./spec.ts";

/** What the cluster needs to hold a tunnel's end, as Kubernetes objects; what depends on the tunnel is added to them. */
export function planTunnel(spec: TunnelSpec) {
  return {
    namespace: namespaceManifest(spec.namespace, "tunnel", "restricted"),
    secret: secretManifest(spec),
    denyAll: denyAllManifest(spec),
    toEdge: toEdgeManifest(spec),
    fromMetrics: fromMetricsManifest(spec),
    disruptionBudget: disruptionBudgetManifest(spec),
    deployment: deploymentManifest(spec),
  };
}

/** Where a host name of the tunnel leads. */
export interface TunnelRoute {
  /** "api.example.com", or a wildcard: "*.ws.example.com". */
  readonly hostname: string;
  readonly service: { readonly namespace: string; readonly name: string; readonly port: number };
}

/** Throws one `UserError` that names each host name that is none, or is there twice. */
export function checkHostnames(hostnames: readonly string[]): void {
  const mistakes = hostnames.flatMap((hostname, index): UserMistake[] => {
    const mistake = (fix: string) => [{ option: `hostnames[${index}].hostname`, value: hostname, fix }];
    if (!hostnamePattern.test(hostname)) {
      return mistake(
        'Write a host name in lower case, or a wildcard of one label: "api.example.com", "*.example.com".',
      );
    }
    return hostnames.indexOf(hostname) === index ? [] : mistake("It is there twice: each leads to one service.");
  });
  const [first, ...others] = mistakes;
  if (first !== undefined) throw new UserError(first, ...others);
  if (hostnames.length === 0) {
    throw new UserError({ option: "hostnames", value: hostnames, fix: "Name at least one host and its service." });
  }
}

const hostnamePattern = /^(?=.{1,253}$)(\*\.)?([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z][-a-z0-9]{0,61}[a-z0-9]$/;

/**
 * What cloudflared does with each request: the first rule that fits, so exact names go before wildcards, and longer
 * wildcards before shorter ones, in whatever order they were given. What fits none is answered with 404.
 */
export function ingressRules(routes: readonly TunnelRoute[]) {
  const rules = [...routes].sort(byPrecedence).map(({ hostname, service }) => ({
    hostname,
    service: `http://${service.name}.${service.namespace}.svc.cluster.local:${service.port}`,
  }));
  return [...rules, { service: "http_status:404" }];
}

/** Exact before wildcard, then more labels before fewer, then by name. */
export function byPrecedence(a: { readonly hostname: string }, b: { readonly hostname: string }): number {
  const wildcard = (hostname: string) => Number(hostname.startsWith("*."));
  const labels = (hostname: string) => hostname.split(".").length;
  return (
    wildcard(a.hostname) - wildcard(b.hostname) ||
    labels(b.hostname) - labels(a.hostname) ||
    (a.hostname < b.hostname ? -1 : a.hostname > b.hostname ? 1 : 0)
  );
}

/**
 * How cloudflared speaks to the services. A WebSocket has no limit of time here; what would end a quiet one is
 * Cloudflare's edge (see `Tunnel`). The names are the API's, times in seconds.
 * Source: https://developers.cloudflare.com/cloudflare-one/networks/connectors/cloudflare-tunnel/configure-tunnels/cloudflared-parameters/origin-parameters/
 * and `ingress/config.go` in https://github.com/cloudflare/cloudflared for the defaults named here.
 */
export const originRequest = {
  // A pod of the same cluster answers at once or not at all; the default of 30 s keeps a browser waiting for nothing.
  connectTimeout: 5,
  // Finds out that a service's node is gone (the default).
  tcpKeepAlive: 30,
  // Each awake workspace asks for several things at once; the default of 100 idle connections would be made anew often.
  keepAliveConnections: 1024,
  // Services must keep idle connections for longer than this, or a request meets one that they just closed.
  keepAliveTimeout: 60,
  // A service of the cluster has addresses of one family only: there is no second one to race against.
  noHappyEyeballs: true,
  // WebSockets are upgraded from HTTP/1.1, and HTTP/2 would need TLS within the cluster.
  http2Origin: false,
  // The router streams.
  disableChunkedEncoding: false,
} as const;

/** Changes when the pods must start anew, as they read their token once: with the tunnel, and with its token. */
export function tokenChecksum(tunnelId: string, token: string): string {
  return createHash("sha256")
    .update(JSON.stringify([tunnelId, token]))
    .digest("hex")
    .slice(0, 16);
}
