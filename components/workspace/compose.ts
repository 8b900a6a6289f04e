import { UserError } from "../core/errors.ts";
import { compareMemory } from "../core/quantities.ts";
import type { BlueprintConfig } from "./blueprints/blueprint.ts";
import { unknownBlueprint } from "./blueprints/blueprint.ts";
import { blueprints, findBlueprint } from "./blueprints/index.ts";
import { parseWorkspaceSpec, type WorkspaceShape, type WorkspaceSpec, type WorkspaceSpecInput } from "./spec.ts";

/** Who wants which computer, where. */
export interface WorkspaceOrder
  extends Pick<WorkspaceSpecInput, "id" | "owner" | "host" | "existingVolume" | "identity"> {
  /** Name of a blueprint. */
  readonly blueprint: string;
  /** @default the blueprint's defaults */
  readonly parameters?: unknown;
  /** @default the blueprint's name */
  readonly name?: string;
  /** @default "berth" */
  readonly installation?: string;
  /** @default workspaces of class `berth-workspace`, reached by the router in `berth-system` */
  readonly placement?: WorkspaceSpecInput["placement"];
  /** @default "router" */
  readonly expose?: WorkspaceSpec["expose"];
  /** What the installation decides about the blueprint, such as its image. */
  readonly config?: BlueprintConfig;
}

/** The spec of a workspace of some blueprint. Throws a `UserError` (or the parameters' `ZodError`) naming what is wrong. */
export function composeWorkspace(order: WorkspaceOrder): WorkspaceSpec {
  const blueprint = findBlueprint(order.blueprint);
  if (blueprint === undefined) throw unknownBlueprint(order.blueprint, Object.keys(blueprints));
  const { id, owner, host, existingVolume, identity } = order;
  return parseWorkspaceSpec({
    id,
    owner,
    host,
    name: order.name ?? blueprint.name,
    installation: order.installation ?? "berth",
    blueprint: { name: blueprint.name, version: blueprint.version },
    shape: blueprint.shape(order.parameters ?? {}, order.config),
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
