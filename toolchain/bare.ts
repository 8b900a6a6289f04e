import { mkdirSync } from "node:fs";
import { occupy } from "./occupancy.ts";
import { stateLayout } from "./paths.ts";
import { components } from "./platform/components.ts";
import { startPlatform } from "./platform/platform.ts";
import type { Progress } from "./terminal.ts";
import { ensureTools } from "./tools.ts";

/** A local Kubernetes with nothing of ours in it. */
export interface BareCluster {
  /** Path of a kubeconfig with full rights. */
  readonly kubeconfig: string;
  stop(): Promise<void>;
}

/** Starts one, for a program that lays its own foundation there: a platform on stand-ins of the cloud. */
export async function startBare(
  { state, nodes }: { readonly state: string; readonly nodes?: number },
  progress: Progress,
): Promise<BareCluster> {
  mkdirSync(state, { recursive: true, mode: 0o700 });
  const occupancy = await occupy(state, progress);
  try {
    await ensureTools(components, progress);
    const settings = { state: stateLayout(state).platform, ...(nodes === undefined ? {} : { nodes }) };
    const platform = await startPlatform(settings, progress);
    return {
      kubeconfig: platform.kubeconfig,
      async stop() {
        await platform.stop();
        occupancy.leave();
      },
    };
  } catch (error) {
    occupancy.leave();
    throw error;
  }
}
