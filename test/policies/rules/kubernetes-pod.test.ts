import { describe, expect, test } from "vitest";
import type { ResourceSubject } from "../../../policies/rule.ts";
import { dropPodCapabilities } from "../../../policies/rules/kubernetes-pod/drop-capabilities.ts";
import { filterPodSystemCalls } from "../../../policies/rules/kubernetes-pod/filter-system-calls.ts";
import { keepSecretsOutOfPod } from "../../../policies/rules/kubernetes-pod/hold-no-secret.ts";
import { keepPodOffHost } from "../../../policies/rules/kubernetes-pod/keep-off-host.ts";
import { limitPodResources } from "../../../policies/rules/kubernetes-pod/limit-resources.ts";
import { pinPodImage } from "../../../policies/rules/kubernetes-pod/pin-image.ts";
import { runPodUnprivileged } from "../../../policies/rules/kubernetes-pod/run-unprivileged.ts";
import { sealPodRootFilesystem } from "../../../policies/rules/kubernetes-pod/seal-root-filesystem.ts";
import { trustPodRegistry } from "../../../policies/rules/kubernetes-pod/trust-registry.ts";
import { withholdPodToken } from "../../../policies/rules/kubernetes-pod/withhold-token.ts";
import { describeRule, type Path } from "./describe-rule.ts";
import { deployment, podSpec, subjectOf, workspaceDeployment } from "./kubernetes-fixtures.ts";

const pod: Path = ["spec", "template", "spec"];
const first: Path = [...pod, "containers", 0];
const api = 'api (kubernetes:apps/v1:Deployment): container "api"';

const unprivileged =
  "Set runAsNonRoot: true (and runAsUser to another than 0) on the pod or the container, allowPrivilegeEscalation: " +
  "false on the container, and leave privileged out.";
const everyContainer = ['container "api"', 'init container "prepare"', 'ephemeral container "debug"'];

describeRule(runPodUnprivileged, deployment, {
  refuses: {
    "a pod that may run as root, in each of its containers": {
      change: [[...pod, "securityContext", "runAsNonRoot"], undefined],
      says: everyContainer.map(
        (one) =>
          `api (kubernetes:apps/v1:Deployment): ${one} may run as root: runAsNonRoot is missing. ${unprivileged}`,
      ),
    },
    "a container that takes its pod's word back": {
      change: [[...first, "securityContext", "runAsNonRoot"], false],
      says: [`${api} may run as root: runAsNonRoot is false. ${unprivileged}`],
    },
    "a container that is root": {
      change: [[...first, "securityContext", "runAsUser"], 0],
      says: [`${api} runs as root: runAsUser is 0. ${unprivileged}`],
    },
    "a container that may gain privileges": {
      change: [[...first, "securityContext", "allowPrivilegeEscalation"], undefined],
      says: [`${api} may gain privileges: allowPrivilegeEscalation is missing. ${unprivileged}`],
    },
    "a privileged container": {
      change: [[...first, "securityContext", "privileged"], true],
      says: [`${api} is privileged: privileged is true. ${unprivileged}`],
    },
    "a container that is a process of the node": {
      change: [[...first, "securityContext", "windowsOptions"], { hostProcess: true }],
      says: [`${api} runs on its node itself: windowsOptions.hostProcess is true. ${unprivileged}`],
    },
  },
  waitsFor: [
    [...pod, "securityContext", "runAsNonRoot"],
    [...pod, "securityContext"],
    [...first, "securityContext", "allowPrivilegeEscalation"],
    [...first, "securityContext", "privileged"],
    [...first, "securityContext"],
    first,
    [...pod, "containers"],
    pod,
  ],
});

const capabilities =
  'Write securityContext.capabilities: { drop: ["ALL"] } on the container, and add none but NET_BIND_SERVICE.';
describeRule(dropPodCapabilities, deployment, {
  refuses: {
    "a container that keeps capabilities": {
      change: [[...first, "securityContext", "capabilities", "drop"], ["NET_RAW"]],
      says: [`${api} keeps capabilities: capabilities.drop is ["NET_RAW"]. ${capabilities}`],
    },
    "an init container that says nothing of them": {
      change: [[...pod, "initContainers", 0, "securityContext", "capabilities"], undefined],
      says: [
        `api (kubernetes:apps/v1:Deployment): init container "prepare" keeps capabilities: capabilities.drop is missing. ${capabilities}`,
      ],
    },
    "a container that adds some": {
      change: [
        [...first, "securityContext", "capabilities", "add"],
        ["NET_BIND_SERVICE", "SYS_ADMIN", "NET_RAW"],
      ],
      says: [`${api} adds capabilities: capabilities.add has SYS_ADMIN, NET_RAW. ${capabilities}`],
    },
  },
  allows: {
    "a container that listens below port 1024": {
      change: [[...first, "securityContext", "capabilities", "add"], ["NET_BIND_SERVICE"]],
    },
  },
  waitsFor: [
    [...first, "securityContext", "capabilities", "drop"],
    [...first, "securityContext", "capabilities", "drop", 0],
    [...first, "securityContext", "capabilities", "add"],
  ],
});

describeRule(filterPodSystemCalls, deployment, {
  refuses: {
    "a container that takes the filter off": {
      change: [[...first, "securityContext", "seccompProfile"], { type: "Unconfined" }],
      says: [
        `${api} may call all of the kernel: seccompProfile.type is "Unconfined". Write securityContext.seccompProfile: { type: "RuntimeDefault" } on the pod.`,
      ],
    },
    "a pod that has none": {
      change: [[...pod, "securityContext", "seccompProfile"], undefined],
      says: everyContainer.map(
        (one) =>
          `api (kubernetes:apps/v1:Deployment): ${one} may call all of the kernel: seccompProfile.type is missing. Write securityContext.seccompProfile: { type: "RuntimeDefault" } on the pod.`,
      ),
    },
  },
  allows: {
    "a profile of the node's": {
      change: [[...pod, "securityContext", "seccompProfile"], { type: "Localhost", localhostProfile: "berth.json" }],
    },
  },
  waitsFor: [[...pod, "securityContext", "seccompProfile", "type"]],
});

const onApi = "api (kubernetes:apps/v1:Deployment):";
describeRule(keepPodOffHost, deployment, {
  refuses: {
    "a pod in its node's network": {
      change: [[...pod, "hostNetwork"], true],
      says: [`${onApi} the pod shares its node's network: hostNetwork is true. Leave hostNetwork out.`],
    },
    "a pod among its node's processes": {
      change: [[...pod, "hostPID"], true],
      says: [`${onApi} the pod shares its node's processes: hostPID is true. Leave hostPID out.`],
    },
    "a pod in its node's shared memory": {
      change: [[...pod, "hostIPC"], true],
      says: [`${onApi} the pod shares its node's shared memory: hostIPC is true. Leave hostIPC out.`],
    },
    "a folder of the node": {
      change: [[...pod, "volumes", 0], { name: "docker", hostPath: { path: "/var/run/docker.sock" } }],
      says: [
        `${onApi} volume "docker" is a folder of the node: hostPath is "/var/run/docker.sock". Mount an emptyDir, a PersistentVolumeClaim, a ConfigMap or a Secret instead.`,
      ],
    },
    "a port of the node": {
      change: [[...first, "ports", 0, "hostPort"], 8080],
      says: [
        `${api} takes a port of its node: hostPort is 8080. Leave hostPort out, and lead to the pod by a Service.`,
      ],
    },
  },
  allows: { "a pod that says no": { change: [[...pod, "hostNetwork"], false] } },
  waitsFor: [
    [...pod, "hostNetwork"],
    [...pod, "volumes"],
    [...pod, "volumes", 0],
    [...first, "ports", 0, "hostPort"],
  ],
});

const resources =
  'Write resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { cpu: "1", memory: "256Mi" } } with its own figures.';
describeRule(limitPodResources, deployment, {
  refuses: {
    "a container without a limit of its memory": {
      change: [[...first, "resources", "limits", "memory"], undefined],
      says: [`${api} lacks resources.limits.memory. ${resources}`],
    },
    "a container that says nothing": {
      change: [[...first, "resources"], undefined],
      says: [
        `${api} lacks resources.requests.cpu, resources.requests.memory, resources.limits.cpu, resources.limits.memory. ${resources}`,
      ],
    },
  },
  allows: { "a figure without a unit": { change: [[...first, "resources", "limits", "cpu"], 1] } },
  waitsFor: [
    [...first, "resources", "limits", "memory"],
    [...first, "resources"],
  ],
});

describeRule(sealPodRootFilesystem, deployment, {
  refuses: {
    "a program of the platform's that may write its own": {
      change: [[...first, "securityContext", "readOnlyRootFilesystem"], false],
      says: [
        `${api} may write its image's files: readOnlyRootFilesystem is false. Write securityContext.readOnlyRootFilesystem: true, and mount an emptyDir where it must write.`,
      ],
    },
  },
  waitsFor: [[...first, "securityContext", "readOnlyRootFilesystem"]],
});
describeRule(
  { ...sealPodRootFilesystem, name: "kubernetes-pod-seal-root-filesystem, of a workspace" },
  workspaceDeployment,
  {
    refuses: {
      "one that does not say": {
        change: [[...first, "securityContext", "readOnlyRootFilesystem"], undefined],
        says: [
          'workspace (kubernetes:apps/v1:Deployment): container "api" does not say whether its image\'s files can be written: readOnlyRootFilesystem is missing. Write securityContext.readOnlyRootFilesystem: true, or false where the workspace must write beside its volumes.',
        ],
      },
    },
    allows: {
      "a desktop that writes where it pleases": {
        change: [[...first, "securityContext", "readOnlyRootFilesystem"], false],
      },
    },
    waitsFor: [[...first, "securityContext", "readOnlyRootFilesystem"]],
  },
);

const token = [...pod, "volumes", 1, "projected", "sources", 0];
describeRule(withholdPodToken, deployment, {
  refuses: {
    "a pod that is handed a token": {
      change: [[...pod, "automountServiceAccountToken"], undefined],
      says: [
        `${onApi} its pods are handed a token for the API server: automountServiceAccountToken is missing. Write automountServiceAccountToken: false on the pod.`,
      ],
    },
  },
  allows: {
    "a program of the platform's that mounts one that ends": {
      change: [token, { serviceAccountToken: { path: "token", expirationSeconds: 3600 } }],
    },
  },
  waitsFor: [[...pod, "automountServiceAccountToken"], pod],
});
describeRule({ ...withholdPodToken, name: "kubernetes-pod-withhold-token, of a workspace" }, workspaceDeployment, {
  refuses: {
    "a token in a volume": {
      change: [token, { serviceAccountToken: { path: "token", expirationSeconds: 3600 } }],
      says: [
        'workspace (kubernetes:apps/v1:Deployment): volume "account" hands the workspace a token for the API server. Take its serviceAccountToken source out: what users run has no business with the cluster.',
      ],
    },
  },
  waitsFor: [token],
});

const exact =
  "End the image in its digest (@sha256:…), a whole version (:1.37.0) or a hash of its content (:0f9c2a51b7de).";
const moved = (image: string) => ({
  change: [[...first, "image"], image] as const,
  says: [`${api} has an image by a tag that can be moved: "${image}". ${exact}`],
});
describeRule(pinPodImage, deployment, {
  refuses: {
    "the newest": moved("public.ecr.aws/docker/library/busybox:latest"),
    "a branch": moved("registry.k8s.io/pause:main"),
    "a part of a version": moved("docker.io/library/postgres:17"),
    "a part of a version with its system": moved("docker.io/library/node:24-alpine"),
    "no tag": {
      change: [[...first, "image"], "registry.example.com:5000/berth/desktop"],
      says: [`${api} has an image without a tag: "registry.example.com:5000/berth/desktop". ${exact}`],
    },
    "half a digest": {
      change: [[...first, "image"], "registry.k8s.io/pause:3.10.1@sha256:abc"],
      says: [`${api} has an image with half a digest: "registry.k8s.io/pause:3.10.1@sha256:abc". ${exact}`],
    },
    "no image": { change: [[...first, "image"], undefined], says: [`${api} names no image. ${exact}`] },
    "a number in a registry where nobody promised not to move it": {
      ...moved("berth/desktop:1"),
      settings: { numbered: [] },
    },
  },
  allows: {
    "a whole version": { change: [[...first, "image"], "public.ecr.aws/docker/library/busybox:1.37.0-musl"] },
    "a hash of the content": { change: [[...first, "image"], "registry.example.com/berth/desktop:0f9c2a51b7de"] },
    "the number of a blueprint's image": { change: [[...first, "image"], "berth/desktop:1"] },
  },
  waitsFor: [[...first, "image"]],
});

const registries = [
  "*.dkr.ecr.*.amazonaws.com",
  "public.ecr.aws/docker/library",
  "registry.k8s.io",
  "docker.io/cloudflare",
  "docker.io/berth",
].join(", ");
const foreign = (image: string, repository: string, allowed = registries) => ({
  change: [[...first, "image"], image] as const,
  says: [
    `${api} has an image from a registry that is not allowed: "${image}" is ${repository}. Take it from one of ${allowed}, or add its registry to \`registries\`.`,
  ],
});
describeRule(trustPodRegistry, deployment, {
  refuses: {
    "another registry": foreign("ghcr.io/somebody/desktop:1.0.0", "ghcr.io/somebody/desktop"),
    "Docker Hub, where no registry is named": foreign("nginx:1.29.0", "docker.io/library/nginx"),
    "a name that only begins like a trusted one": foreign("docker.io/cloudflared/x:1.0.0", "docker.io/cloudflared/x"),
    "a host that only ends like a trusted one": foreign(
      "evil.example.com/1.dkr.ecr.eu.amazonaws.com/x:1.0.0",
      "evil.example.com/1.dkr.ecr.eu.amazonaws.com/x",
    ),
    "what is trusted elsewhere": {
      ...foreign("registry.k8s.io/pause:3.10.1", "registry.k8s.io/pause", "111122223333.*.*.*.amazonaws.com"),
      settings: { registries: ["111122223333.*.*.*.amazonaws.com"] },
    },
  },
  allows: {
    "a registry of one's own": {
      change: [[...first, "image"], "registry.example.com/berth/desktop:0f9c2a51b7de"],
      settings: {
        registries: ["registry.example.com/berth", "*.dkr.ecr.*.amazonaws.com"],
      },
    },
  },
  waitsFor: [[...first, "image"]],
});

const elsewhere =
  "Put it into a Secret, and let the container take it from there: valueFrom: { secretKeyRef } or a mounted file.";
describeRule(keepSecretsOutOfPod, deployment, {
  refuses: {
    "a password in a variable": {
      change: [[...first, "env", 0], { name: "DB_PASSWORD", value: "hunter2hunter2" }],
      says: [`${api} has a literal value in variable DB_PASSWORD. ${elsewhere}`],
    },
    "a URL with a password": {
      change: [[...first, "env", 0], { name: "DATABASE_URL", value: "postgres://berth:hunter2@db:5432/berth" }],
      says: [`${api} has a URL with a password in variable DATABASE_URL. ${elsewhere}`],
    },
    "a token on the command line": {
      change: [[...first, "args", 0], "--api-token=0123456789abcdef"],
      says: [`${api} has a literal value in args: api-token. ${elsewhere}`],
    },
    "a key within a command": {
      change: [[...first, "args", 0], `curl -u ${"AKIA"}${"Q".repeat(16)}: https://example.com`],
      says: [`${api} has an access key of AWS in args: 0. ${elsewhere}`],
    },
  },
  allows: {
    "a URL without one": {
      change: [[...first, "env", 0], { name: "DATABASE_URL", value: "postgres://berth@db:5432/berth" }],
    },
    "where a secret is": {
      change: [
        [...first, "env", 0],
        { name: "BERTH_DATABASE_SECRET", value: "arn:aws:secretsmanager:eu-central-1:111122223333:secret:rds" },
      ],
    },
    "a file that holds one": { change: [[...first, "env", 0], { name: "DB_PASSWORD", value: "/run/secrets/db" }] },
    "a variable that is put in": { change: [[...first, "args", 0], "--password=$(DB_PASSWORD)"] },
  },
  waitsFor: [
    [...first, "env", 0, "value"],
    [...first, "env", 0],
    [...first, "args", 0],
    [...first, "env"],
  ],
});

describe("rules for pods", () => {
  const bad = { ...podSpec, hostNetwork: true };
  const template = { metadata: {}, spec: bad };
  const kinds: Readonly<Record<string, object>> = {
    "core/v1:Pod": { spec: bad },
    "core/v1:PodTemplate": { template },
    "core/v1:ReplicationController": { spec: { template } },
    "apps/v1:Deployment": { spec: { template } },
    "apps/v1:StatefulSet": { spec: { template } },
    "apps/v1:DaemonSet": { spec: { template } },
    "apps/v1:ReplicaSet": { spec: { template } },
    "batch/v1:Job": { spec: { template } },
    "batch/v1:CronJob": { spec: { jobTemplate: { spec: { template } } } },
  };

  test("are for every kind that makes pods", () => {
    expect(keepPodOffHost.types).toEqual(Object.keys(kinds).map((kind) => `kubernetes:${kind}`));
  });

  test.each(Object.entries(kinds))("find the pod of a %s", (kind, props) => {
    const subject: ResourceSubject = subjectOf(`kubernetes:${kind}`, "it", { ...props });
    expect(keepPodOffHost.check(subject)).toEqual([
      {
        message: `it (kubernetes:${kind}): the pod shares its node's network: hostNetwork is true. Leave hostNetwork out.`,
        urn: subject.urn,
      },
    ]);
  });
});
