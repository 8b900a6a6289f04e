import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf, SetupError } from "../errors.ts";
import { type Progress, silent } from "../terminal.ts";
import { type Platform, type PlatformOptions, startPlatform } from "./platform.ts";

export interface ClusterChoice extends PlatformOptions {
  /** The context of an existing cluster, `--context`. @default the kubeconfig's current one */
  readonly context?: string | undefined;
  /** Paths of kubeconfig files, as in `$KUBECONFIG`. @default `~/.kube/config` when only a context is given */
  readonly kubeconfig?: string | undefined;
}

/**
 * The Kubernetes to use: an existing cluster when a kubeconfig or a context is given, else the local platform.
 *
 * @throws SetupError when the context is unknown or the cluster does not answer.
 */
export function openPlatform(choice: ClusterChoice, progress: Progress = silent): Promise<Platform> {
  return choice.kubeconfig || choice.context ? useCluster(choice, progress) : startPlatform(choice, progress);
}

/** How long an existing cluster may take to answer. */
const answerWithinMs = 10_000;

/** Checks that a cluster answers, and writes a kubeconfig of that context alone into the state folder. */
async function useCluster({ state, context, kubeconfig }: ClusterChoice, progress: Progress): Promise<Platform> {
  const { KubeConfig, VersionApi } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  const source = kubeconfig || "~/.kube/config";
  try {
    const [first, ...rest] = (kubeconfig ?? "").split(":").filter((path) => path !== "");
    if (first) config.loadFromFile(first);
    else config.loadFromDefault();
    for (const path of rest) {
      const more = new KubeConfig();
      more.loadFromFile(path);
      config.mergeConfig(more);
    }
  } catch (error) {
    throw new SetupError(`The kubeconfig ${source} cannot be read: ${messageOf(error)}`);
  }
  if (context) config.setCurrentContext(context);
  const cluster = config.getCurrentCluster();
  const current = config.getContextObject(config.getCurrentContext());
  if (!cluster || !current) {
    const known = config.getContexts().map(({ name }) => name);
    throw new SetupError(
      `There is no context ${config.getCurrentContext() || "chosen"} in ${source}; it has ${known.join(", ") || "none"}. Choose one by --context.`,
    );
  }

  await progress.step(`Reach the cluster of context ${current.name}`, async (note) => {
    const api = config.makeApiClient(VersionApi);
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new Error(`no answer within ${answerWithinMs / 1000} s`)), answerWithinMs);
    try {
      const { gitVersion } = await Promise.race([api.getCode(), late]);
      note(`${cluster.server}, Kubernetes ${gitVersion}`);
    } catch (error) {
      throw new SetupError(
        `The cluster of context ${current.name} (${cluster.server}) does not answer: ${messageOf(error)}\n` +
          "Check it with kubectl, choose another by --context, or unset KUBECONFIG to let Berth start one of its own.",
      );
    } finally {
      clearTimeout(timer);
    }
  });

  mkdirSync(state, { recursive: true, mode: 0o700 });
  const file = join(state, "existing.kubeconfig");
  config.users = config.users.filter(({ name }) => name === current.user);
  config.clusters = [cluster];
  config.contexts = [current];
  writeFileSync(file, config.exportConfig(), { mode: 0o600 });
  return { kubeconfig: file, server: cluster.server, reused: true, stop: async () => {} };
}
