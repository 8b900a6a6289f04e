import * as pulumi from "@pulumi/pulumi";
import type { WorkspaceSpec } from "../../components/workspace/spec.ts";

/** Name of the variable in a spec's `shape.env` that tells this program, or the fake engine, how to behave. */
export const behaviourVariable = "TEST_BEHAVIOUR";

/**
 * - `quick`: makes some resources that need no provider.
 * - `stuck`: makes them, then never ends.
 * - `throws`, `rejects`: fails, by itself or by a promise that nobody awaits.
 */
export type Behaviour = "quick" | "stuck" | "throws" | "rejects";

/** A program that needs no cluster: Pulumi keeps a `Stash` by itself. */
export async function workspaceProgram(spec: WorkspaceSpec): Promise<void> {
  const behaviour = spec.shape.env[behaviourVariable];
  const parent = new pulumi.ComponentResource("berth:test:Workspace", "workspace");
  for (const port of spec.shape.ports) {
    new pulumi.Stash(port.name, { input: { port: port.port, owner: spec.owner } }, { parent });
  }
  if (behaviour === "throws") throw new Error("the program says no, token=abcdef123456");
  if (behaviour === "rejects") void Promise.reject(new Error("nobody awaits this"));
  if (behaviour === "stuck") await new Promise(() => setInterval(() => {}, 60_000));
}
