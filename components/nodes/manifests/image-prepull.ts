import { componentLabels } from "../../core/labels.ts";
import { onPool } from "../../core/pools.ts";

const name = "image-prepull";
const labels = componentLabels(name);
const nobody = 65534;
const tools = { path: "/berth-prepull", program: "/berth-prepull/true" };

/**
 * A static program for every architecture (https://hub.docker.com/_/busybox), which does what the name says that it is
 * called by.
 */
const toolsImage = "public.ecr.aws/docker/library/busybox:1.37.0-musl";
/** What Kubernetes itself keeps a pod's place with: it does nothing. */
const pauseImage = "registry.k8s.io/pause:3.10.1";

/**
 * A pod on each node of workspaces that has their images pulled. Images come one by one, in the order of their keys, as
 * init containers that end at once. What they run is not the image's: a static `true` that the first one puts into a
 * shared folder, so an image needs no shell, not even a libc. (An image as a volume would need no program at all, but is
 * on by default from Kubernetes 1.35 only: https://kubernetes.io/docs/tasks/configure-pod-container/image-volumes/.)
 *
 * As long as the pod is there its images count as used, and the kubelet does not clear them away when the disk fills.
 */
export function imagePrepullManifest<Text>(images: Readonly<Record<string, Text>>, namespace: Text) {
  const keys = Object.keys(images).sort();
  return {
    apiVersion: "apps/v1" as const,
    kind: "DaemonSet" as const,
    metadata: {
      name,
      namespace,
      labels,
      // Nothing waits for it, and an image that cannot be had must not hold up the platform.
      annotations: { "pulumi.com/skipAwait": "true" },
    },
    spec: {
      selector: { matchLabels: labels },
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "100%" } },
      template: {
        metadata: { labels },
        spec: {
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          ...onPool("workspaces"),
          securityContext: {
            runAsNonRoot: true,
            runAsUser: nobody,
            runAsGroup: nobody,
            seccompProfile: { type: "RuntimeDefault" },
          },
          initContainers: [
            {
              ...small,
              name: "tools",
              image: toolsImage,
              command: ["/bin/cp", "/bin/busybox", tools.program],
              volumeMounts: [{ name: "tools", mountPath: tools.path }],
            },
            ...keys.map((key) => ({
              ...small,
              name: `pull-${key}`,
              image: images[key],
              command: [tools.program],
              volumeMounts: [{ name: "tools", mountPath: tools.path, readOnly: true }],
            })),
          ],
          containers: [{ ...small, name: "pause", image: pauseImage }],
          volumes: [{ name: "tools", emptyDir: { sizeLimit: "8Mi" } }],
        },
      },
    },
  };
}

/** The prepull pods talk to nobody: the kubelet pulls. */
export function imagePrepullNetworkPolicy<Text>(namespace: Text) {
  return {
    apiVersion: "networking.k8s.io/v1" as const,
    kind: "NetworkPolicy" as const,
    metadata: { name, namespace, labels },
    spec: { podSelector: { matchLabels: labels }, policyTypes: ["Ingress", "Egress"] },
  };
}

const small = {
  imagePullPolicy: "IfNotPresent",
  resources: {
    requests: { cpu: "5m", memory: "8Mi", "ephemeral-storage": "8Mi" },
    limits: { cpu: "100m", memory: "32Mi", "ephemeral-storage": "32Mi" },
  },
  securityContext: {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
    readOnlyRootFilesystem: true,
  },
};
