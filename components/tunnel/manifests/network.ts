import {
  denyAllManifest as denyAll,
  networkPolicyManifest,
  podsOf,
  type ServicePods,
  tcp,
  toDns,
  toService,
} from "../../core/network-policy.ts";
import type { TunnelSpec } from "../spec.ts";
import { metricsPort, tunnelLabels } from "./cloudflared.ts";

/** Port of the tunnel at Cloudflare's edge: QUIC over UDP, HTTP/2 over TCP where UDP is blocked. */
const tunnelPort = 7844;

const where = ({ namespace }: TunnelSpec) => ({ namespace, component: "tunnel" });
const podSelector = { matchLabels: tunnelLabels };

/** Nothing in, nothing out, for every pod of the namespace; what is allowed is said by the other policies. */
export function denyAllManifest(spec: TunnelSpec) {
  return denyAll(where(spec));
}

/** Out: the cluster's DNS and Cloudflare. Port 443 is for its API, which cloudflared asks whether all is well. */
export function toEdgeManifest(spec: TunnelSpec) {
  const cloudflare = {
    to: spec.cloudflareNetworks.map((cidr) => ({ ipBlock: { cidr } })),
    ports: [{ protocol: "UDP", port: tunnelPort }, ...tcp(tunnelPort, 443)],
  };
  return networkPolicyManifest<typeof toDns | typeof cloudflare>(where(spec), "to-edge", {
    podSelector,
    policyTypes: ["Egress"],
    egress: [toDns, cloudflare],
  });
}

/** Out: the pods that the tunnel leads to, in a stable order. Where several rules are the same, there is one. */
export function toServicesManifest(spec: TunnelSpec, targets: readonly ServicePods<string>[]) {
  const rules = new Map(targets.map((target) => [JSON.stringify(keyOf(target)), target]));
  const egress = [...rules].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, target]) => toService(target));
  return networkPolicyManifest(where(spec), "to-services", { podSelector, policyTypes: ["Egress"], egress });
}

function keyOf({ namespace, podLabels = {}, podPort }: ServicePods<string>) {
  return [namespace, Object.entries(podLabels).sort(([a], [b]) => (a < b ? -1 : 1)), podPort ?? 0];
}

/** In: only who reads the metrics. The same port tells the tunnel's configuration, so it is not for everyone. */
export function fromMetricsManifest(spec: TunnelSpec) {
  return networkPolicyManifest(where(spec), "from-metrics", {
    podSelector,
    policyTypes: ["Ingress"],
    ingress: [{ from: [podsOf(spec.metricsNamespace)], ports: tcp(metricsPort) }],
  });
}
