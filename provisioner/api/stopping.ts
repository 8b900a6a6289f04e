import type { WorkspaceService } from "../workspaces/service.ts";

/** The same service, whose waits end when the process is told to stop: who waits is answered with what is so far. */
export function endingWaits(service: WorkspaceService, stopping: AbortSignal): WorkspaceService {
  return {
    ...service,
    async settled(operation, milliseconds) {
      if (stopping.aborted) return service.operation(operation, null);
      // A promise of its own for each: one for all would hold on to every wait that there ever was.
      const { promise, resolve } = Promise.withResolvers<undefined>();
      const stop = () => resolve(undefined);
      stopping.addEventListener("abort", stop, { once: true });
      try {
        const settled = await Promise.race([service.settled(operation, milliseconds), promise]);
        return settled ?? (await service.operation(operation, null));
      } finally {
        stopping.removeEventListener("abort", stop);
      }
    },
    changed: (operation, signal) => service.changed(operation, AbortSignal.any([signal, stopping])),
  };
}
