import type { Accepted, WorkspaceService } from "../workspaces/service.ts";
import { ApiProblem } from "./problems.ts";
import type { Slots } from "./slots.ts";

/** What a change came to in the time that its caller gave it. */
export interface Settled extends Accepted {
  /** Under way still. */
  readonly pending: boolean;
}

/**
 * Holds until the operation has an outcome or the seconds are over. A failed operation is a problem of its own: a
 * caller that looks only at the status must not take it for done.
 */
export async function holdUntilSettled(
  service: WorkspaceService,
  accepted: Accepted,
  seconds: number,
  subject: string,
  slots: Slots,
): Promise<Settled> {
  const { operation } = accepted;
  if (operation === null) return { ...accepted, pending: false };
  if (seconds === 0) return { ...accepted, pending: operation.outcome === null };
  const free = slots.take(subject);
  // Too many held at once: this one is told to ask again, as if it had not asked to be held.
  if (free === null) return { ...accepted, pending: true };
  try {
    const settled = await service.settled(operation.id, seconds * 1000);
    if (settled.outcome === "failed") {
      const reason = settled.error?.message ?? "See the operation's log.";
      throw new ApiProblem("operation-failed", `The operation failed: ${reason}`, { operation: settled.id });
    }
    if (settled.outcome === "superseded") {
      throw new ApiProblem("conflict", "A later change took this one's place.", { operation: settled.id });
    }
    const workspace = await service.get(accepted.workspace.id, null);
    return { workspace, operation: settled, created: accepted.created, pending: settled.outcome === null };
  } finally {
    free();
  }
}
