import { confinements, policyBindingManifest, policyManifest } from "./manifests/admission.ts";
import { platformPriorityManifest, storageClassManifest, workspacePriorityManifest } from "./manifests/classes.ts";
import {
  defaultDenyManifest,
  engineBindingManifest,
  engineRoleManifest,
  serviceAccountManifest,
  systemNamespaceManifest,
} from "./manifests/identities.ts";
import type { FoundationSpec } from "./spec.ts";

/** What any cluster needs before the first workspace, as Kubernetes objects by role. */
export function planFoundation(spec: FoundationSpec) {
  const walls = Object.entries(confinements(spec));
  return {
    namespace: systemNamespaceManifest(spec),
    defaultDeny: defaultDenyManifest(spec),
    api: serviceAccountManifest(spec, "api"),
    router: serviceAccountManifest(spec, "router"),
    engine: serviceAccountManifest(spec, "engine"),
    /** The walls, by name. They stand before the engine gets any right. */
    policies: Object.fromEntries(walls.map(([what, wall]) => [what, policyManifest(spec, what, wall)])),
    policyBindings: Object.fromEntries(walls.map(([what]) => [what, policyBindingManifest(spec, what)])),
    engineRole: engineRoleManifest(spec),
    engineBinding: engineBindingManifest(spec),
    platformPriority: platformPriorityManifest(spec),
    workspacePriority: workspacePriorityManifest(spec),
    storageClass: storageClassManifest(spec),
  };
}
export type FoundationPlan = ReturnType<typeof planFoundation>;

/** One object of a plan, whichever it is. */
export type FoundationManifest =
  | FoundationPlan[Exclude<keyof FoundationPlan, "policies" | "policyBindings">]
  | FoundationPlan["policies"][string]
  | FoundationPlan["policyBindings"][string];

/** A plan's objects in an order in which they can be applied, for those who apply it without Pulumi. */
export function flattenFoundation(plan: FoundationPlan): readonly FoundationManifest[] {
  const { namespace, policies, policyBindings, engineBinding, ...others } = plan;
  return [
    namespace,
    ...Object.values(policies),
    ...Object.values(policyBindings),
    ...Object.values(others),
    engineBinding,
  ];
}
