import { confinements, policyBindingManifest, policyManifest } from "./manifests/admission.ts";
import { platformPriorityManifest, storageClassManifest, workspacePriorityManifest } from "./manifests/classes.ts";
import {
  engineBindingManifest,
  engineRoleManifest,
  serviceAccountManifest,
  systemNamespaceManifest,
} from "./manifests/identities.ts";
import type { FoundationSpec } from "./spec.ts";

/** What any cluster needs before the first workspace, as Kubernetes objects by role. */
export function planFoundation(spec: FoundationSpec) {
  const walls = Object.values(confinements(spec));
  return {
    namespace: systemNamespaceManifest(),
    api: serviceAccountManifest("api"),
    router: serviceAccountManifest("router"),
    engine: serviceAccountManifest("engine"),
    /** The walls, by name. They stand before the engine gets any right. */
    policies: walls.map(policyManifest),
    policyBindings: walls.map(policyBindingManifest),
    engineRole: engineRoleManifest(),
    engineBinding: engineBindingManifest(),
    platformPriority: platformPriorityManifest(),
    workspacePriority: workspacePriorityManifest(),
    storageClass: storageClassManifest(spec),
  };
}
export type FoundationPlan = ReturnType<typeof planFoundation>;

/** One object of a plan, whichever it is. */
export type FoundationManifest =
  | Exclude<FoundationPlan[keyof FoundationPlan], readonly unknown[]>
  | FoundationPlan["policies"][number]
  | FoundationPlan["policyBindings"][number];

/** A plan's objects in an order in which they can be applied, for those who apply it without Pulumi. */
export function flattenFoundation(plan: FoundationPlan): readonly FoundationManifest[] {
  const { namespace, policies, policyBindings, engineBinding, ...others } = plan;
  return [namespace, ...policies, ...policyBindings, ...Object.values(others), engineBinding];
}
