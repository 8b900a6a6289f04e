import { networkPolicyManifest, tcp, toApiServer, toPodIdentityAgent } from "../../core/network-policy.ts";

const where = { namespace: "kube-system", component: "cluster" };

/**
 * What the pods of `kube-system` may do. Strict network policies close every pod that no policy selects, those of the
 * add-ons among them, so this must be there before they are; what runs in the node's own network (VPC CNI, kube-proxy,
 * Pod Identity agent) is not concerned, and the kubelet's probes come through always:
 * https://docs.aws.amazon.com/eks/latest/userguide/cni-network-policy-configure.html
 *
 * In, from everywhere: DNS, CoreDNS' metrics, and Metrics Server's port, where the control plane asks.
 * Out: DNS (CoreDNS asks the VPC's own), AWS' services, the API server, kubelets, and the Pod Identity agent.
 */
export function systemPodsPolicy() {
  return networkPolicyManifest<object>(where, "berth-system-pods", {
    podSelector: {},
    policyTypes: ["Ingress", "Egress"],
    // 10251 is Metrics Server's as EKS has it: https://docs.aws.amazon.com/eks/latest/userguide/metrics-server.html
    ingress: [{ ports: [...dns, ...tcp(9153, 10251)] }],
    egress: [
      { ports: [...dns, ...tcp(443)] },
      { to: toApiServer.to, ports: [...toApiServer.ports, ...tcp(10250)] },
      toPodIdentityAgent,
    ],
  });
}

const dns = [{ protocol: "UDP", port: 53 }, ...tcp(53)];
