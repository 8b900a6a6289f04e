import { componentLabels, workspaceLabels } from "../../../components/core/labels.ts";
import type { ResourceSubject } from "../../../policies/rule.ts";

/** A resource as a rule gets it. */
export function subjectOf(type: string, name: string, props: Readonly<Record<string, unknown>>): ResourceSubject {
  return { type, name, urn: `urn:pulumi:dev::berth::${type}::${name}`, props };
}

/** Labels of an object of the platform's. */
export const ofApi: Readonly<Record<string, string>> = componentLabels("api");
/** Labels of an object of the workspace `ws-ada`. */
export const ofWorkspace: Readonly<Record<string, string>> = workspaceLabels({
  id: "ws-ada",
  owner: "ada",
  blueprint: "desktop",
  installation: "dev",
});

/** One container of a pod that is as confined as can be. */
const container = {
  name: "api",
  image: `111122223333.dkr.ecr.eu-central-1.amazonaws.com/berth-dev/provisioner@sha256:${"a".repeat(64)}`,
  args: ["provisioner/main.ts"],
  env: [
    { name: "BERTH_PORT", value: "8080" },
    { name: "BERTH_ADMIN_TOKEN", valueFrom: { secretKeyRef: { name: "berth-api", key: "token" } } },
  ],
  ports: [{ name: "http", containerPort: 8080 }],
  resources: { requests: { cpu: "250m", memory: "256Mi" }, limits: { cpu: "1", memory: "256Mi" } },
  securityContext: {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
    readOnlyRootFilesystem: true,
  },
};

/** What a pod is, with a container of each sort. */
export const podSpec = {
  automountServiceAccountToken: false,
  securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: "RuntimeDefault" } },
  containers: [container],
  initContainers: [{ ...container, name: "prepare" }],
  ephemeralContainers: [{ ...container, name: "debug" }],
  volumes: [
    { name: "temporary", emptyDir: {} },
    { name: "account", projected: { sources: [{ configMap: { name: "kube-root-ca.crt" } }] } },
  ],
};

export const deployment = subjectOf("kubernetes:apps/v1:Deployment", "api", {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "berth-api", namespace: "berth-system", labels: ofApi },
  spec: {
    replicas: 2,
    selector: { matchLabels: ofApi },
    template: { metadata: { labels: ofApi }, spec: podSpec },
  },
});

export const workspaceDeployment = subjectOf("kubernetes:apps/v1:Deployment", "workspace", {
  metadata: { name: "workspace", namespace: "ws-ada", labels: ofWorkspace },
  spec: {
    selector: { matchLabels: { "berth.dev/workspace": "ws-ada" } },
    template: { metadata: { labels: ofWorkspace }, spec: podSpec },
  },
});

/** An object of the workspace `ws-ada` with its name, and what comes with its kind. */
export function inWorkspace(type: string, name: string, rest: Readonly<Record<string, unknown>>): ResourceSubject {
  return subjectOf(type, `workspace-${name}`, {
    metadata: { name, namespace: "ws-ada", labels: ofWorkspace },
    ...rest,
  });
}

/** An object of the platform's. */
export function inPlatform(type: string, name: string, rest: Readonly<Record<string, unknown>>): ResourceSubject {
  return subjectOf(type, name, { metadata: { name, namespace: "berth-system", labels: ofApi }, ...rest });
}

const confined = {
  "pod-security.kubernetes.io/enforce": "restricted",
  "pod-security.kubernetes.io/enforce-version": "latest",
};

export const workspaceNamespace = subjectOf("kubernetes:core/v1:Namespace", "workspace-namespace", {
  metadata: { name: "ws-ada", labels: { ...ofWorkspace, ...confined } },
});

export const platformNamespace = subjectOf("kubernetes:core/v1:Namespace", "berth-namespace", {
  metadata: { name: "berth-system", labels: { ...ofApi, ...confined } },
});
