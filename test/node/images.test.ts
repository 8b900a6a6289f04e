import { CoreV1Api, KubeConfig, type V1Pod } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { restrictedLabels } from "../../components/workspace/manifests/namespace.ts";
import { useRealBerth } from "../support/real/berth.ts";

const { kubeconfig, images } = useRealBerth();
const namespace = "images-under-test";

/** What an image may use and write, as its blueprint has it. */
interface Surroundings {
  readonly memory: string;
  readonly home: string;
  readonly readOnly: boolean;
  readonly writable: readonly string[];
}

const surroundings: Readonly<Record<string, Surroundings>> = {
  desktop: { memory: "3Gi", home: "/home/user", readOnly: false, writable: ["/tmp"] },
  home: { memory: "256Mi", home: "/home/user", readOnly: true, writable: ["/tmp"] },
  ide: { memory: "2Gi", home: "/workspace", readOnly: true, writable: ["/tmp"] },
  sandbox: { memory: "1Gi", home: "/workspace", readOnly: true, writable: ["/tmp"] },
};

describe("The image's own tests pass in a pod that is restricted:", () => {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const api = config.makeApiClient(CoreV1Api);

  beforeAll(async () => {
    await api.createNamespace({ body: { metadata: { name: namespace, labels: { ...restrictedLabels } } } });
  });
  afterAll(() => api.deleteNamespace({ name: namespace }));

  test.each(Object.entries(surroundings))(
    "%s",
    async (name, around) => {
      await api.createNamespacedPod({ namespace, body: podOf(name, around) });
      const phase = await ended(name);
      const log = await api.readNamespacedPodLog({ namespace, name });
      expect(log).toMatch(/^Ran [1-9]\d* tests? in/m);
      expect(log).toMatch(/^OK\b/m);
      expect(phase).toBe("Succeeded");
    },
    300_000,
  );

  async function ended(name: string): Promise<string> {
    for (;;) {
      const { status } = await api.readNamespacedPod({ namespace, name });
      if (status?.phase === "Succeeded" || status?.phase === "Failed") return status.phase;
      const waiting = status?.containerStatuses?.[0]?.state?.waiting;
      if (waiting?.reason?.startsWith("Err")) throw new Error(`${name} cannot start: ${waiting.message}`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  function podOf(name: string, { memory, home, readOnly, writable }: Surroundings): V1Pod {
    const folders = [...writable, home].map((path, index) => ({ name: `folder-${index}`, path }));
    return {
      metadata: { name },
      spec: {
        restartPolicy: "Never",
        automountServiceAccountToken: false,
        securityContext: {
          runAsNonRoot: true,
          runAsUser: 1000,
          runAsGroup: 1000,
          fsGroup: 1000,
          seccompProfile: { type: "RuntimeDefault" },
        },
        containers: [
          {
            name,
            image: images[`${name}/test`] ?? "",
            imagePullPolicy: "Never",
            resources: { limits: { memory, cpu: "2" }, requests: { memory: "128Mi", cpu: "100m" } },
            securityContext: {
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: readOnly,
              capabilities: { drop: ["ALL"] },
            },
            volumeMounts: folders.map((folder) => ({ name: folder.name, mountPath: folder.path })),
          },
        ],
        volumes: folders.map((folder) => ({ name: folder.name, emptyDir: { medium: "Memory", sizeLimit: "1Gi" } })),
      },
    };
  }
});
