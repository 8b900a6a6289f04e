import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createTestEngine, newName, specFor, type TestEngine } from "../support/engine.ts";

let idling: TestEngine;
beforeAll(async () => {
  idling = await createTestEngine({ idleWorkers: 2 });
});
afterAll(() => idling?.dispose());

const idle = () => idling.engine.usage().idle;

/** How many workers were idle when a deploy told the first thing it had made, and when it had ended. */
async function idleAround(): Promise<{ readonly within: number | undefined; readonly after: number }> {
  let within: number | undefined;
  const onEvent = () => {
    within ??= idle();
  };
  const stack = newName("ws");
  await idling.engine.deploy({ stack, spec: specFor(stack), lease: newName("op"), deadline: 60_000, onEvent });
  return { within, after: idle() };
}

test("workers are made up for at rest; at once when the last one is taken, so that nobody who comes waits for one", async () => {
  await vi.waitFor(() => expect(idle()).toBe(2), 30_000);
  expect(await idleAround()).toEqual({ within: 1, after: 1 });
  expect((await idleAround()).within).toBe(1);
  expect((await idleAround()).within).toBe(1);
  await vi.waitFor(() => expect(idle()).toBe(2), 30_000);
});
