import { CoreV1Api, KubeConfig, type V1EnvVar, type V1Pod } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { restrictedLabels } from "../../components/workspace/manifests/namespace.ts";
import { useRealBerth } from "../support/real/berth.ts";

const { kubeconfig, images } = useRealBerth();
const namespace = "images-under-test";

/** What an image may use and write, as its blueprint or component has it. */
interface Surroundings {
  readonly image: string;
  readonly user: number;
  readonly memory: string;
  readonly home: string;
  readonly readOnly: boolean;
  readonly writable: readonly string[];
  readonly args?: string[];
  readonly env?: V1EnvVar[];
}

const ofUsers = { user: 1000, writable: ["/tmp"] };
const surroundings: Readonly<Record<string, Surroundings>> = {
  desktop: { ...ofUsers, image: "desktop/test", memory: "3Gi", home: "/home/user", readOnly: false },
  home: { ...ofUsers, image: "home/test", memory: "256Mi", home: "/home/user", readOnly: true },
  ide: { ...ofUsers, image: "ide/test", memory: "2Gi", home: "/workspace", readOnly: true },
  sandbox: { ...ofUsers, image: "sandbox/test", memory: "1Gi", home: "/workspace", readOnly: true },
};

const service: Surroundings = {
  ...{ image: "provisioner", user: 10_001, memory: "512Mi", readOnly: true },
  ...{ home: "/var/lib/berth", writable: ["/tmp"] },
};

describe("In a pod that is restricted,", () => {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const api = config.makeApiClient(CoreV1Api);

  beforeAll(async () => {
    await api.createNamespace({ body: { metadata: { name: namespace, labels: { ...restrictedLabels } } } });
  });
  afterAll(() => api.deleteNamespace({ name: namespace }));

  test.each(Object.entries(surroundings))(
    "the own tests of the image %s pass",
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

  test.each([
    ["API and engine", "provisioner/main.ts"],
    ["the router", "provisioner/router/main.ts"],
    ["migrations", "provisioner/migrate.ts"],
  ])(
    "the service's entry for %s starts in one, and says what is wrong with its configuration",
    async (_what, entry) => {
      const name = entry.replace(/\.ts$/, "").replaceAll("/", "-");
      const wrong = [{ name: "DATABASE_URL", value: "nowhere" }];
      await api.createNamespacedPod({ namespace, body: podOf(name, { ...service, args: [entry], env: wrong }) });
      expect(await ended(name)).toBe("Failed");
      expect(await api.readNamespacedPodLog({ namespace, name })).toMatch(/^Berth cannot start:\n {2}DATABASE_URL: /m);
    },
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

  function podOf(name: string, around: Surroundings): V1Pod {
    const { image, user, memory, home, readOnly, writable, args, env } = around;
    const folders = [...writable, home].map((path, index) => ({ name: `folder-${index}`, path }));
    return {
      metadata: { name },
      spec: {
        restartPolicy: "Never",
        automountServiceAccountToken: false,
        securityContext: {
          runAsNonRoot: true,
          runAsUser: user,
          runAsGroup: user,
          fsGroup: user,
          seccompProfile: { type: "RuntimeDefault" },
        },
        containers: [
          {
            name,
            image: images[image] ?? "",
            imagePullPolicy: "Never",
            ...(args === undefined ? {} : { args }),
            ...(env === undefined ? {} : { env }),
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
