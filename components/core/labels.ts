import { ownerLabelValue } from "./names.ts";

/** Keys of the labels and annotations that say whose an object is. */
export const labelKeys = {
  managedBy: "app.kubernetes.io/managed-by",
  workspace: "berth.dev/workspace",
  owner: "berth.dev/owner",
  blueprint: "berth.dev/blueprint",
  installation: "berth.dev/installation",
  component: "berth.dev/component",
} as const;

/** Value of `app.kubernetes.io/managed-by` on every object of ours. */
export const managedBy = "berth";

/** Name of a workspace within its owner's, kept on what outlives it (its volume). */
export const nameAnnotation = "berth.dev/name";

/** Whose a workspace is. */
export interface Ownership {
  readonly id: string;
  readonly owner: string;
  readonly blueprint: string;
  readonly installation: string;
}

/** Labels of every object of a workspace. */
export function workspaceLabels({ id, owner, blueprint, installation }: Ownership): Record<string, string> {
  return {
    [labelKeys.managedBy]: managedBy,
    [labelKeys.workspace]: id,
    [labelKeys.owner]: ownerLabelValue(owner),
    [labelKeys.blueprint]: blueprint,
    [labelKeys.installation]: installation,
  };
}

/** Labels of what a platform's own programs run as (`berth-system`). */
export function componentLabels(component: string): Record<string, string> {
  return { [labelKeys.managedBy]: managedBy, [labelKeys.component]: component };
}

/** Label selector, as the API server takes it, of everything of one installation's workspaces. */
export function installationSelector(installation: string): string {
  return `${labelKeys.managedBy}=${managedBy},${labelKeys.installation}=${installation}`;
}

/** Label selector, as the API server takes it, of everything of one workspace. */
export function workspaceSelector(installation: string, id: string): string {
  return `${installationSelector(installation)},${labelKeys.workspace}=${id}`;
}
