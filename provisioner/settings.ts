import type { Config } from "./config.ts";
import type { WorkspaceSettings } from "./workspaces/settings.ts";

/** What the configuration says about all workspaces. */
export function workspaceSettings({ workspaces, cluster }: Config): WorkspaceSettings {
  const { baseDomain, scheme, port, maxPerOwner, images, storageClass, priorityClass, runtimeClass, denyEgress } =
    workspaces;
  return {
    installation: cluster.installation,
    baseDomain,
    scheme,
    ...(port === undefined ? {} : { port }),
    workspacesPerOwner: maxPerOwner,
    placement: {
      storageClassName: storageClass,
      priorityClassName: priorityClass,
      denyEgress: [...denyEgress],
      ...(runtimeClass === undefined ? {} : { runtimeClassName: runtimeClass }),
    },
    blueprints: Object.fromEntries(Object.entries(images).map(([name, image]) => [name, { image }])),
  };
}
