import type { Output } from "@pulumi/pulumi";
import type { WorkspaceSpec } from "../components/workspace/spec.ts";
import { Workspace } from "../components/workspace/workspace.ts";
import { type ClusterChoice, clusterProvider } from "./cluster.ts";

export interface WorkspaceProgramOptions extends ClusterChoice {
  /**
   * Whether `up` ends when the objects are accepted, not when the workspace answers.
   * @default true: the provisioner waits itself, with one watch for all workspaces
   */
  readonly skipAwait?: boolean;
}

export interface WorkspaceOutputs {
  readonly url: Output<string | null>;
  readonly namespace: Output<string>;
  readonly address: Output<string>;
}

/** The program of one user's own stack; to be run by the Automation API, in a process that runs nothing else. */
export function workspaceProgram(spec: WorkspaceSpec, options: WorkspaceProgramOptions = {}): WorkspaceOutputs {
  const { skipAwait = true, ...cluster } = options;
  const provider = clusterProvider(cluster);
  // The component's name is in every URN, and the same in all stacks: the stack's name tells them apart.
  const workspace = new Workspace("workspace", { spec, skipAwait }, { provider });
  return { url: workspace.url, namespace: workspace.namespace, address: workspace.address };
}
