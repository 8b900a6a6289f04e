/** What you import into stacks of your own. */
export { UserError } from "./core/errors.ts";
export { Foundation, type FoundationArgs, type FoundationNodes } from "./platform/foundation.ts";
export { placementOn } from "./platform/names.ts";
export type { FoundationSpec, FoundationSpecInput } from "./platform/spec.ts";
export type { ChildDeclaration, Transform } from "./transform.ts";
export {
  type Blueprint,
  type BlueprintConfig,
  blueprints,
  defineBlueprint,
  findBlueprint,
} from "./workspace/blueprints/index.ts";
export { composeWorkspace, type WorkspaceOrder } from "./workspace/compose.ts";
export { flattenPlan, planWorkspace, type WorkspaceManifest, type WorkspacePlan } from "./workspace/plan.ts";
export type { WorkspacePlacement, WorkspaceShape, WorkspaceSpec, WorkspaceSpecInput } from "./workspace/spec.ts";
export { Workspace, type WorkspaceArgs, type WorkspaceNodes, type WorkspaceTransforms } from "./workspace/workspace.ts";
