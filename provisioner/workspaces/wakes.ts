import { eq, sql } from "drizzle-orm";
import type { Queue } from "../queue/queue.ts";
import type { Database } from "../store/database.ts";
import type { Notifications } from "../store/notifications.ts";
import { wakes, workspaces } from "../store/schema.ts";
import { createChanges } from "./changes.ts";
import type { WorkspaceSettings } from "./settings.ts";

export interface WakerDeps {
  readonly database: Database;
  readonly queue: Pick<Queue, "enqueue">;
  readonly notifications: Notifications;
  readonly settings: WorkspaceSettings;
  readonly onError: (error: unknown) => void;
}

/** Seconds after which nobody stands before the workspace any more: whoever does asks again. */
const patienceSeconds = 120;
/** Milliseconds after which the rows are looked at in any case: a notification that got lost costs this much. */
const lookAgainAfter = 30_000;

/** Wakes what routers ask for. They may not: their role in the database can write the wish and nothing else. */
export function startWaker(deps: WakerDeps): { stop(): Promise<void> } {
  let under: Promise<void> | undefined;
  let asked = false;
  let stopped = false;
  const work = async () => {
    while (asked && !stopped) {
      asked = false;
      await answerWakes(deps);
    }
  };
  const look = () => {
    asked = true;
    if (stopped) return;
    under ??= work()
      .catch(deps.onError)
      .finally(() => {
        under = undefined;
      });
  };
  const unlisten = deps.notifications.listen("wake", look);
  const timer = setInterval(look, lookAgainAfter);
  look();
  return {
    async stop() {
      stopped = true;
      clearInterval(timer);
      unlisten();
      await under;
    },
  };
}

/** Answers every wish that is there. Each in a transaction of its own, in which its row goes: no two processes answer it. */
async function answerWakes({ database, queue, settings }: WakerDeps): Promise<void> {
  const changes = createChanges(queue, settings);
  for (const { workspace } of await database.queries.select().from(wakes).orderBy(wakes.at)) {
    await database.transaction(async (transaction) => {
      const [wish] = await transaction
        .delete(wakes)
        .where(eq(wakes.workspace, workspace))
        .returning({ fresh: sql<boolean>`${wakes.at} > now() - make_interval(secs => ${patienceSeconds})` });
      if (wish?.fresh !== true) return;
      const [row] = await transaction.select().from(workspaces).where(eq(workspaces.id, workspace)).for("update");
      // What gave up is not begun anew by a visit, and what was deleted meanwhile stays so.
      if (row?.desired === "stopped" && row.phase !== "needs-attention") {
        await changes.setDesired(transaction, row, "running");
      }
    });
  }
}
