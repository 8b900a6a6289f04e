import { componentLabels } from "../../core/labels.ts";
import { namespaceManifest } from "../../core/namespace.ts";
import { networkPolicyManifest } from "../../core/network-policy.ts";
import { foundationNames, type Identity } from "../names.ts";
import type { FoundationSpec } from "../spec.ts";

/** The namespace of the platform's programs, at the restricted Pod Security level like the workspaces'. */
export function systemNamespaceManifest(spec: FoundationSpec) {
  return namespaceManifest(foundationNames(spec).namespace, "platform", "restricted");
}

/**
 * Closes that namespace from the start, whatever comes into it and whoever brings it. It is the foundation's own: the
 * provisioner's objects come and go with the provisioner.
 */
export function defaultDenyManifest(spec: FoundationSpec) {
  const where = { namespace: foundationNames(spec).namespace, component: "platform" };
  return networkPolicyManifest<never>(where, "default-deny", {
    podSelector: {},
    policyTypes: ["Ingress", "Egress"],
  });
}

/**
 * What one of the programs runs as. The API and the router get no right on the cluster at all: the one asks the
 * database, the other finds workspaces by the cluster's DNS. Their pods ask for no token.
 */
export function serviceAccountManifest(spec: FoundationSpec, identity: Identity) {
  const names = foundationNames(spec);
  return {
    apiVersion: "v1" as const,
    kind: "ServiceAccount" as const,
    metadata: {
      name: names.serviceAccounts[identity],
      namespace: names.namespace,
      labels: componentLabels(identity),
    },
    // Who needs a token mounts one that ends (a projected volume), for what it needs it.
    automountServiceAccountToken: false,
  };
}

const read = ["get", "list", "watch"];
/** Only under the names that a workspace's plan gives: RBAC cannot look at labels, but it can at names. */
const named = ["get", "list", "watch", "update", "patch", "delete"];

/**
 * What the engine, and the runtime that waits for it, do on the cluster: manage a workspace's objects, look at its pods
 * and events, put it to sleep and wake it, and decide about its volume. Where it may do so is said by the admission
 * policies. Secrets and ConfigMaps can be read by their names in a workspace only, never listed.
 */
export function engineRoleManifest(spec: FoundationSpec) {
  return {
    apiVersion: "rbac.authorization.k8s.io/v1" as const,
    kind: "ClusterRole" as const,
    metadata: { name: foundationNames(spec).engineRole, labels: componentLabels("engine") },
    rules: [
      { apiGroups: [""], resources: ["namespaces"], verbs: [...read, "create", "update", "patch", "delete"] },
      { apiGroups: [""], resources: ["persistentvolumes"], verbs: [...read, "update", "patch", "delete"] },
      ...managed("", "persistentvolumeclaims", ["home"]),
      ...managed("", "serviceaccounts", ["workspace"]),
      ...managed("", "resourcequotas", ["workspace"]),
      ...managed("", "limitranges", ["workspace"]),
      ...managed("", "services", ["workspace"]),
      ...managed("", "secrets", ["identity"], []),
      ...managed("", "configmaps", ["settings"], []),
      ...managed("networking.k8s.io", "networkpolicies", ["default-deny", "from-router", "to-internet"]),
      ...managed("apps", "deployments", ["workspace"]),
      {
        apiGroups: ["apps"],
        resources: ["deployments/scale"],
        resourceNames: ["workspace"],
        verbs: ["get", "update", "patch"],
      },
      { apiGroups: ["apps"], resources: ["replicasets"], verbs: read },
      { apiGroups: [""], resources: ["pods", "events"], verbs: read },
      { apiGroups: ["events.k8s.io"], resources: ["events"], verbs: read },
      { apiGroups: ["networking.k8s.io"], resources: ["ingresses"], verbs: read },
      { apiGroups: ["storage.k8s.io"], resources: ["storageclasses"], verbs: ["get"] },
    ],
  };
}

function managed(group: string, resource: string, names: readonly string[], everywhere: readonly string[] = read) {
  const rule = { apiGroups: [group], resources: [resource] };
  return [
    { ...rule, verbs: [...everywhere, "create"] },
    { ...rule, resourceNames: [...names], verbs: [...named] },
  ];
}

/** Gives the engine its role in the whole cluster: the namespaces that it works in come and go. */
export function engineBindingManifest(spec: FoundationSpec) {
  const names = foundationNames(spec);
  return {
    apiVersion: "rbac.authorization.k8s.io/v1" as const,
    kind: "ClusterRoleBinding" as const,
    metadata: { name: names.engineRole, labels: componentLabels("engine") },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: names.engineRole },
    subjects: [{ kind: "ServiceAccount", name: names.serviceAccounts.engine, namespace: names.namespace }],
  };
}
