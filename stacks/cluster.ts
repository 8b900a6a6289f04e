import { Provider } from "@pulumi/kubernetes/provider.js";
import type { CustomResourceOptions, Input } from "@pulumi/pulumi";

/** Which cluster a program deploys to. */
export interface ClusterChoice {
  /**
   * Path of a kubeconfig, or its contents where they hold no credentials, as an EKS cluster's: they end up in the
   * stack's state. @default the environment's
   */
  readonly kubeconfig?: Input<string>;
  /** @default the kubeconfig's current context */
  readonly context?: string;
}

/** The provider that every program of ours uses. */
export function clusterProvider({ kubeconfig, context }: ClusterChoice, options: CustomResourceOptions = {}): Provider {
  const settings = {
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
    // A stack stays on its cluster. By default the provider takes a new address of the API server for another cluster,
    // and would replace every object: users' volumes among them.
    clusterIdentifier: "berth",
    // Changed settings are changed in place; the provider would otherwise replace the object, and the name is taken.
    enableConfigMapMutable: true,
    enableSecretMutable: true,
    // A run that died between an object and its entry in the state is completed by the next one, under another field
    // manager's name: it finds the object, and its fields become its own.
    upsertExistingObjects: true,
    enablePatchForce: true,
  };
  return new Provider("cluster", settings, options);
}
