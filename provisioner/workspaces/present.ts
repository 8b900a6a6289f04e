import { composeWorkspace } from "../../components/workspace/compose.ts";
import type { WorkspaceSpec } from "../../components/workspace/spec.ts";
import type { KeptVolume, Operation, OperationLine, Workspace } from "../contract/workspace.ts";
import type { operationLines, operations, volumes, workspaces } from "../store/schema.ts";
import { hostOf, urlOf, type WorkspaceSettings } from "./settings.ts";

export type WorkspaceRow = typeof workspaces.$inferSelect;
export type OperationRow = typeof operations.$inferSelect;
export type VolumeRow = typeof volumes.$inferSelect;

/** A row as callers see it. */
export function presentWorkspace(row: WorkspaceRow, settings: WorkspaceSettings, lastActiveAt: Date | null): Workspace {
  return {
    id: row.id,
    owner: row.owner,
    name: row.name,
    blueprint: { name: row.blueprint, version: row.blueprintVersion },
    parameters: row.parameters,
    host: hostOf(row.host, settings),
    url: urlOf(row.host, settings),
    desired: row.desired,
    phase: row.phase,
    message: row.message,
    generation: row.generation,
    observedGeneration: row.observedGeneration,
    operation: row.operation,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    readyAt: row.readyAt?.toISOString() ?? null,
    lastActiveAt: lastActiveAt?.toISOString() ?? null,
  };
}

export function presentOperation(row: OperationRow): Operation {
  return {
    id: row.id,
    workspace: row.workspace,
    kind: row.kind,
    generation: row.generation,
    outcome: row.outcome,
    error: row.error === null ? null : { ...row.error },
    attempts: row.attempts,
    timings: { ...row.timings },
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
  };
}

export function presentLine({ sequence, at, level, message }: typeof operationLines.$inferSelect): OperationLine {
  return { sequence, at: at.toISOString(), level, message };
}

export function presentVolume({ id, owner, name, blueprint, size, keptAt }: VolumeRow): KeptVolume {
  return { id, owner, name, blueprint, size, keptAt: keptAt.toISOString() };
}

/** All that a workspace is, for the engine. Throws a `UserError` when its parameters make no workspace. */
export function specOf(
  row: Pick<WorkspaceRow, "id" | "owner" | "name" | "blueprint" | "parameters" | "host">,
  settings: WorkspaceSettings,
  existingVolume?: string,
): WorkspaceSpec {
  const config = settings.blueprints?.[row.blueprint];
  return composeWorkspace({
    id: row.id,
    owner: row.owner,
    name: row.name,
    host: hostOf(row.host, settings),
    blueprint: row.blueprint,
    parameters: row.parameters,
    installation: settings.installation,
    expose: settings.expose ?? "router",
    placement: settings.placement ?? {},
    ...(config === undefined ? {} : { config }),
    ...(existingVolume === undefined ? {} : { existingVolume }),
  });
}
