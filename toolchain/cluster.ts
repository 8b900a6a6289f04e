import { join } from "node:path";
import { blueprints } from "../components/workspace/blueprints/index.ts";
import type { LocalConfig } from "../stacks/config.ts";
import { imageSources } from "../stacks/images.ts";
import { SetupError } from "./errors.ts";
import { ensureImages } from "./images/build.ts";
import { checkout, stateLayout } from "./paths.ts";
import type { NodeKind } from "./platform/components.ts";
import { type ClusterChoice, openPlatform } from "./platform/existing.ts";
import { dnsAddress, link } from "./real-node/network.ts";
import { createRealNode, type RealNode } from "./real-node/node.ts";
import type { Progress } from "./terminal.ts";

export interface ClusterOptions {
  /** Where all of it is kept. */
  readonly state: string;
  /** An existing cluster instead of the local platform: paths of kubeconfigs as in `$KUBECONFIG`, and a context. */
  readonly cluster?: Pick<ClusterChoice, "kubeconfig" | "context"> | undefined;
  /** What the local platform's workspaces run on. @default "simulated" */
  readonly node?: NodeKind | undefined;
  /** Simulated nodes of the local platform. */
  readonly nodes?: number | undefined;
  /** Nothing is kept and the disk is not waited for. @default false */
  readonly throwaway?: boolean | undefined;
  /** What a real node has beside the images of blueprints: stages of them, such as `desktop/test`. */
  readonly alsoImages?: readonly string[] | undefined;
}

/** What workspaces run on: nodes of the local platform, or whatever an existing cluster has. */
export type ClusterKind = NodeKind | "existing";

/** A Kubernetes for workspaces. */
export interface Cluster {
  readonly kind: ClusterKind;
  /** A kubeconfig with full rights. */
  readonly kubeconfig: string;
  /** Where volumes come from. */
  readonly storage: LocalConfig["storage"];
  /** What the provisioner must know of it. */
  readonly environment: Readonly<Record<string, string>>;
  /** References of a real node's images, by name; empty elsewhere. */
  readonly images: Readonly<Record<string, string>>;
  /** A real node, for who looks closer; null elsewhere. */
  readonly node: Pick<RealNode, "ctr" | "useRegistry"> | null;
  stop(): Promise<void>;
}

/** Which cluster an option means. */
export function clusterKind({ cluster, node = "simulated" }: ClusterOptions): ClusterKind {
  return cluster?.kubeconfig || cluster?.context ? "existing" : node;
}

/** Starts, or reaches, the Kubernetes that workspaces run on. Whatever fails, nothing of it stays running. */
export async function openCluster(options: ClusterOptions, progress: Progress): Promise<Cluster> {
  const kind = clusterKind(options);
  if (kind === "real") return openRealCluster(options, progress);
  const platform = await openPlatform(platformOptions(options), progress);
  return {
    kind,
    kubeconfig: platform.kubeconfig,
    storage: kind === "existing" ? await defaultStorage(platform.kubeconfig) : hostPathStorage,
    environment: {},
    images: {},
    node: null,
    stop: platform.stop,
  };
}

/** A local platform whose pods run: its node is made first, as the API server listens on the link to it. */
async function openRealCluster(options: ClusterOptions, progress: Progress): Promise<Cluster> {
  const { platform: folder } = stateLayout(options.state);
  const node = await createRealNode({ platform: folder, node: join(options.state, "node") }, progress);
  const stops: (() => Promise<void>)[] = [node.end];
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    const platform = await openPlatform(platformOptions(options), progress);
    stops.push(platform.stop);
    stops.push(node.leave);
    await node.join(progress);
    const own = ownImages();
    const images = await ensureImages([...own, ...(options.alsoImages ?? [])], node, progress);
    return {
      kind: "real",
      kubeconfig: platform.kubeconfig,
      // There is one node to choose; the scheduler, which would make it wait for its pod, looks for a volume once a second.
      storage: { provisioner: "berth.dev/local-volumes", parameters: {}, volumeBindingMode: "Immediate" },
      environment: {
        BERTH_IMAGES: own.map((name) => `${name}=${images[name]}`).join(","),
        // The router is a process of the host: it asks the cluster's DNS, and workspaces let it in by its address.
        BERTH_CLUSTER_DNS: dnsAddress,
        BERTH_ROUTER_ADDRESSES: `${link.host}/32`,
      },
      images,
      node,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function platformOptions({ state, cluster, node, nodes, throwaway }: ClusterOptions): ClusterChoice {
  return {
    state: stateLayout(state).platform,
    ...cluster,
    ...(node === undefined ? {} : { node }),
    ...(nodes === undefined ? {} : { nodes }),
    ...(throwaway === undefined ? {} : { throwaway }),
  };
}

/** Images of this checkout that blueprints run. */
function ownImages(): readonly string[] {
  return imageSources(checkout)
    .map(({ name }) => name)
    .filter((name) => Object.hasOwn(blueprints, name));
}

/** The local controller manager makes folders. */
const hostPathStorage = {
  provisioner: "kubernetes.io/host-path",
  parameters: {},
  volumeBindingMode: "Immediate",
} as const;

/** Volumes come from where the cluster's default storage class gets them. */
async function defaultStorage(kubeconfig: string): Promise<LocalConfig["storage"]> {
  const { KubeConfig, StorageV1Api } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const { items } = await config.makeApiClient(StorageV1Api).listStorageClass();
  const chosen = items.find(
    ({ metadata }) => metadata?.annotations?.["storageclass.kubernetes.io/is-default-class"] === "true",
  );
  if (!chosen)
    throw new SetupError(
      "This cluster has no default storage class, so it is not known where volumes come from. Mark one as the default.",
    );
  return {
    provisioner: chosen.provisioner,
    parameters: chosen.parameters ?? {},
    volumeBindingMode: chosen.volumeBindingMode === "Immediate" ? "Immediate" : "WaitForFirstConsumer",
  };
}
