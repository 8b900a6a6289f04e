import { componentLabels, labelKeys, managedBy } from "../../core/labels.ts";
import { foundationNames } from "../names.ts";
import type { FoundationSpec } from "../spec.ts";

/** Kinds that the engine may write in a workspace's namespace: `<group>/<resource>[/<subresource>]`. */
const workspaceKinds = [
  "/serviceaccounts",
  "/resourcequotas",
  "/limitranges",
  "/persistentvolumeclaims",
  "/secrets",
  "/configmaps",
  "/services",
  "networking.k8s.io/networkpolicies",
  "apps/deployments",
  "apps/deployments/scale",
];

/** Kinds of the cluster that it may write, each confined by a policy of its own. */
const clusterKinds = ["/namespaces", "/persistentvolumes"];

/** Questions about oneself: they are created, but change nothing. */
const reviews = [
  "authorization.k8s.io/selfsubjectaccessreviews",
  "authorization.k8s.io/selfsubjectrulesreviews",
  "authentication.k8s.io/selfsubjectreviews",
];

interface Validation {
  /** A CEL expression that must be true. */
  readonly expression: string;
  readonly message: string;
}

/** What one policy holds the engine to. */
export interface Confinement {
  readonly groups: readonly string[];
  readonly resources: readonly string[];
  readonly operations?: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
  readonly validations: readonly Validation[];
}

/**
 * The walls around the engine. RBAC says which kinds it may write, but cannot tell a workspace's namespace from
 * another; these policies can. They hold for the engine's ServiceAccount only, and refuse when they cannot decide.
 */
export function confinements(spec: FoundationSpec) {
  const { installation } = spec;
  const { storageClass } = foundationNames(spec);
  const ours = (labels: string) =>
    [
      `${labels}[?${text(labelKeys.managedBy)}].orValue('') == ${text(managedBy)}`,
      `${labels}[?${text(labelKeys.installation)}].orValue('') == ${text(installation)}`,
    ].join(" && ");
  const workspaceOf = (labels: string, name: string) =>
    `${ours(labels)} && ${labels}[?${text(labelKeys.workspace)}].orValue('') == ${name}`;
  const restricted = (labels: string) =>
    [
      `${labels}[?'pod-security.kubernetes.io/enforce'].orValue('') == 'restricted'`,
      `${labels}[?'pod-security.kubernetes.io/enforce-version'].orValue('') == 'latest'`,
    ].join(" && ");

  const places: Confinement = {
    groups: ["*"],
    resources: ["*/*"],
    operations: ["*"],
    variables: {
      kind: "request.resource.group + '/' + request.resource.resource + (request.?subResource.orValue('') == '' ? '' : '/' + request.subResource)",
      labels: "namespaceObject == null ? {} : namespaceObject.metadata.?labels.orValue({})",
    },
    validations: [
      {
        expression: `variables.kind in ${list([...workspaceKinds, ...clusterKinds, ...reviews])}`,
        message: "The engine may write the kinds of a workspace's plan only.",
      },
      {
        expression: `!(variables.kind in ${list(workspaceKinds)}) || (request.namespace.startsWith('ws-') && ${workspaceOf("variables.labels", "request.namespace")} && ${restricted("variables.labels")})`,
        message: `The engine may write only in restricted namespaces of workspaces of installation ${installation}.`,
      },
    ],
  };

  const namespaces: Confinement = {
    groups: [""],
    resources: ["namespaces"],
    variables: {
      before: "oldObject == null ? {} : oldObject.metadata.?labels.orValue({})",
      after: "object == null ? {} : object.metadata.?labels.orValue({})",
      name: "object == null ? oldObject.metadata.name : object.metadata.name",
    },
    validations: [
      {
        expression: "variables.name.startsWith('ws-')",
        message: "The engine may write only namespaces whose name begins with 'ws-'.",
      },
      {
        expression: `oldObject == null || (${workspaceOf("variables.before", "variables.name")})`,
        message: `This namespace is no workspace of installation ${installation}: the engine may not touch it.`,
      },
      {
        expression: `object == null || (${workspaceOf("variables.after", "variables.name")})`,
        message: "The engine may not make a namespace without its ownership labels, nor take them away.",
      },
      {
        expression: `object == null || (${restricted("variables.after")})`,
        message: "The engine may not make a namespace below Pod Security level 'restricted', nor lower one.",
      },
    ],
  };

  // A label of ours is proof, as the engine can put it only on volumes that workspaces claim in our class. So a kept
  // volume stays ours when the installation takes another class.
  const volumeOurs = (volume: string, labels: string) =>
    `(${ours(labels)}) || (!(${text(labelKeys.installation)} in ${labels}) && ` +
    `${volume}.spec.?storageClassName.orValue('') == ${text(storageClass)} && ` +
    `${volume}.spec.?claimRef.?namespace.orValue('').startsWith('ws-'))`;
  const volumes: Confinement = {
    groups: [""],
    resources: ["persistentvolumes"],
    variables: {
      before: "oldObject == null ? {} : oldObject.metadata.?labels.orValue({})",
      after: "object == null ? {} : object.metadata.?labels.orValue({})",
    },
    validations: [
      { expression: "oldObject != null", message: "The engine may not make volumes: their provisioner does." },
      {
        expression: `oldObject == null || (${volumeOurs("oldObject", "variables.before")})`,
        message: "This volume belongs to no workspace of ours: the engine may not touch it.",
      },
      {
        expression: `object == null || (${volumeOurs("object", "variables.after")})`,
        message: "The engine may not give a volume away: its class, claim and ownership labels stay a workspace's.",
      },
      {
        expression: `object == null || !(${ours("variables.before")}) || (${ours("variables.after")})`,
        message: "The engine may not take a volume's ownership labels away.",
      },
      {
        expression: "object == null || object.spec.?claimRef.?namespace.orValue('ws-').startsWith('ws-')",
        message: "The engine may give a volume to claims in workspaces only.",
      },
    ],
  };

  const claims: Confinement = {
    groups: [""],
    resources: ["persistentvolumeclaims"],
    operations: ["CREATE"],
    validations: [
      {
        expression: `object.spec.?storageClassName.orValue('') == ${text(storageClass)}`,
        message: `The engine may claim volumes of class ${storageClass} only.`,
      },
    ],
  };

  const services: Confinement = {
    groups: [""],
    resources: ["services"],
    operations: ["CREATE", "UPDATE"],
    validations: [
      {
        expression:
          "object.spec.?type.orValue('ClusterIP') == 'ClusterIP' && size(object.spec.?externalIPs.orValue([])) == 0",
        message:
          "The engine may make services within the cluster only: no node ports, load balancers or foreign addresses.",
      },
    ],
  };

  const secrets: Confinement = {
    groups: [""],
    resources: ["secrets"],
    operations: ["CREATE", "UPDATE"],
    validations: [
      {
        expression: "object.?type.orValue('Opaque') == 'Opaque'",
        message: "The engine may make secrets of type Opaque only: no ServiceAccount's token.",
      },
    ],
  };

  return { places, namespaces, volumes, claims, services, secrets } satisfies Record<string, Confinement>;
}

/** One confinement as the API server takes it. */
export function policyManifest(spec: FoundationSpec, what: string, confinement: Confinement) {
  const names = foundationNames(spec);
  const { groups, resources, operations = ["CREATE", "UPDATE", "DELETE"], variables = {}, validations } = confinement;
  return {
    apiVersion: "admissionregistration.k8s.io/v1" as const,
    kind: "ValidatingAdmissionPolicy" as const,
    metadata: { name: names.wall(what), labels: componentLabels("engine") },
    spec: {
      failurePolicy: "Fail",
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: [...groups],
            apiVersions: ["*"],
            operations: [...operations],
            resources: [...resources],
            scope: "*",
          },
        ],
      },
      matchConditions: [{ name: "engine", expression: `request.userInfo.username == ${text(names.engineUser)}` }],
      variables: Object.entries(variables).map(([variable, expression]) => ({ name: variable, expression })),
      validations: validations.map(({ expression, message }) => ({ expression, message, reason: "Forbidden" })),
    },
  };
}

/** Puts a confinement into force everywhere. */
export function policyBindingManifest(spec: FoundationSpec, what: string) {
  const name = foundationNames(spec).wall(what);
  return {
    apiVersion: "admissionregistration.k8s.io/v1" as const,
    kind: "ValidatingAdmissionPolicyBinding" as const,
    metadata: { name, labels: componentLabels("engine") },
    spec: { policyName: name, validationActions: ["Deny"] },
  };
}

/** A CEL string literal. */
function text(value: string): string {
  return `'${value.replace(/[\\']/g, "\\$&")}'`;
}

function list(values: readonly string[]): string {
  return `[${values.map(text).join(", ")}]`;
}
