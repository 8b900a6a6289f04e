import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { endingWaits } from "../../provisioner/api/stopping.ts";
import type { Operation } from "../../provisioner/contract/workspace.ts";
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

const refuse = () => Promise.reject(new Error("not asked for"));
const refuseAtOnce = () => {
  throw new Error("not asked for");
};

function serviceOf(answers: Pick<WorkspaceService, "settled" | "operation">): WorkspaceService {
  return {
    ...{ create: refuse, get: refuse, list: refuse, update: refuse, stop: refuse, start: refuse, repair: refuse },
    ...{ delete: refuse, operations: refuse, log: refuse, changed: refuse, volumes: refuse },
    ...{ deleteVolume: refuse, forgetOwner: refuse, estimate: refuseAtOnce },
    ...answers,
  };
}

function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
}

test("a wait that is over leaves nothing in memory", async () => {
  const service = endingWaits(
    serviceOf({ settled: async () => ({ ...underWay }), operation: refuse }),
    new AbortController().signal,
  );
  const settle = async () => new WeakRef(await service.settled(underWay.id, 1000));
  const left = await settle();
  await expect
    .poll(() => {
      collectGarbage();
      return left.deref() === undefined;
    })
    .toBe(true);
});

test("a wait ends with what is so far when the process is told to stop", async () => {
  const stopping = new AbortController();
  const service = endingWaits(
    serviceOf({ settled: () => new Promise(() => {}), operation: async () => underWay }),
    stopping.signal,
  );
  const settled = service.settled(underWay.id, 60_000);
  stopping.abort();
  expect(await settled).toBe(underWay);
  expect(await service.settled(underWay.id, 60_000)).toBe(underWay);
});
