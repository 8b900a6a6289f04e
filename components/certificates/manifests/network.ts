import {
  denyAllManifest,
  networkPolicyManifest,
  podsOf,
  publicNetworks,
  tcp,
  toApiServer,
  toDns,
  toPodIdentityAgent,
} from "../../core/network-policy.ts";
import type { CertificatesSpec } from "../spec.ts";
import { metricsPort, programLabels } from "./chart.ts";

/** Where the webhook listens, the chart's default; EKS' control plane reaches nodes and pods on this port by custom. */
const webhookPort = 10250;

/** Who may talk to whom in cert-manager's namespace. */
export function certificatesPolicies(spec: CertificatesSpec) {
  const here = { namespace: spec.namespace, component: "certificates" };
  return {
    denyAll: denyAllManifest(here),
    /** The API server calls the webhook, from addresses that no selector knows. */
    toWebhook: networkPolicyManifest(here, "to-webhook", {
      podSelector: { matchLabels: programLabels("webhook") },
      policyTypes: ["Ingress"],
      ingress: [{ ports: tcp(webhookPort) }],
    }),
    /** All, the start-up check among them, need names and the API server. */
    toCluster: networkPolicyManifest(here, "to-cluster", {
      podSelector: {},
      policyTypes: ["Egress"],
      egress: [toDns, toApiServer],
    }),
    /** The controller alone asks Let's Encrypt, the DNS provider and public resolvers. */
    toInternet: networkPolicyManifest(here, "to-internet", {
      podSelector: { matchLabels: programLabels("controller") },
      policyTypes: ["Egress"],
      egress: [
        {
          to: publicNetworks(),
          ports: [...tcp(443, 53), { protocol: "UDP", port: 53 }],
        },
        toPodIdentityAgent,
      ],
    }),
    fromMetrics: networkPolicyManifest(here, "from-metrics", {
      podSelector: {},
      policyTypes: ["Ingress"],
      ingress: [{ from: [podsOf(spec.metricsNamespace)], ports: tcp(metricsPort) }],
    }),
  };
}
