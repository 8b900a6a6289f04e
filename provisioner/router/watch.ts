import type { SessionRow } from "../store/access.ts";
import { endingOf, type Gate, readRouteChange } from "./gate.ts";
import type { OpenThing, OpenThings } from "./open.ts";

export interface WatchDeps {
  readonly find: (hashes: readonly string[]) => Promise<readonly SessionRow[]>;
  readonly gate: Pick<Gate, "forget">;
  readonly open: OpenThings;
  /** A workspace is not what it was: what is kept for it goes. */
  readonly onWorkspace: (workspace: string) => void;
  readonly onError: (error: unknown) => void;
  /** Milliseconds before a look that failed is repeated. @default 500 */
  readonly retryDelay?: number;
}

/** Sees to it that what is open stays open for those only who may still have it so. */
export interface Watch {
  /** Takes a notification; null when some were missed. */
  onChange(payload: string | null): void;
  /** Notifications are not heard any more. */
  onLost(): void;
  /** Looks at all that is open: at what ended by itself, and at what nobody told. */
  look(): Promise<void>;
  close(): void;
}

/** Most sessions in one question. */
const mostAtOnce = 1000;

export function createWatch(deps: WatchDeps): Watch {
  const { find, gate, open, onWorkspace, onError, retryDelay = 500 } = deps;
  let closed = false;
  const retries = new Set<NodeJS.Timeout>();

  /** Ends what may not stay. Repeated until the database answers: what was taken away must not stay for its sake. */
  const judge = async (select: () => readonly OpenThing[]): Promise<void> => {
    if (closed) return;
    try {
      const things = select();
      const hashes = [...new Set(things.map(({ session }) => session))];
      const rows = new Map<string, SessionRow>();
      for (let from = 0; from < hashes.length; from += mostAtOnce) {
        for (const row of await find(hashes.slice(from, from + mostAtOnce))) rows.set(row.hash, row);
      }
      for (const thing of things) {
        const ending = endingOf(rows.get(thing.session), thing.host);
        if (ending !== null) thing.end(ending);
      }
    } catch (error) {
      onError(error);
      const timer = setTimeout(() => {
        retries.delete(timer);
        void judge(select);
      }, retryDelay);
      retries.add(timer);
    }
  };

  return {
    onChange(payload) {
      if (payload === null) {
        gate.forget(null);
        void judge(() => open.of());
        return;
      }
      const change = readRouteChange(payload);
      if (change === null) return;
      gate.forget(change);
      if (change.kind === "session") {
        for (const thing of open.of(change.workspace)) if (thing.session === change.session) thing.end("revoked");
        return;
      }
      onWorkspace(change.workspace);
      void judge(() => open.of(change.workspace));
    },
    onLost: () => gate.forget(null),
    look: () => judge(() => open.of()),
    close() {
      closed = true;
      for (const timer of retries) clearTimeout(timer);
    },
  };
}
