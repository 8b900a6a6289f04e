import { countedRequests, type WorkspaceWorkload } from "../../components/core/cost/workspace.ts";
import { findBlueprint } from "../../components/workspace/blueprints/index.ts";

/** What a workspace of a blueprint asks for, with the blueprint's own defaults. */
export function workloadOf(blueprint: string): WorkspaceWorkload {
  const shape = findBlueprint(blueprint)?.shape({});
  if (shape === undefined) throw new Error(`there is no blueprint ${blueprint}`);
  return { ...countedRequests(shape.resources), volumeSize: shape.home.size };
}
