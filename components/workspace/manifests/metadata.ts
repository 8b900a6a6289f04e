import { labelKeys, nameAnnotation, workspaceLabels } from "../../core/labels.ts";
import type { WorkspaceSpec } from "../spec.ts";

/** Names of a workspace's objects within its namespace: the same in every workspace. */
export const objectNames = {
  serviceAccount: "workspace",
  quota: "workspace",
  limits: "workspace",
  denyAll: "default-deny",
  fromRouter: "from-router",
  toInternet: "to-internet",
  home: "home",
  identity: "identity",
  settings: "settings",
  deployment: "workspace",
  service: "workspace",
  ingress: "workspace",
} as const;

/** Labels that every object of this workspace carries. */
export function labelsOf(spec: WorkspaceSpec): Record<string, string> {
  const { id, owner, installation } = spec;
  return workspaceLabels({ id, owner, installation, blueprint: spec.blueprint.name });
}

/** What a label cannot hold: the exact owner, and the name that the owner gave it. */
export function annotationsOf(spec: WorkspaceSpec): Record<string, string> {
  return { [labelKeys.owner]: spec.owner, [nameAnnotation]: spec.name };
}

/** Metadata of an object of a workspace. */
export interface Metadata {
  readonly name: string;
  readonly labels: Record<string, string>;
  readonly annotations?: Record<string, string>;
}

/** Metadata of an object in the workspace's namespace. */
export function metadataOf(spec: WorkspaceSpec, name: string): Metadata & { readonly namespace: string } {
  return { name, namespace: spec.id, labels: labelsOf(spec) };
}

/** Labels that select the workspace's pods; they never change, as a Deployment's selector cannot. */
export function podSelector(spec: WorkspaceSpec): Record<string, string> {
  return { [labelKeys.workspace]: spec.id };
}
