import { type Cidr, cidrContains, parseCidr } from "../../../components/core/cidr.ts";
import {
  isUnknown,
  type ResourceRule,
  type ResourceSubject,
  read,
  readList,
  type Violation,
  violation,
} from "../../rule.ts";
import { isOfWorkspace } from "../kubernetes-shared/objects.ts";

/**
 * Where pods would find their node's credentials:
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
 */
const metadata = ["169.254.169.254/32", "fd00:ec2::254/128"];

export const nameNetworkPolicyPeers = {
  name: "kubernetes-network-policy-name-peers",
  description:
    "A workspace's policies name who may come in and what may be reached, and never the metadata service of its node: " +
    "one that lets everything pass undoes all others, as policies add up.",
  severity: "mandatory",
  types: ["kubernetes:networking.k8s.io/v1:NetworkPolicy"],
  check: (subject) => {
    if (!isOfWorkspace(subject)) return [];
    return [
      ...readList(subject.props, "spec", "ingress").flatMap((rule, index) =>
        isNamed(rule, "from")
          ? []
          : [
              violation(
                subject,
                `spec.ingress[${index}] lets everyone in: it has no \`from\`.`,
                "Name who may come in: from: [{ namespaceSelector, podSelector }].",
              ),
            ],
      ),
      ...readList(subject.props, "spec", "egress").flatMap((rule, index) => {
        if (!isNamed(rule, "to")) {
          return [
            violation(
              subject,
              `spec.egress[${index}] lets its pods reach everything: it has no \`to\`.`,
              "Name what they may reach: to: [{ ipBlock }].",
            ),
          ];
        }
        return readList(rule, "to").flatMap((peer) => exposed(subject, index, read(peer, "ipBlock")));
      }),
    ];
  },
} satisfies ResourceRule;

/** Whether a rule says who: without that, and with an empty list, it means everyone. */
function isNamed(rule: unknown, peers: string): boolean {
  const named = read(rule, peers);
  return isUnknown(named) || readList(named).length > 0;
}

/** What a block of addresses should leave out. */
function exposed(subject: ResourceSubject, index: number, block: unknown): readonly Violation[] {
  const cidr = read(block, "cidr");
  const except = readList(block, "except");
  if (typeof cidr !== "string" || isUnknown(read(block, "except")) || except.some(isUnknown)) return [];
  const open = metadata.filter((address) => holds(cidr, address) && !except.some((hole) => holds(hole, address)));
  return open.map((address) =>
    violation(
      subject,
      `spec.egress[${index}] lets its pods reach the metadata service of their node: ${cidr} holds ${address}.`,
      "Leave it out with `except`, as publicNetworks() does, or name smaller blocks.",
    ),
  );
}

function holds(block: unknown, address: string): boolean {
  const outer = typeof block === "string" ? parsed(block) : null;
  return outer !== null && cidrContains(outer, parseCidr(address));
}

/** What is no block is refused by the API server. */
function parsed(text: string): Cidr | null {
  try {
    return parseCidr(text);
  } catch {
    return null;
  }
}
