import { existsSync, readFileSync } from "node:fs";
import { parse } from "yaml";

type Environment = Readonly<Record<string, string | undefined>>;

/** A kubeconfig, and whether it leads to a cluster. */
export interface FoundKubeconfig {
  readonly config: unknown;
  /** What to tell the person, where there is no cluster. */
  readonly missing?: string;
}

/**
 * The cluster behind the cluster that is only pretended: the one whose kubeconfig `BERTH_STAND_IN_KUBECONFIG` names.
 * Never the local platform by itself: a program would take over what `npm start` laid there, and destroy it with the
 * rest. Where there is none, an address that refuses: the cloud half of a program runs, and what goes into the cluster
 * fails with the reason in its message.
 */
export function standInKubeconfig(environment: Environment = process.env): FoundKubeconfig {
  const file = standInKubeconfigFile(environment);
  if (file !== undefined && existsSync(file)) return { config: parse(readFileSync(file, "utf8")) };
  return {
    config: kubeconfig(refusing),
    missing: `Behind the stand-in of EKS there is no Kubernetes: ${file === undefined ? "BERTH_STAND_IN_KUBECONFIG names none" : `${file} is not there`}. ${howTo}`,
  };
}

/** Where the kubeconfig of that cluster is, if one is named. */
export function standInKubeconfigFile(environment: Environment = process.env): string | undefined {
  return environment.BERTH_STAND_IN_KUBECONFIG || undefined;
}

const howTo =
  "Name the kubeconfig of a cluster that is for this alone, such as that of a second local one: `BERTH_STATE=/tmp/berth npm start -- --bare` makes /tmp/berth/platform/kubeconfig.";

/** Port 1 is nobody's; the path is for whoever reads the message of a provider that found nobody there. */
const refusing = "https://127.0.0.1:1/no-cluster--name-one-in--BERTH_STAND_IN_KUBECONFIG";

function kubeconfig(server: string): unknown {
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "kubernetes", cluster: { server, "insecure-skip-tls-verify": true } }],
    contexts: [{ name: "aws", context: { cluster: "kubernetes", user: "aws" } }],
    "current-context": "aws",
    users: [{ name: "aws", user: { token: "none" } }],
  };
}
