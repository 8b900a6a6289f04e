import { describe, expect, test } from "vitest";
import { onPool } from "../../../components/core/pools.ts";
import { imagePrepullManifest } from "../../../components/nodes/manifests/image-prepull.ts";

describe("the image prepull", () => {
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
  const images = { home: "registry.example.com/home@sha256:1", desktop: "registry.example.com/desktop@sha256:2" };

  test("runs in every image a program that it brings along, on workspaces' nodes", () => {
    const labels = { "app.kubernetes.io/managed-by": "berth", "berth.dev/component": "image-prepull" };
    const pull = (name: string, image: string) => ({
      ...small,
      name: `pull-${name}`,
      image,
      command: ["/berth-prepull/true"],
      volumeMounts: [{ name: "tools", mountPath: "/berth-prepull", readOnly: true }],
    });
    expect(imagePrepullManifest(images, "berth-system")).toEqual({
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata: {
        name: "image-prepull",
        namespace: "berth-system",
        labels,
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
              runAsUser: 65534,
              runAsGroup: 65534,
              seccompProfile: { type: "RuntimeDefault" },
            },
            initContainers: [
              {
                ...small,
                name: "tools",
                image: "public.ecr.aws/docker/library/busybox:1.37.0-musl",
                command: ["/bin/cp", "/bin/busybox", "/berth-prepull/true"],
                volumeMounts: [{ name: "tools", mountPath: "/berth-prepull" }],
              },
              pull("desktop", "registry.example.com/desktop@sha256:2"),
              pull("home", "registry.example.com/home@sha256:1"),
            ],
            containers: [{ ...small, name: "pause", image: "registry.k8s.io/pause:3.10.1" }],
            volumes: [{ name: "tools", emptyDir: { sizeLimit: "8Mi" } }],
          },
        },
      },
    });
  });

  test("is the same whatever the order in which images are named", () => {
    const reversed = { desktop: images.desktop, home: images.home };
    expect(JSON.stringify(imagePrepullManifest(reversed, "x"))).toBe(JSON.stringify(imagePrepullManifest(images, "x")));
  });
});
