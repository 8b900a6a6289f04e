import { and, eq, isNull, sql } from "drizzle-orm";
import { deriveHostLabel, hostLabelProblem } from "../../components/core/names.ts";
import type { Transaction } from "../store/database.ts";
import { hosts } from "../store/schema.ts";
import { conflicting, invalid } from "./refusals.ts";
import { type CreateCommand, RequestError } from "./service.ts";

interface Claim {
  readonly owner: string;
  readonly workspace: string;
  /** How long a released label can be had only by its last owner. */
  readonly reservationHours: number;
  /** Labels that are somebody else's in this installation. */
  readonly taken: readonly string[];
}

/**
 * Claims a host label for a workspace: the handle where it is valid and free, else (no handle, or it may fall back)
 * one made of owner and name. A refusal names the field, the value and what to do.
 */
export async function claimHost(
  transaction: Transaction,
  command: Pick<CreateCommand, "handle" | "handleFallback"> & { readonly name: string },
  claim: Claim,
): Promise<string> {
  const { handle, handleFallback = "refuse" } = command;
  if (handle !== undefined) {
    const problem = claim.taken.includes(handle) ? alreadyOurs : hostLabelProblem(handle);
    if (problem === null && (await tryLabel(transaction, handle, claim))) return handle;
    if (handleFallback === "refuse") {
      if (problem !== null) throw invalid("handle", handle, problem.fix);
      throw conflicting(
        "handle",
        handle,
        `The handle '${handle}' is taken.`,
        'Choose another, or send "handleFallback": "derive" to be given one.',
      );
    }
  }
  for (let attempt = 0; attempt < 5; attempt += 1) {
    // Anyone can foresee the first ones, and take them: the last one is made of what nobody knows before.
    const last = attempt === 4;
    const label = deriveHostLabel(claim.owner, last ? claim.workspace : command.name, attempt);
    if (!claim.taken.includes(label) && (await tryLabel(transaction, label, claim))) return label;
  }
  throw new RequestError("conflict", "No free host name was found: give another handle or name.");
}

const alreadyOurs = { fix: "It is a name of the platform's own: choose another." };

/** Takes the label when it is free, or was released by the same owner, or long ago. One statement, so no two can. */
async function tryLabel(transaction: Transaction, label: string, claim: Claim): Promise<boolean> {
  const { owner, workspace, reservationHours } = claim;
  const taken = await transaction
    .insert(hosts)
    .values({ label, owner, workspace })
    .onConflictDoUpdate({
      target: hosts.label,
      set: { owner, workspace, claimedAt: sql`now()`, releasedAt: null },
      setWhere: sql`${hosts.releasedAt} is not null and (${hosts.owner} = ${owner}
        or ${hosts.releasedAt} < now() - make_interval(hours => ${reservationHours}))`,
    })
    .returning({ label: hosts.label });
  return taken.length > 0;
}

/** Gives a workspace's label back. */
export async function releaseHost(transaction: Transaction, label: string, workspace: string): Promise<void> {
  await transaction
    .update(hosts)
    .set({ releasedAt: sql`now()` })
    .where(and(eq(hosts.label, label), eq(hosts.workspace, workspace), isNull(hosts.releasedAt)));
}
