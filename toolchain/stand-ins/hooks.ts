import type { Cloud, CloudResource } from "./cloud.ts";

/** Something that happens beside the cloud when a resource is made, changed or removed. */
export interface Hook {
  created?(resource: CloudResource, cloud: Cloud): Promise<void>;
  deleted?(resource: CloudResource, cloud: Cloud): Promise<void>;
}

/** By type; each is loaded when a resource of the type is made or removed, and not before. */
export const hooks: Readonly<Record<string, () => Promise<Hook>>> = {
  "aws:eks/addon:Addon": async () => (await import("./cluster/addons.ts")).addonHook,
  "aws:eks/nodeGroup:NodeGroup": async () => (await import("./cluster/nodes.ts")).nodeGroupHook,
};
