import { formatMemory, parseMemory } from "../../core/quantities.ts";
import type { WorkspaceSpec } from "../spec.ts";
import { identityPath, settingsPath } from "./identity.ts";
import { labelsOf, metadataOf, objectNames, podSelector } from "./metadata.ts";

/** Seconds that a workspace has to put its things away before it is killed. */
const gracePeriod = 30;
/** Seconds from its start after which a workspace that never answered is started anew. */
const startPatience = 300;

/**
 * The Cluster Autoscaler must not stop a running workspace to save a node; one that sleeps has no pod.
 * https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md#what-types-of-pods-can-prevent-ca-from-removing-a-node
 */
const keepInPlace = { "cluster-autoscaler.kubernetes.io/safe-to-evict": "false" } as const;

/**
 * The computer itself: one pod, never two at a time. It says nothing of `replicas`: sleeping and waking set that, and
 * an update must neither wake nor put to sleep.
 */
export function deploymentManifest(spec: WorkspaceSpec) {
  return {
    apiVersion: "apps/v1" as const,
    kind: "Deployment" as const,
    metadata: metadataOf(spec, objectNames.deployment),
    spec: {
      selector: { matchLabels: podSelector(spec) },
      strategy: { type: "Recreate" },
      revisionHistoryLimit: 1,
      progressDeadlineSeconds: startPatience * 2,
      template: { metadata: { labels: labelsOf(spec), annotations: { ...keepInPlace } }, spec: podSpec(spec) },
    },
  };
}

function podSpec(spec: WorkspaceSpec) {
  const { placement, shape } = spec;
  const { nodeSelector, tolerations } = placement;
  return {
    serviceAccountName: objectNames.serviceAccount,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: gracePeriod,
    ...(placement.priorityClassName === undefined ? {} : { priorityClassName: placement.priorityClassName }),
    ...(placement.runtimeClassName === undefined ? {} : { runtimeClassName: placement.runtimeClassName }),
    ...(placement.hostUsers === undefined ? {} : { hostUsers: placement.hostUsers }),
    ...(Object.keys(nodeSelector).length === 0 ? {} : { nodeSelector }),
    ...(tolerations.length === 0 ? {} : { tolerations: tolerations.map(tolerationOf) }),
    securityContext: {
      runAsNonRoot: true,
      runAsUser: shape.user.uid,
      runAsGroup: shape.user.gid,
      fsGroup: shape.user.gid,
      fsGroupChangePolicy: "OnRootMismatch",
      seccompProfile: { type: "RuntimeDefault" },
    },
    containers: [container(spec)],
    volumes: [
      { name: "home", persistentVolumeClaim: { claimName: objectNames.home } },
      // For the workspace's group only, which is nobody else's.
      { name: "identity", secret: { secretName: objectNames.identity, defaultMode: 0o440 } },
      { name: "settings", configMap: { name: objectNames.settings } },
      ...shape.scratch.map(({ size }, index) => ({ name: `scratch-${index}`, emptyDir: { sizeLimit: size } })),
    ],
  };
}

function container({ shape }: WorkspaceSpec) {
  const { probe } = shape;
  return {
    name: "workspace",
    image: shape.image,
    imagePullPolicy: "IfNotPresent",
    ...(shape.command === undefined ? {} : { command: shape.command }),
    env: Object.entries(shape.env).map(([name, value]) => ({ name, value })),
    ports: shape.ports.map(({ name, port }) => ({ name, containerPort: port, protocol: "TCP" })),
    resources: withDiskLimit(shape),
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      readOnlyRootFilesystem: shape.readOnlyRootFilesystem,
    },
    ...readinessProbes(probe),
    // A busy computer answers late: only one that takes no connection at all for two minutes is started anew.
    livenessProbe: { ...tcpProbe(probe.port), periodSeconds: 20, timeoutSeconds: 5, failureThreshold: 6 },
    volumeMounts: [
      { name: "home", mountPath: shape.home.mountPath },
      { name: "identity", mountPath: identityPath, readOnly: true },
      { name: "settings", mountPath: settingsPath, readOnly: true },
      ...shape.scratch.map(({ path }, index) => ({ name: `scratch-${index}`, mountPath: path })),
    ],
  };
}

/**
 * The node's own disk is shared: scratch space, logs and what is written beside the volume are limited, or one workspace
 * could fill it for all.
 */
function withDiskLimit({ resources, scratch, readOnlyRootFilesystem }: WorkspaceSpec["shape"]) {
  const beside = parseMemory(readOnlyRootFilesystem ? "256Mi" : "4Gi");
  const most = scratch.reduce((sum, { size }) => sum + parseMemory(size), beside);
  return {
    requests: { ...resources.requests, "ephemeral-storage": "64Mi" },
    limits: { ...resources.limits, "ephemeral-storage": formatMemory(most) },
  };
}

/**
 * The kubelet asks at fixed times, and takes up to a second to see that a startup probe succeeded: one that holds its answer
 * has none, is asked as soon as it runs, and is ready when it says so. Sometimes, in one start of twenty, the kubelet drops that
 * first question, because it has not yet noted that the container runs: the next is a second later, and a second is the least.
 * A question costs the agent 0.4 ms.
 */
function readinessProbes(probe: WorkspaceSpec["shape"]["probe"]) {
  const http = (path: string) => ({ httpGet: { path, port: probe.port } });
  if (probe.type === "http" && probe.startPath !== undefined) {
    return {
      readinessProbe: { ...http(probe.startPath), periodSeconds: 1, timeoutSeconds: 12, failureThreshold: 15 },
    };
  }
  const answers = probe.type === "http" ? http(probe.path) : tcpProbe(probe.port);
  return {
    startupProbe: { ...answers, periodSeconds: 1, timeoutSeconds: 2, failureThreshold: startPatience },
    readinessProbe: { ...answers, periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 3 },
  };
}

function tcpProbe(port: string) {
  return { tcpSocket: { port } };
}

function tolerationOf({ key, operator, value, effect }: WorkspaceSpec["placement"]["tolerations"][number]) {
  return {
    key,
    operator,
    ...(value === undefined ? {} : { value }),
    ...(effect === undefined ? {} : { effect }),
  };
}
