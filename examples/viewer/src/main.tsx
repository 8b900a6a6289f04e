import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import type { WorkspaceApi } from "./use-workspace.ts";
import type { WorkspaceView } from "./viewer-state.ts";
import { WorkspaceViewer } from "./workspace-viewer.tsx";

/** The product's backend, which this page comes from. */
async function call<Answer>(method: "GET" | "POST", path: string): Promise<Answer> {
  const answer = await fetch(path, { method });
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.error ?? `The product's backend answers ${answer.status}.`);
  return body;
}

const api: WorkspaceApi = {
  provision: () => call<WorkspaceView>("POST", "/api/workspace"),
  look: () => call<WorkspaceView>("GET", "/api/workspace"),
  open: async () => (await call<{ url: string }>("POST", "/api/workspace/open")).url,
};

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <WorkspaceViewer api={api} />
    </StrictMode>,
  );
}
