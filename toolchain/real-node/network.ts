import { apiServerAddress, serviceRange } from "../platform/components.ts";

/**
 * A real node is a machine of its own: its network is linked to the host's by one cable.
 *
 * ```
 * host 10.89.0.1 ── berth0 ═══ eth0 ── 10.89.0.2 node ── 10.88.0.0/16 pods
 * ```
 */
export const link = { name: "berth0", host: apiServerAddress.real, node: "10.89.0.2", prefix: 30 } as const;

/** Addresses of the node's pods. */
export const podRange = "10.88.0.0/16";

/** Address of the cluster's DNS. */
export const dnsAddress = "10.96.0.10";

/** Routes of the host to what is inside. */
export const routes = [podRange, serviceRange] as const;

/**
 * Lets pods reach what the host reaches: the host forwards for them, under its own address. Names of tables are ours, so
 * that taking them away takes nothing else away.
 */
export const hostRules = `
table ip berth_node {
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr { ${podRange}, ${link.node} } oifname != "${link.name}" masquerade
  }
}
`;
