import type { SSEStreamingApi } from "hono/streaming";
import type { WorkspaceService } from "../workspaces/service.ts";

const keepAliveMilliseconds = 15_000;

interface StreamOptions {
  readonly service: Pick<WorkspaceService, "operation" | "log" | "changed">;
  readonly operation: string;
  readonly viewer: string | null;
  /** Sequence of the last line that the reader has. */
  readonly after: number;
  readonly stream: Pick<SSEStreamingApi, "writeSSE" | "onAbort" | "aborted"> & {
    write(text: string): Promise<unknown>;
  };
  /** Asked now and then: a revoked token's stream ends. */
  readonly stillValid: () => Promise<boolean>;
  /** Ends the stream: the reader resumes elsewhere. */
  readonly stopping: AbortSignal;
  readonly keepAlive?: number;
}

/** Writes an operation's lines as they come, and its outcome as the last event. */
export async function streamLog(options: StreamOptions): Promise<void> {
  const { service, operation, viewer, stream } = options;
  let after = options.after;
  const gone = new AbortController();
  stream.onAbort(() => gone.abort());
  const pause = () => AbortSignal.timeout(options.keepAlive ?? keepAliveMilliseconds);
  // Across all rounds: one round is seldom as long, as whoever waits for changes also looks again now and then.
  let due = pause();
  while (!stream.aborted && !options.stopping.aborted) {
    const waiting = AbortSignal.any([gone.signal, due]);
    const settle = new AbortController();
    // Listen first, then look: what happens in between is not missed.
    const change = service.changed(operation, AbortSignal.any([waiting, settle.signal]));
    try {
      // The outcome is read before the lines: every line before an outcome is there when the outcome is.
      const current = await service.operation(operation, viewer);
      for (const line of await service.log(operation, after, viewer)) {
        await stream.writeSSE({ event: "line", id: String(line.sequence), data: JSON.stringify(line) });
        after = line.sequence;
      }
      if (current.outcome !== null) {
        await stream.writeSSE({ event: "outcome", id: String(after), data: JSON.stringify(current) });
        return;
      }
      await change;
    } finally {
      settle.abort();
      await change.catch(() => undefined);
    }
    if (!due.aborted || stream.aborted) continue;
    due = pause();
    if (!(await options.stillValid())) return;
    await stream.write(": still under way\n\n");
  }
}
