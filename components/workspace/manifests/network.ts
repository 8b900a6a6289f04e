import { podsOf, publicNetworks, tcp, toDns } from "../../core/network-policy.ts";
import type { WorkspaceSpec } from "../spec.ts";
import { metadataOf, objectNames, podSelector } from "./metadata.ts";

/** Nothing in, nothing out, for every pod of the namespace; what is allowed is said by the other policies. */
export function denyAllManifest(spec: WorkspaceSpec) {
  return {
    apiVersion: "networking.k8s.io/v1" as const,
    kind: "NetworkPolicy" as const,
    metadata: metadataOf(spec, objectNames.denyAll),
    spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
  };
}

/** In: only from the router's pods (or an Ingress controller's), only to the workspace's own ports and previews. */
export function fromRouterManifest(spec: WorkspaceSpec) {
  const { router } = spec.placement;
  const { ports, previews } = spec.shape;
  const range = previews === undefined ? [] : [{ protocol: "TCP", port: previews.from, endPort: previews.to }];
  return {
    apiVersion: "networking.k8s.io/v1" as const,
    kind: "NetworkPolicy" as const,
    metadata: metadataOf(spec, objectNames.fromRouter),
    spec: {
      podSelector: { matchLabels: podSelector(spec) },
      policyTypes: ["Ingress"],
      ingress: [
        {
          from: [podsOf(router.namespace, router.podLabels)],
          ports: [...tcp(...ports.map(({ port }) => port)), ...range],
        },
      ],
    },
  };
}

/** Out: the cluster's DNS, the public internet where the blueprint wants it, and what the blueprint names. */
export function toInternetManifest(spec: WorkspaceSpec) {
  const { egress } = spec.shape;
  const internet = egress.internet ? [{ to: publicNetworks(spec.placement.denyEgress) }] : [];
  const further = egress.allow.map(({ cidr, ports }) => ({
    to: [{ ipBlock: { cidr } }],
    // No list of ports means all of them; an empty list would mean the same, but says otherwise to a reader.
    ...(ports.length === 0 ? {} : { ports: tcp(...ports) }),
  }));
  return {
    apiVersion: "networking.k8s.io/v1" as const,
    kind: "NetworkPolicy" as const,
    metadata: metadataOf(spec, objectNames.toInternet),
    spec: {
      podSelector: { matchLabels: podSelector(spec) },
      policyTypes: ["Egress"],
      egress: [toDns, ...internet, ...further],
    },
  };
}
