import {
  denyAllManifest,
  networkPolicyManifest,
  podsOf,
  type ServicePods,
  tcp,
  toApiServer,
  toDns,
  toService,
} from "../../core/network-policy.ts";
import { podPorts } from "../plan-ports.ts";
import type { IngressSpec } from "../spec.ts";
import { traefikLabels } from "./chart.ts";

/** Who may talk to whom in the edge's namespace. */
export function edgePolicies<Text>(spec: IngressSpec, targets: readonly ServicePods<Text>[]) {
  const here = { namespace: spec.namespace, component: "edge" };
  const podSelector = { matchLabels: traefikLabels };
  return {
    denyAll: denyAllManifest(here),
    /** The load balancer keeps its clients' addresses, so they are anyone's; who may connect is said by its own rules. */
    fromClients: networkPolicyManifest(here, "from-clients", {
      podSelector,
      policyTypes: ["Ingress"],
      ingress: [{ ports: tcp(podPorts.http, podPorts.https, podPorts.ping) }],
    }),
    fromMetrics: networkPolicyManifest(here, "from-metrics", {
      podSelector,
      policyTypes: ["Ingress"],
      ingress: [{ from: [podsOf(spec.metricsNamespace)], ports: tcp(podPorts.metrics) }],
    }),
    toCluster: networkPolicyManifest(here, "to-cluster", {
      podSelector,
      policyTypes: ["Egress"],
      egress: [toDns, toApiServer],
    }),
    toServices: networkPolicyManifest(here, "to-services", {
      podSelector,
      policyTypes: ["Egress"],
      egress: targets.map(toService),
    }),
  };
}
