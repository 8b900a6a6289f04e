import { describe, expect, test } from "vitest";
import { streamLog } from "../../provisioner/api/stream-log.ts";
import type { Operation, OperationLine } from "../../provisioner/contract/workspace.ts";
import { createLog } from "../../provisioner/log.ts";
import type { WorkspaceService } from "../../provisioner/workspaces/service.ts";

const underWay: Operation = {
  id: "op-aaaaaaaaaaaaaaaa",
  workspace: "ws-aaaaaaaaaaaaaaaa",
  kind: "create",
  generation: 1,
  outcome: null,
  error: null,
  attempts: 1,
  timings: {},
  createdAt: "2026-01-01T00:00:00.000Z",
  startedAt: null,
  finishedAt: null,
};
const line = (sequence: number): OperationLine => ({ sequence, at: underWay.createdAt, level: "info", message: "x" });

/** An operation that says nothing more, unless told to. */
function scene({ lines = [] as OperationLine[], outcome = null as Operation["outcome"] } = {}) {
  const written: string[] = [];
  const gone = new AbortController();
  const waits: AbortSignal[] = [];
  const service: Pick<WorkspaceService, "operation" | "log" | "changed"> = {
    operation: async () => ({ ...underWay, outcome }),
    log: async (_id, after) => lines.filter(({ sequence }) => sequence > after),
    changed: (_id, signal) => {
      waits.push(signal);
      return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    },
  };
  const stream = {
    get aborted() {
      return gone.signal.aborted;
    },
    onAbort: (listener: () => void) => gone.signal.addEventListener("abort", listener),
    writeSSE: async ({ event, id }: { event?: string; id?: string }) => void written.push(`${event} ${id}`),
    write: async (text: string) => void written.push(text),
  };
  return { service, stream, written, gone, waits };
}

describe("a log's stream", () => {
  const options = { operation: underWay.id, viewer: null, after: 0, keepAlive: 5 };

  test("keeps a silent connection open, and ends when its token is revoked", async () => {
    const { service, stream, written } = scene();
    let asked = 0;
    const stillValid = async () => ++asked < 3;
    await streamLog({ ...options, service, stream, stillValid, stopping: new AbortController().signal });
    expect(written).toEqual([": still under way\n\n", ": still under way\n\n"]);
  });

  test("ends when its token is revoked, however much there is to say", async () => {
    const { service, stream, written } = scene();
    const until = performance.now() + 2_000;
    const chatty: typeof service = {
      ...service,
      operation: async () => ({ ...underWay, outcome: performance.now() < until ? null : "succeeded" }),
      // What waits for changes also looks again now and then, more often than a connection is kept open.
      changed: () => new Promise((resolve) => setImmediate(resolve)),
    };
    const stopping = new AbortController().signal;
    await streamLog({ ...options, keepAlive: 100, service: chatty, stream, stillValid: async () => false, stopping });
    expect(written).toEqual([]);
  });

  test("ends when the process is told to stop", async () => {
    const { service, stream, written } = scene({ lines: [line(1)] });
    const stopping = new AbortController();
    const stillValid = async () => {
      stopping.abort();
      return true;
    };
    await streamLog({ ...options, service, stream, stillValid, stopping: stopping.signal });
    expect(written).toEqual(["line 1", ": still under way\n\n"]);
  });

  test("leaves nothing waiting behind, however it ends", async () => {
    const { service, stream, waits } = scene({ lines: [line(1), line(2)], outcome: "succeeded" });
    await streamLog({
      ...options,
      service,
      stream,
      stillValid: async () => true,
      stopping: new AbortController().signal,
    });
    expect(waits.every((signal) => signal.aborted)).toBe(true);
  });

  test("ends when the reader goes away", async () => {
    const { service, stream, gone, waits } = scene();
    const ended = streamLog({
      ...options,
      keepAlive: 60_000,
      service,
      stream,
      stillValid: async () => true,
      stopping: new AbortController().signal,
    });
    await expect.poll(() => waits.length).toBe(1);
    gone.abort();
    await ended;
  });
});

describe("a log line", () => {
  test("shows no secret, wherever it stands", () => {
    let text = "";
    const log = createLog("info", {
      write: (chunk: string) => {
        text += chunk;
      },
    });
    log.info({ token: "hunter2", headers: { authorization: "hunter2", "webhook-signature": "hunter2" } }, "x");
    log.info({ config: { http: { adminToken: "hunter2" }, databaseUrl: "hunter2" } }, "x");
    expect(text).not.toContain("hunter2");
    expect(text).toContain("(hidden)");
  });
});
