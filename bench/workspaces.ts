import { randomBytes } from "node:crypto";
import { composeWorkspace } from "../components/workspace/compose.ts";
import type { WorkspaceSpec } from "../components/workspace/spec.ts";

/** The blueprint that all ways provision, with its defaults. */
export const blueprint = "home";

const letters = "abcdefghijklmnopqrstuvwxyz234567";

/** Specs of so many users' workspaces, under ids that nothing has yet. */
export function benchWorkspaces(users: number, installation: string): WorkspaceSpec[] {
  return Array.from({ length: users }, (_, index) => {
    const id = `ws-${[...randomBytes(16)].map((byte) => letters[byte % letters.length]).join("")}`;
    return composeWorkspace({ id, installation, blueprint, owner: `user-${index}`, host: `${id}.example.com` });
  });
}

/** How long a workspace may take to be Ready, or to be gone. */
export const patience = { deadline: 300_000 };
