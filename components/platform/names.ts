import { labelKeys } from "../core/labels.ts";
import { onPool } from "../core/pools.ts";
import type { WorkspaceSpecInput } from "../workspace/spec.ts";
import type { FoundationSpec } from "./spec.ts";

/** Programs of the platform, each with an identity of its own. */
export type Identity = "api" | "router" | "engine";

/** Names of a foundation's objects. */
export function foundationNames({ name, storage }: Pick<FoundationSpec, "name" | "storage">) {
  const namespace = `${name}-system`;
  const engine = `${name}-engine`;
  return {
    namespace,
    serviceAccounts: { api: `${name}-api`, router: `${name}-router`, engine } satisfies Record<Identity, string>,
    /** The engine's role, and its binding. */
    engineRole: engine,
    /** The engine as the API server sees it. */
    engineUser: `system:serviceaccount:${namespace}:${engine}`,
    /** An admission policy, and its binding. */
    wall: (what: string) => `${engine}-${what}`,
    priorityClasses: { platform: `${name}-platform`, workspace: `${name}-workspace` },
    storageClass: storage.className ?? `${name}-workspace`,
  };
}

/** Where workspaces of this foundation run: its classes, its router, and the pool of nodes, where nodes have one. */
export function placementOn(spec: Pick<FoundationSpec, "name" | "storage">, pool?: string) {
  const names = foundationNames(spec);
  return {
    storageClassName: names.storageClass,
    priorityClassName: names.priorityClasses.workspace,
    router: { namespace: names.namespace, podLabels: { [labelKeys.component]: "router" } },
    ...(pool === undefined ? {} : onPool(pool)),
  } satisfies WorkspaceSpecInput["placement"];
}
