import { ApiProblem } from "../api/problems.ts";
import type { WorkspaceEstimate } from "../contract/estimate.ts";
import type { Workspace } from "../contract/workspace.ts";
import { type CreateCommand, RequestError, type WorkspaceService } from "../workspaces/service.ts";

/** What a held provision came to. */
export interface Provisioned {
  readonly workspace: Workspace;
  readonly created: boolean;
  /** What it costs a month; null where that cannot be told. */
  readonly estimate: WorkspaceEstimate | null;
  /** It runs; false when the time was over first. */
  readonly ready: boolean;
}

/**
 * Creates the workspace, or finds the owner's and wakes it, and holds until it runs or the time is over. One that is
 * being deleted is waited for, then created anew: the documented upgrade is a delete followed at once by a provision.
 */
export async function provision(
  service: WorkspaceService,
  command: CreateCommand & { readonly name: string },
  milliseconds: number,
  clock: () => number = () => performance.now(),
): Promise<Provisioned> {
  const until = clock() + milliseconds;
  const left = () => Math.max(0, Math.ceil(until - clock()));
  for (;;) {
    try {
      const { workspace, operation, ...found } = await service.create({ ...command, ifExists: "return" });
      return {
        ...(await holdUntilRunning(service, workspace, operation?.id ?? workspace.operation, left())),
        ...found,
      };
    } catch (error) {
      if (!(error instanceof RequestError) || error.code !== "conflict") throw error;
      const leaving = await findLeaving(service, command);
      // Gone between the two looks: try again. No leaving one at all: the conflict is a real one.
      if (leaving === null) throw error;
      if (leaving.operation === null || left() === 0) throw stillLeaving();
      const gone = await service.settled(leaving.operation, left());
      if (gone.outcome === "failed") {
        throw new ApiProblem("operation-failed", "The workspace that was there before could not be deleted.", {
          operation: gone.id,
        });
      }
      if (gone.outcome === null) throw stillLeaving();
    }
  }
}

/** Holds until a workspace runs; throws when its operation failed, or when something else was decided meanwhile. */
export async function holdUntilRunning(
  service: WorkspaceService,
  workspace: Workspace,
  operation: string | null,
  milliseconds: number,
): Promise<{ readonly workspace: Workspace; readonly ready: boolean }> {
  if (workspace.phase === "running" && workspace.desired === "running") return { workspace, ready: true };
  if (operation === null) return { workspace, ready: false };
  const settled = await service.settled(operation, milliseconds);
  if (settled.outcome === "failed") {
    throw new ApiProblem(
      "operation-failed",
      `The workspace could not be started: ${settled.error?.message ?? "see the operation's log."}`,
      {
        operation: settled.id,
      },
    );
  }
  const now = await service.get(workspace.id, null);
  if (now.desired === "deleted") throw new ApiProblem("conflict", "The workspace was deleted meanwhile.");
  return { workspace: now, ready: now.phase === "running" };
}

/** Throws a refusal on, naming the field of the caller's own request where it names one of ours. */
export function blaming(names: Readonly<Record<string, string>>): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof RequestError) || error.field === undefined) throw error;
    const { code, message, field } = error;
    const name = Object.hasOwn(names, field.name) ? names[field.name] : undefined;
    if (name === undefined) throw error;
    // Those calls have no way to ask for another host name.
    const fix = code === "conflict" && field.name === "handle" ? `Another has it: choose another ${name}.` : field.fix;
    throw new RequestError(code, code === "invalid" ? `${name}: ${fix}` : message, { ...field, name, fix });
  };
}

async function findLeaving(service: WorkspaceService, { owner, name }: CreateCommand & { readonly name: string }) {
  const { items } = await service.list({ owner, name, desired: "deleted" }, null);
  return items.find(({ phase }) => phase !== "deleted") ?? null;
}

function stillLeaving(): ApiProblem {
  return new ApiProblem("conflict", "The workspace that was there before is still being deleted.", {
    headers: { "retry-after": "5" },
  });
}
