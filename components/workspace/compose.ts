import { UserError } from "../core/errors.ts";
import { parseOrExplain } from "../core/parse.ts";
import { compareMemory } from "../core/quantities.ts";
import type { BlueprintConfig } from "./blueprints/blueprint.ts";
import { unknownBlueprint } from "./blueprints/blueprint.ts";
import { blueprints, findBlueprint } from "./blueprints/index.ts";
import { parseWorkspaceSpec, type WorkspaceShape, type WorkspaceSpec, type WorkspaceSpecInput } from "./spec.ts";

/** Who wants which computer, where. */
export interface WorkspaceOrder {
  /** Id of the workspace: the name of its namespace and of its stack, `ws-` and a DNS label. */
  readonly id: string;
  /** Whose it is, as the product calls its users. */
  readonly owner: string;
  /** Full host name under which the browser finds it. */
  readonly host: string;
  /** Name of a blueprint. */
  readonly blueprint: string;
  /** Parameters of the blueprint, by its schema. @default the blueprint's defaults */
  readonly parameters?: unknown;
  /** Name among the owner's workspaces, one DNS label. @default the blueprint's name */
  readonly name?: string;
  /** Which Berth it is of. @default "berth" */
  readonly installation?: string;
  /**
   * Where and how it runs; `placementOn` says it for a `Foundation`.
   * @default volumes of class `berth-workspace`, reached by the router in `berth-system`
   */
  readonly placement?: WorkspaceSpecInput["placement"];
  /** Who leads browsers to it: the platform's router, an Ingress of its own, or nobody. @default "router" */
  readonly expose?: WorkspaceSpec["expose"];
  /** What the installation decides about the blueprint, such as its image. */
  readonly config?: BlueprintConfig;
  /** What only this workspace may know, as files in `/run/berth/identity`. Secret: encrypted in the stack's state. */
  readonly identity?: WorkspaceSpecInput["identity"];
  /** Name of a kept PersistentVolume that becomes this workspace's home again. */
  readonly existingVolume?: WorkspaceSpecInput["existingVolume"];
}

/** The spec of a workspace of some blueprint. Throws a `UserError` naming every wrong parameter, its value and the fix. */
export function composeWorkspace(order: WorkspaceOrder): WorkspaceSpec {
  const blueprint = findBlueprint(order.blueprint);
  if (blueprint === undefined) throw unknownBlueprint(order.blueprint, Object.keys(blueprints));
  const { id, owner, host, existingVolume, identity } = order;
  const parameters = parseOrExplain(blueprint.parameters, order.parameters ?? {}, "parameters");
  return parseWorkspaceSpec({
    id,
    owner,
    host,
    name: order.name ?? blueprint.name,
    installation: order.installation ?? "berth",
    blueprint: { name: blueprint.name, version: blueprint.version },
    shape: blueprint.shape(parameters, order.config),
    placement: order.placement ?? {},
    expose: order.expose ?? "router",
    ...(existingVolume === undefined ? {} : { existingVolume }),
    ...(identity === undefined ? {} : { identity }),
  });
}

/** Refuses what an existing workspace cannot become: its volume never shrinks. Throws a `UserError`. */
export function assertReachable(present: WorkspaceShape, wanted: WorkspaceShape): void {
  if (compareMemory(wanted.home.size, present.home.size) < 0) {
    throw new UserError({
      option: "volumeSize",
      value: wanted.home.size,
      fix: `A volume can grow, never shrink: write ${present.home.size} or more.`,
    });
  }
}
