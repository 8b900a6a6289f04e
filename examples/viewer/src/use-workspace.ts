import { useCallback, useEffect, useReducer } from "react";
import { firstState, nextState, type ViewerState, type WorkspaceView } from "./viewer-state.ts";

/** The product's own calls: its backend knows who the user is, and holds Berth's token. */
export interface WorkspaceApi {
  /** Sees to it that the user has a workspace, awake. */
  provision(): Promise<WorkspaceView>;
  look(): Promise<WorkspaceView>;
  /** A URL at which the user's browser may open it, once, within a minute. */
  open(): Promise<string>;
}

export interface Workspace {
  readonly state: ViewerState;
  /** Opens it anew: after a lost connection, or when the user likes. */
  reconnect(): void;
  wake(): void;
}

/** Milliseconds between two looks: often while something is on its way. */
const lookEvery = { busy: 1_000, quiet: 5_000 } as const;

/** Provisions the user's workspace, follows it, and opens it whenever it runs. */
export function useWorkspace(api: WorkspaceApi): Workspace {
  const [state, dispatch] = useReducer(nextState, firstState);

  const follow = useCallback(
    (call: () => Promise<WorkspaceView>) =>
      call().then(
        (workspace) => dispatch({ type: "seen", workspace }),
        (error: unknown) => dispatch({ type: "failed", words: wordsOf(error) }),
      ),
    [],
  );

  useEffect(() => {
    void follow(api.provision);
  }, [api, follow]);

  const busy = state.name === "waiting";
  const over = state.name === "failed";
  useEffect(() => {
    if (over) return;
    const timer = setInterval(() => void follow(api.look), busy ? lookEvery.busy : lookEvery.quiet);
    return () => clearInterval(timer);
  }, [api, busy, over, follow]);

  const opening = state.name === "opening" ? state.visit : undefined;
  useEffect(() => {
    if (opening === undefined) return;
    api.open().then(
      (url) => dispatch({ type: "opened", url }),
      (error: unknown) => dispatch({ type: "failed", words: wordsOf(error) }),
    );
  }, [api, opening]);

  return {
    state,
    reconnect: () => dispatch({ type: "reconnect" }),
    wake: () => void follow(api.provision),
  };
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
