import {
  denyAllManifest,
  networkPolicyManifest,
  privateNetworks,
  publicNetworks,
  tcp,
  toApiServer,
  toDns,
  toPodIdentityAgent,
} from "../../core/network-policy.ts";
import type { LogShippingSpec, MonitoringSpec } from "../spec.ts";

/**
 * Walls around the monitoring: nothing in but from its own pods (people come by `kubectl port-forward`, through the
 * node), out only to the cluster, and from Alertmanager to its receiver.
 */
export function monitoringPolicies(spec: MonitoringSpec) {
  const here = { namespace: spec.namespace, component: "monitoring" };
  const everyPod = { podSelector: {} };
  const told = receiverRules(spec);
  return {
    "deny-all": denyAllManifest(here),
    within: networkPolicyManifest<object>(here, "within", {
      podSelector: {},
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ from: [everyPod] }],
      egress: [{ to: [everyPod] }, toDns],
    }),
    "to-api-server": networkPolicyManifest<object>(here, "to-api-server", {
      podSelector: {},
      policyTypes: ["Egress"],
      egress: [toApiServer],
    }),
    // It asks nodes and any pod that shows figures, by whatever port. None of the others may: the database is there too.
    "to-cluster": networkPolicyManifest<object>(here, "to-cluster", {
      podSelector: { matchLabels: { "app.kubernetes.io/name": "prometheus" } },
      policyTypes: ["Egress"],
      egress: [{ to: privateNetworks }],
    }),
    ...(told.length === 0
      ? {}
      : {
          "to-receiver": networkPolicyManifest(here, "to-receiver", {
            podSelector: { matchLabels: { "app.kubernetes.io/name": "alertmanager" } },
            policyTypes: ["Egress"],
            egress: told,
          }),
        }),
  };
}

/** Walls around the log shippers: nothing in, out to CloudWatch, which may have an endpoint within the network. */
export function logShippingPolicies({ namespace }: LogShippingSpec) {
  const here = { namespace, component: "logs" };
  return {
    "deny-all": denyAllManifest(here),
    "to-cloudwatch": networkPolicyManifest<object>(here, "to-cloudwatch", {
      podSelector: {},
      policyTypes: ["Egress"],
      egress: [
        toDns,
        toPodIdentityAgent,
        { to: privateNetworks, ports: tcp(443) },
        { to: publicNetworks(), ports: tcp(443) },
      ],
    }),
  };
}

function receiverRules({ receiver }: MonitoringSpec): object[] {
  // A company's own is often within its networks.
  const to = (port: number) => ({ to: [...publicNetworks(), ...privateNetworks], ports: tcp(port) });
  switch (receiver.kind) {
    case "none":
      return [];
    case "webhook":
      return [to(443)];
    case "sns":
      return [to(443), toPodIdentityAgent];
    case "email":
      return [to(Number(receiver.smarthost.split(":")[1]))];
  }
}
