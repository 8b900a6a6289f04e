import type { BlueprintConfig } from "../../components/workspace/blueprints/index.ts";
import type { WorkspaceSpec, WorkspaceSpecInput } from "../../components/workspace/spec.ts";
import type { Budgets } from "./budget.ts";
import type { CostBasis } from "./estimate.ts";

/** What an installation says about all of its workspaces. */
export interface WorkspaceSettings {
  /** Id of this Berth, one DNS label: two on one cluster never touch each other's objects. */
  readonly installation: string;
  /** Workspaces are `<label>.<baseDomain>`. */
  readonly baseDomain: string;
  /** How a browser reaches them. @default "https" */
  readonly scheme?: "http" | "https";
  /** @default the scheme's own */
  readonly port?: number | undefined;
  /** Host name of the API, where it is one of the workspaces' domain: no workspace gets it. */
  readonly apiHost?: string;
  /** @default "router" */
  readonly expose?: WorkspaceSpec["expose"];
  readonly placement?: WorkspaceSpecInput["placement"];
  /** By blueprint. */
  readonly blueprints?: Readonly<Record<string, BlueprintConfig>>;
  /** What workspaces' nodes cost. @default a common node, said to be assumed */
  readonly costs?: CostBasis;
  /** What workspaces may cost. @default as much as they do */
  readonly budgets?: Budgets;
  /** @default 10 */
  readonly workspacesPerOwner?: number;
  /** How long a released host label can be had only by its last owner. @default 24 */
  readonly hostReservationHours?: number;
  /** How long an idempotency key is remembered. @default 24 */
  readonly idempotencyHours?: number;
}

/** Full host name of a label. */
export function hostOf(label: string, { baseDomain }: Pick<WorkspaceSettings, "baseDomain">): string {
  return `${label}.${baseDomain}`;
}

/** Where a browser finds a label. */
export function urlOf(label: string, settings: Pick<WorkspaceSettings, "baseDomain" | "scheme" | "port">): string {
  const { scheme = "https", port } = settings;
  const usual = port === undefined || port === (scheme === "https" ? 443 : 80);
  return `${scheme}://${hostOf(label, settings)}${usual ? "" : `:${port}`}`;
}

/**
 * Stands for a port in the host at which a browser begins where an earlier workspace had the label: no workspace has such
 * a port, so that none ever had a page there, or a service worker that could answer in the router's place.
 */
export const cleanPort = "enter";

/** Labels that no workspace gets in this installation, whatever holds everywhere. */
export function takenLabels({
  apiHost,
  baseDomain,
}: Pick<WorkspaceSettings, "apiHost" | "baseDomain">): readonly string[] {
  return apiHost?.endsWith(`.${baseDomain}`) === true ? [apiHost.slice(0, -baseDomain.length - 1)] : [];
}
