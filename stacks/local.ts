import { isAbsolute, resolve } from "node:path";
import type { Output } from "@pulumi/pulumi";
import { Foundation } from "../components/platform/foundation.ts";
import { type ClusterChoice, clusterProvider } from "./cluster.ts";
import type { LocalConfig } from "./config.ts";

export interface LocalOutputs {
  readonly namespace: Output<string>;
  readonly storageClassName: Output<string>;
}

/** What any cluster needs before the first workspace. */
export function localProgram(config: LocalConfig): LocalOutputs {
  const { installation, storage } = config;
  const provider = clusterProvider(clusterOf(config.cluster));
  const foundation = new Foundation("berth", { spec: { installation, storage } }, { provider });
  return { namespace: foundation.namespace, storageClassName: foundation.storageClassName };
}

/** The cluster that a configuration names; its kubeconfig's path is absolute or from the checkout. */
export function clusterOf({ kubeconfig, context }: LocalConfig["cluster"]): ClusterChoice {
  const checkout = resolve(import.meta.dirname, "..");
  return {
    ...(kubeconfig === undefined
      ? {}
      : { kubeconfig: isAbsolute(kubeconfig) ? kubeconfig : resolve(checkout, kubeconfig) }),
    ...(context === undefined ? {} : { context }),
  };
}
