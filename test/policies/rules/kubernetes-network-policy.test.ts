import { nameNetworkPolicyPeers } from "../../../policies/rules/kubernetes-network-policy/name-peers.ts";
import { describeRule } from "./describe-rule.ts";
import { inPlatform, inWorkspace } from "./kubernetes-fixtures.ts";

const type = "kubernetes:networking.k8s.io/v1:NetworkPolicy";
const spec = {
  podSelector: {},
  ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 3000 }] }],
  egress: [
    { to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["169.254.0.0/16", "10.0.0.0/8"] } }] },
    { to: [{ podSelector: {} }], ports: [{ port: 53 }] },
  ],
};
const it = `workspace-to-internet (${type}):`;
const leaveOut = "Leave it out with `except`, as publicNetworks() does, or name smaller blocks.";

describeRule(nameNetworkPolicyPeers, inWorkspace(type, "to-internet", { spec }), {
  refuses: {
    "a way in for everyone": {
      change: [["spec", "ingress", 0, "from"], undefined],
      says: [
        `${it} spec.ingress[0] lets everyone in: it has no \`from\`. Name who may come in: from: [{ namespaceSelector, podSelector }].`,
      ],
    },
    "a way out to everything": {
      change: [["spec", "egress", 1, "to"], []],
      says: [
        `${it} spec.egress[1] lets its pods reach everything: it has no \`to\`. Name what they may reach: to: [{ ipBlock }].`,
      ],
    },
    "a way out to the node's credentials": {
      change: [["spec", "egress", 0, "to", 0, "ipBlock", "except"], ["10.0.0.0/8"]],
      says: [
        `${it} spec.egress[0] lets its pods reach the metadata service of their node: 0.0.0.0/0 holds 169.254.169.254/32. ${leaveOut}`,
      ],
    },
    "the same by IPv6": {
      change: [["spec", "egress", 0, "to", 0, "ipBlock"], { cidr: "::/0", except: ["fe80::/10"] }],
      says: [
        `${it} spec.egress[0] lets its pods reach the metadata service of their node: ::/0 holds fd00:ec2::254/128. ${leaveOut}`,
      ],
    },
  },
  allows: {
    "another network of a company": {
      change: [["spec", "egress", 0, "to", 0, "ipBlock"], { cidr: "192.168.7.0/24" }],
    },
  },
  waitsFor: [
    ["spec", "ingress"],
    ["spec", "ingress", 0],
    ["spec", "ingress", 0, "from"],
    ["spec", "egress", 0, "to"],
    ["spec", "egress", 0, "to", 0],
    ["spec", "egress", 0, "to", 0, "ipBlock", "cidr"],
    ["spec", "egress", 0, "to", 0, "ipBlock", "except"],
    ["spec", "egress", 0, "to", 0, "ipBlock", "except", 0],
    ["spec"],
  ],
});
describeRule(
  { ...nameNetworkPolicyPeers, name: "kubernetes-network-policy-name-peers, of the platform" },
  inPlatform(type, "from-clients", { spec: { ingress: [{ ports: [{ port: 8443 }] }] } }),
  { refuses: {}, waitsFor: [["spec"]] },
);
