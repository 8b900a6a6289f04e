import { type ReactNode, useRef } from "react";
import { useWorkspace, type WorkspaceApi } from "./use-workspace.ts";
import type { ViewerState } from "./viewer-state.ts";
import "./workspace-viewer.css";

/**
 * The user's workspace in a product's page: how far it is while it is made or wakes, then the workspace itself, with a way
 * to connect anew and to have the whole screen.
 */
export function WorkspaceViewer({ api }: { readonly api: WorkspaceApi }): ReactNode {
  const { state, reconnect, wake } = useWorkspace(api);
  const frame = useRef<HTMLIFrameElement>(null);
  const open = state.name === "open";
  return (
    <section className="workspace-viewer" data-state={state.name} aria-label="Workspace">
      <header>
        <span className="dot" aria-hidden="true" />
        <span role="status">{wordsFor(state)}</span>
        <button type="button" onClick={reconnect} disabled={!open && state.name !== "failed"}>
          Reconnect
        </button>
        <button type="button" onClick={() => void frame.current?.requestFullscreen()} disabled={!open}>
          Full screen
        </button>
      </header>
      {open ? (
        <iframe
          key={state.visit}
          ref={frame}
          title="Your workspace"
          src={state.url}
          allow="fullscreen; clipboard-read; clipboard-write"
          // Its address is nobody else's business.
          referrerPolicy="no-referrer"
        />
      ) : (
        <div className="away">
          {state.name === "waiting" || state.name === "opening" ? <progress aria-label="On its way" /> : null}
          <p>{wordsFor(state)}</p>
          {state.name === "asleep" ? (
            <button type="button" onClick={wake}>
              Wake it
            </button>
          ) : null}
        </div>
      )}
    </section>
  );
}

function wordsFor(state: ViewerState): string {
  switch (state.name) {
    case "waiting":
    case "failed":
      return state.words;
    case "opening":
      return "Connecting";
    case "open":
      return "Connected";
    case "asleep":
      return "Your workspace is asleep";
  }
}
