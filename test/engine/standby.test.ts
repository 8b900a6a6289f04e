import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createTestEngine, newName, specFor, type TestEngine } from "../support/engine.ts";

let standing: TestEngine;
beforeAll(async () => {
  standing = await createTestEngine({ idleWorkers: 1, standby: true });
});
afterAll(() => standing?.dispose());

/** The id of the workspace whose deploy is begun, as soon as it is. */
async function reserved(): Promise<string> {
  let stack: string | undefined;
  await vi.waitFor(() => {
    stack = standing.engine.reserve();
    expect(stack).toBeDefined();
  }, 30_000);
  return stack ?? "";
}

test("a deploy that was begun ahead goes on with the workspace's own program", async () => {
  const stack = await reserved();
  const lease = standing.engine.leaseFor(stack) ?? "";
  const { timings } = await standing.engine.deploy({ stack, lease, spec: specFor(stack), deadline: 60_000 });
  console.log(timings, await standing.stateFiles(), await standing.workFolders());
});
