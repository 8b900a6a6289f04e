import { publicInternet } from "../../core/cidr.ts";
import type { WorkspaceSpec } from "../spec.ts";
import { metadataOf, objectNames, podSelector } from "./metadata.ts";

/** Label that Kubernetes itself puts on every namespace. */
const namespaceName = "kubernetes.io/metadata.name";

/** Nothing in, nothing out, for every pod of the namespace; what is allowed is said by the other policies. */
export function denyAllManifest(spec: WorkspaceSpec) {
  return {
    apiVersion: "networking.k8s.io/v1" as const,
    kind: "NetworkPolicy" as const,
    metadata: metadataOf(spec, objectNames.denyAll),
    spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
  };
}

/** In: only from the router's pods (or an Ingress controller's), only to the workspace's own ports. */
export function fromRouterManifest(spec: WorkspaceSpec) {
  const { router } = spec.placement;
  return {
    apiVersion: "networking.k8s.io/v1" as const,
    kind: "NetworkPolicy" as const,
    metadata: metadataOf(spec, objectNames.fromRouter),
    spec: {
      podSelector: { matchLabels: podSelector(spec) },
      policyTypes: ["Ingress"],
      ingress: [
        {
          from: [
            {
              namespaceSelector: { matchLabels: { [namespaceName]: router.namespace } },
              podSelector: { matchLabels: router.podLabels },
            },
          ],
          ports: spec.shape.ports.map(({ port }) => ({ protocol: "TCP", port })),
        },
      ],
    },
  };
}

/** Out: the cluster's DNS, the public internet where the blueprint wants it, and what the blueprint names. */
export function toInternetManifest(spec: WorkspaceSpec) {
  const { egress } = spec.shape;
  const internet = egress.internet
    ? [
        {
          to: publicInternet(spec.placement.denyEgress).map(({ cidr, except }) => ({
            ipBlock: { cidr, except: [...except] },
          })),
        },
      ]
    : [];
  const further = egress.allow.map(({ cidr, ports }) => ({
    to: [{ ipBlock: { cidr } }],
    // No list of ports means all of them; an empty list would mean the same, but says otherwise to a reader.
    ...(ports.length === 0 ? {} : { ports: ports.map((port) => ({ protocol: "TCP", port })) }),
  }));
  return {
    apiVersion: "networking.k8s.io/v1" as const,
    kind: "NetworkPolicy" as const,
    metadata: metadataOf(spec, objectNames.toInternet),
    spec: {
      podSelector: { matchLabels: podSelector(spec) },
      policyTypes: ["Egress"],
      egress: [dnsRule, ...internet, ...further],
    },
  };
}

const dnsRule = {
  to: [
    {
      namespaceSelector: { matchLabels: { [namespaceName]: "kube-system" } },
      podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
    },
  ],
  ports: [
    { protocol: "UDP", port: 53 },
    { protocol: "TCP", port: 53 },
  ],
};
