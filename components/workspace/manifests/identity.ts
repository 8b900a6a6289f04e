import { Buffer } from "node:buffer";
import { type WorkspaceSpec, workspaceUrl } from "../spec.ts";
import { metadataOf, objectNames } from "./metadata.ts";

/** Where the pod finds who it is for. Files, not variables: those of a running pod never change. */
export const identityPath = "/run/berth/identity";
/** Where the pod finds how it is set up. */
export const settingsPath = "/run/berth/settings";

/** Who the workspace is for, and what only it may know; one file each. */
export function identityManifest(spec: WorkspaceSpec) {
  const { id, owner, name, host } = spec;
  return {
    apiVersion: "v1" as const,
    kind: "Secret" as const,
    metadata: metadataOf(spec, objectNames.identity),
    type: "Opaque",
    data: encode({ ...spec.identity, workspace: id, owner, name, host, url: workspaceUrl(spec) }),
  };
}

/** How the workspace is set up: `workspace.json`. It may change without a restart. */
export function settingsManifest(spec: WorkspaceSpec) {
  const { ports, home } = spec.shape;
  const settings = { blueprint: spec.blueprint, home: home.mountPath, ports };
  return {
    apiVersion: "v1" as const,
    kind: "ConfigMap" as const,
    metadata: metadataOf(spec, objectNames.settings),
    data: { "workspace.json": JSON.stringify(settings) },
  };
}

function encode(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString("base64")]));
}
