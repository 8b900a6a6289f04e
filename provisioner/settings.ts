import { onPool } from "../components/core/pools.ts";
import type { Config } from "./config.ts";
import type { WorkspaceSettings } from "./workspaces/settings.ts";

/** What the configuration says about all workspaces. */
export function workspaceSettings({ workspaces, cluster, costs, budgets }: Config): WorkspaceSettings {
  const { baseDomain, scheme, port, apiHost, maxPerOwner, images } = workspaces;
  const { storageClass, priorityClass, runtimeClass, nodePool, denyEgress, routerAddresses } = workspaces;
  return {
    installation: cluster.installation,
    baseDomain,
    scheme,
    ...(port === undefined ? {} : { port }),
    ...(apiHost === undefined ? {} : { apiHost }),
    workspacesPerOwner: maxPerOwner,
    ...{ costs, budgets },
    placement: {
      storageClassName: storageClass,
      priorityClassName: priorityClass,
      denyEgress: [...denyEgress],
      ...(routerAddresses.length === 0 ? {} : { routerAddresses: [...routerAddresses] }),
      origin: { scheme, ...(port === undefined ? {} : { port }) },
      ...(runtimeClass === undefined ? {} : { runtimeClassName: runtimeClass }),
      ...(nodePool === undefined ? {} : onPool(nodePool)),
    },
    blueprints: Object.fromEntries(Object.entries(images).map(([name, image]) => [name, { image }])),
  };
}
