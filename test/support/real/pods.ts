import { PassThrough } from "node:stream";
import { CoreV1Api, Exec, KubeConfig, type V1Pod } from "@kubernetes/client-node";

/** What a command in a pod has printed, and how it ended. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Which pod. */
export interface PodName {
  readonly namespace: string;
  readonly name: string;
}

/** A cluster's pods, as an administrator sees them. */
export interface Pods {
  /** The running pod of a workspace. */
  of(workspace: string): Promise<V1Pod>;
  /** Runs a command in the workspace's container, as its user would in a shell of theirs. */
  run(workspace: string, ...command: readonly string[]): Promise<Ran>;
  /** Runs a command in the first container of some pod. */
  runIn(pod: PodName, command: readonly string[]): Promise<Ran>;
  /** Makes a pod and waits until it is ready. */
  make(namespace: string, pod: V1Pod): Promise<V1Pod>;
  readonly api: CoreV1Api;
}

export function podsOf(kubeconfig: string): Pods {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const api = config.makeApiClient(CoreV1Api);
  const exec = new Exec(config);

  const of = async (workspace: string): Promise<V1Pod> => {
    const { items } = await api.listNamespacedPod({ namespace: workspace });
    const running = items.filter(
      ({ metadata, status }) => metadata?.deletionTimestamp === undefined && status?.phase === "Running",
    );
    const [pod] = running;
    if (running.length !== 1 || pod === undefined) throw new Error(`${workspace} has ${running.length} running pods`);
    return pod;
  };

  const runIn: Pods["runIn"] = async ({ namespace, name }, command) => {
    const pod = await api.readNamespacedPod({ namespace, name });
    const out = collect();
    const errors = collect();
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const socket = await exec.exec(
      namespace,
      name,
      pod.spec?.containers[0]?.name ?? "",
      [...command],
      out.stream,
      errors.stream,
      null,
      false,
      ({ status, details }) => {
        const code = details?.causes?.find(({ reason }) => reason === "ExitCode")?.message;
        resolve(status === "Success" ? 0 : Number(code ?? "-1"));
      },
    );
    socket.on("error", reject);
    const code = await promise;
    return { code, stdout: out.text(), stderr: errors.text() };
  };

  return {
    api,
    of,
    runIn,
    run: async (workspace, ...command) => {
      const { metadata } = await of(workspace);
      return runIn({ namespace: workspace, name: metadata?.name ?? "" }, command);
    },
    async make(namespace, pod) {
      const made = await api.createNamespacedPod({ namespace, body: pod });
      const name = made.metadata?.name ?? "";
      for (;;) {
        const seen = await api.readNamespacedPod({ namespace, name });
        if (seen.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True")) return seen;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
  };
}

function collect() {
  const chunks: Buffer[] = [];
  const stream = new PassThrough();
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  return { stream, text: () => Buffer.concat(chunks).toString() };
}
