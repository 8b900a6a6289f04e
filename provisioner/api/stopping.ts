import type { WorkspaceService } from "../workspaces/service.ts";

/** The same service, whose waits end when the process is told to stop: who waits is answered with what is so far. */
export function endingWaits(service: WorkspaceService, stopping: AbortSignal): WorkspaceService {
  const stopped = new Promise<void>((resolve) => {
    if (stopping.aborted) resolve();
    stopping.addEventListener("abort", () => resolve(), { once: true });
  });
  return {
    ...service,
    settled: (operation, milliseconds) =>
      Promise.race([service.settled(operation, milliseconds), stopped.then(() => service.operation(operation, null))]),
    changed: (operation, signal) => service.changed(operation, AbortSignal.any([signal, stopping])),
  };
}
