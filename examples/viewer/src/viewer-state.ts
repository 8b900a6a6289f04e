/** What a product's backend says of its user's workspace; the phases are Berth's. */
export interface WorkspaceView {
  readonly phase: string;
  /** Why it is in this phase, where that needs saying. */
  readonly message: string | null;
}

/** What the viewer shows. */
export type ViewerState =
  /** The workspace is on its way; `words` say how far. */
  | { readonly name: "waiting"; readonly words: string; readonly visit: number }
  /** It runs, and is about to be opened, for the so manieth time. */
  | { readonly name: "opening"; readonly visit: number }
  /** It is open at this URL, which works once: `visit` tells one opening from the next. */
  | { readonly name: "open"; readonly url: string; readonly visit: number }
  /** It was put to sleep. */
  | { readonly name: "asleep"; readonly visit: number }
  | { readonly name: "failed"; readonly words: string; readonly visit: number };

export type ViewerEvent =
  | { readonly type: "seen"; readonly workspace: WorkspaceView }
  | { readonly type: "opened"; readonly url: string }
  | { readonly type: "failed"; readonly words: string }
  /** The user asks to open it anew. */
  | { readonly type: "reconnect" };

export const firstState: ViewerState = { name: "waiting", words: "Preparing your workspace", visit: 0 };

const onTheWay: Readonly<Record<string, string>> = {
  pending: "Preparing your workspace",
  provisioning: "Building your workspace",
  starting: "Waking your workspace",
  stopping: "Your workspace falls asleep",
};

/** What is shown after an event: pure, so that it can be tested without a page. */
export function nextState(state: ViewerState, event: ViewerEvent): ViewerState {
  const { visit } = state;
  switch (event.type) {
    case "reconnect":
      return { name: "opening", visit: visit + 1 };
    case "failed":
      return { name: "failed", words: event.words, visit };
    case "opened":
      return state.name === "opening" ? { name: "open", url: event.url, visit } : state;
    case "seen":
      return stateOf(state, event.workspace);
  }
}

function stateOf(state: ViewerState, { phase, message }: WorkspaceView): ViewerState {
  const { visit } = state;
  const words = onTheWay[phase];
  if (words !== undefined) return { name: "waiting", words, visit };
  switch (phase) {
    case "running":
      // What was away opens by itself again; what is open stays as it is.
      return state.name === "open" || state.name === "opening" ? state : { name: "opening", visit: visit + 1 };
    case "stopped":
      return { name: "asleep", visit };
    case "needs-attention":
      return { name: "failed", words: message ?? "Your workspace needs attention. Who runs it has been told.", visit };
    default:
      return { name: "failed", words: "You have no workspace any more.", visit };
  }
}
