import { findBlueprint } from "../../components/workspace/blueprints/index.ts";
import type { WorkspaceShape } from "../../components/workspace/spec.ts";
import { cleanPort } from "../workspaces/settings.ts";

/** Which ports of a workspace browsers may reach. */
export type ReachablePorts = Pick<WorkspaceShape, "ports" | "previews">;

/** The number of the port that a host means; null when browsers may not reach such a one. */
export function portOf({ ports, previews }: ReachablePorts, wanted: number | string | null): number | null {
  if (wanted === cleanPort) return null;
  const open = ports.filter(({ internal }) => internal !== true);
  if (wanted === null) return open[0]?.port ?? null;
  const named = open.find(({ name, port }) => name === wanted || port === wanted);
  if (named !== undefined) return named.port;
  if (typeof wanted === "string" || previews === undefined) return null;
  // A range may hold one that is the platform's alone.
  if (ports.some(({ port }) => port === wanted)) return null;
  return wanted >= previews.from && wanted <= previews.to ? wanted : null;
}

/** Names of the ports that have a host of their own, beside the bare one. */
export function portsBeside({ ports }: ReachablePorts): readonly string[] {
  return ports
    .filter(({ internal }) => internal !== true)
    .slice(1)
    .map(({ name }) => name);
}

const none: ReachablePorts = { ports: [] };
const known = new Map<string, ReachablePorts>();

/** Ports of a blueprint's workspaces. The parameters, which the router may not read, have no say in them. */
export function portsOfBlueprint(name: string): ReachablePorts {
  const found = known.get(name);
  if (found !== undefined) return found;
  const made = findBlueprint(name)?.shape({}) ?? none;
  known.set(name, made);
  return made;
}
