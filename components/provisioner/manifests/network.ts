import { labelKeys, managedBy } from "../../core/labels.ts";
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
import type { FoundationSpec } from "../../platform/spec.ts";
import type { ProvisionerSpec } from "../spec.ts";
import { httpPort, labelsOf, metricsPort, type Program, type ProvisionerNames } from "./programs.ts";

/** Port of Postgres on RDS. */
const postgresPort = 5432;

/** What each program may reach, and who may reach it. Nothing else: the namespace is closed. */
export function networkPolicies(spec: ProvisionerSpec, foundation: FoundationSpec, names: ProvisionerNames) {
  const { network, monitoring } = spec;
  const toDatabase = {
    to: (network.database ?? [network.vpc]).map((cidr) => ({ ipBlock: { cidr } })),
    ports: tcp(postgresPort),
  };
  // For the states and for the master's password: a token of IAM is made without a request.
  // AWS' services have no addresses of their own: in the VPC where it has private endpoints for them, else anywhere in
  // public. S3 keeps public ones even behind a gateway endpoint.
  const toAws = {
    to: [{ ipBlock: { cidr: network.vpc } }, ...publicNetworks()],
    ports: tcp(443),
  };
  const toWorkspaces = {
    to: [
      {
        namespaceSelector: {
          matchLabels: {
            [labelKeys.managedBy]: managedBy,
            [labelKeys.installation]: foundation.installation,
          },
          matchExpressions: [{ key: labelKeys.workspace, operator: "Exists" }],
        },
        podSelector: { matchExpressions: [{ key: labelKeys.workspace, operator: "Exists" }] },
      },
    ],
  };
  const fromEdge = { from: network.edgeNamespaces.toSorted().map((name) => podsOf(name)), ports: tcp(httpPort) };
  const fromMetrics = { from: [podsOf(monitoring.namespace)], ports: tcp(metricsPort) };

  const common = [toDns, toDatabase, toPodIdentityAgent];
  const policy = (program: Program, ingress: object[], egress: object[]) =>
    networkPolicyManifest({ namespace: names.namespace, component: program }, names.object(program), {
      podSelector: { matchLabels: labelsOf(program) },
      policyTypes: ["Ingress", "Egress"],
      ingress,
      egress,
    });
  return {
    denyAll: denyAllManifest({ namespace: names.namespace, component: "platform" }),
    api: policy("api", [fromEdge, fromMetrics], common),
    router: policy("router", [fromEdge, fromMetrics], [...common, toWorkspaces]),
    engine: policy("engine", [fromMetrics], [...common, toAws, toApiServer]),
    migrate: policy("migrate", [], [...common, toAws]),
  };
}
