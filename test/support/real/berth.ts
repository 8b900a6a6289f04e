import { inject } from "vitest";
import { type ApiClient, createApiClient } from "../api.ts";

/** A Berth whose workspaces really run. */
export interface RealBerth {
  /** Where its API is. */
  readonly url: string;
  /** An admin token. */
  readonly token: string;
  /** A kubeconfig with full rights on its cluster. */
  readonly kubeconfig: string;
  /** References of the images on its node, by name: `desktop`, `desktop/test`. */
  readonly images: Readonly<Record<string, string>>;
  readonly productPort: number;
}

declare module "vitest" {
  export interface ProvidedContext {
    /** The Berth of projects that name `test/support/real/setup.ts`. */
    realBerth: RealBerth;
  }
}

/** The Berth that all files of the run share: use owners of your own, and delete their workspaces. */
export function useRealBerth(): RealBerth & { readonly api: ApiClient } {
  const berth = inject("realBerth");
  return { ...berth, api: createApiClient(berth) };
}

/** Port of `app.product.localhost`, whose pages may show workspaces: chosen before the router starts. */
export function productPort(): number {
  return inject("realBerth").productPort;
}

/** What a workspace needs here to fit a small machine beside others. */
export const small: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  desktop: { cpuRequest: "100m", memoryRequest: "512Mi" },
};

/** Gives somebody a workspace, ready. */
export async function provision(
  api: ApiClient,
  owner: string,
  blueprint: string,
  parameters: Readonly<Record<string, unknown>> = {},
) {
  const created = await api.create({
    owner,
    handle: owner,
    blueprint,
    parameters: { ...small[blueprint], ...parameters },
  });
  if (created.operation !== null) {
    const { outcome, error } = await api.settled(created.operation.id, 180_000);
    if (outcome !== "succeeded") throw new Error(`${owner} got no ${blueprint}: ${error?.message ?? outcome}`);
  }
  return api.workspace(created.workspace.id);
}
