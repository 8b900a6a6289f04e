import { privateIpv4, publicInternet } from "./cidr.ts";
import { componentLabels } from "./labels.ts";

/** Label that Kubernetes itself puts on every namespace. */
const namespaceName = "kubernetes.io/metadata.name";

/** What a NetworkPolicy says of the pods it selects. */
export interface NetworkRules<Peer> {
  readonly podSelector: { readonly matchLabels?: Readonly<Record<string, string>> };
  readonly policyTypes: ("Ingress" | "Egress")[];
  readonly ingress?: Peer[];
  readonly egress?: Peer[];
}

/** A NetworkPolicy of one of the platform's own namespaces. */
export function networkPolicyManifest<Peer>(
  where: { readonly namespace: string; readonly component: string },
  name: string,
  rules: NetworkRules<Peer>,
) {
  return {
    apiVersion: "networking.k8s.io/v1" as const,
    kind: "NetworkPolicy" as const,
    metadata: { name, namespace: where.namespace, labels: componentLabels(where.component) },
    spec: rules,
  };
}

/** Nothing in, nothing out, for every pod of the namespace; what is allowed is said by the other policies. */
export function denyAllManifest(where: { readonly namespace: string; readonly component: string }) {
  return networkPolicyManifest<never>(where, "deny-all", { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
}

/** Pods of a namespace: those with the labels, or all. The name may be an output. */
export function podsOf<Name>(namespace: Name, labels?: Readonly<Record<string, string>>) {
  return {
    namespaceSelector: { matchLabels: { [namespaceName]: namespace } },
    ...(labels === undefined ? {} : { podSelector: { matchLabels: labels } }),
  };
}

/** Which pods a Service has. The namespace may be an output. */
export interface ServicePods<Name> {
  readonly namespace: Name;
  /** Labels of the pods; without them all of the namespace. */
  readonly podLabels?: Readonly<Record<string, string>> | undefined;
  /** Port of the pods, which may be another one than the Service's; without it all. */
  readonly podPort?: number | undefined;
}

/** Out to the pods of a Service. Policies speak of the pods' ports: a Service's own says nothing of them. */
export function toService<Name>({ namespace, podLabels, podPort }: ServicePods<Name>) {
  return { to: [podsOf(namespace, podLabels)], ...(podPort === undefined ? {} : { ports: tcp(podPort) }) };
}

export function tcp(...ports: readonly number[]) {
  return ports.map((port) => ({ protocol: "TCP", port }));
}

/** Out to the cluster's DNS. */
export const toDns = {
  to: [podsOf("kube-system", { "k8s-app": "kube-dns" })],
  ports: [{ protocol: "UDP", port: 53 }, ...tcp(53)],
};

/** Addresses within networks: of nodes, pods, Services and the API server. */
export const privateNetworks = privateIpv4.map((cidr) => ({ ipBlock: { cidr } }));

/** Addresses of the public internet, but those in `alsoDenied`. */
export function publicNetworks(alsoDenied: readonly string[] = []) {
  return publicInternet(alsoDenied).map(({ cidr, except }) => ({ ipBlock: { cidr, except: [...except] } }));
}

/**
 * Out to the API server. No selector reaches it: it is no pod, and its addresses (the Service's and, behind it, those of
 * the control plane's network interfaces) are known to nobody before the cluster is there. They are private ones, and
 * its ports are 443 on EKS and 6443 by custom.
 */
export const toApiServer = { to: privateNetworks, ports: tcp(443, 6443) };

/**
 * Out to the Pod Identity agent of the pod's node, for credentials in AWS:
 * https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html
 */
export const toPodIdentityAgent = { to: [{ ipBlock: { cidr: "169.254.170.23/32" } }], ports: tcp(80) };
