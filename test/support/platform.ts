import { inject } from "vitest";

declare module "vitest" {
  export interface ProvidedContext {
    /** The path of the kubeconfig of the run's Kubernetes, with full rights; empty in projects without one. */
    kubeconfig: string;
  }
}

/** The Kubernetes that a test may use. */
export interface TestPlatform {
  /** The path of a kubeconfig with full rights. */
  readonly kubeconfig: string;
}

/**
 * The throw-away Kubernetes that all files of one run share: use namespaces of your own, and remove them.
 *
 * It is real (etcd, API server, controllers, scheduler, simulated nodes), started by `platform-setup.ts`, which a
 * project must name as its `globalSetup`.
 */
export function usePlatform(): TestPlatform {
  const kubeconfig = inject("kubeconfig");
  if (!kubeconfig)
    throw new Error("This project has no Kubernetes: name test/support/platform-setup.ts as its globalSetup.");
  return { kubeconfig };
}
