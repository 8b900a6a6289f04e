import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { WorkspaceSpec } from "../../components/workspace/spec.ts";
import { type Engine, EngineError } from "../../provisioner/engine/engine.ts";
import { collectEvents, newName, specFor } from "../support/engine.ts";

export interface ContractSubject {
  readonly engine: Engine;
  dispose(): Promise<void>;
}

/** Milliseconds that no operation of the contract needs. */
const ample = 60_000;

/** What a rejection is, without its words. */
async function kindOf(promise: Promise<unknown>): Promise<string> {
  const outcome = await promise.then(
    () => "resolved",
    (error: unknown) => error,
  );
  return outcome instanceof EngineError ? outcome.kind : String(outcome);
}

/**
 * What every `Engine` does, the real one and the fake. An engine under test obeys `TEST_BEHAVIOUR` in a spec's
 * `shape.env` (see test/support/engine-program.ts): `stuck` runs until it is ended, `throws` fails.
 */
export function engineContract(name: string, create: () => Promise<ContractSubject>): void {
  describe(`${name} keeps the engine's contract`, () => {
    let subject: ContractSubject;
    let engine: Engine;
    beforeAll(async () => {
      subject = await create();
      engine = subject.engine;
    });
    afterAll(() => subject?.dispose());

    const request = (stack: string, spec: WorkspaceSpec = specFor(stack)) => ({
      stack,
      spec,
      lease: newName("op"),
      deadline: ample,
    });
    const destroyed = (stack: string, more: object = {}) =>
      engine.destroy({ stack, lease: newName("op"), deadline: ample, ...more });

    it("deploys a stack, again as often as asked, and destroys it", async () => {
      const stack = newName("ws");
      const first = await engine.deploy(request(stack));
      expect(first.timings.total).toBeGreaterThanOrEqual(0);
      await engine.deploy(request(stack));
      await destroyed(stack);
      expect(engine.usage().running).toBe(0);
    });

    it("succeeds in destroying a stack that is not there", async () => {
      await destroyed(newName("ws"));
    });

    it("tells what happens while it happens", async () => {
      const stack = newName("ws");
      const { events, onEvent } = collectEvents();
      await engine.deploy({ ...request(stack), onEvent });
      expect(events.length).toBeGreaterThan(0);
      expect(events.every((event) => event.message.length > 0)).toBe(true);
      await destroyed(stack);
    });

    it("fails with what the program says, without its secrets", async () => {
      const stack = newName("ws");
      const failure = await engine.deploy(request(stack, specFor(stack, "throws"))).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(EngineError);
      expect(failure).toMatchObject({ kind: "failed", message: expect.stringContaining("the program says no") });
      expect(String(failure)).not.toContain("abcdef123456");
      await destroyed(stack);
    });

    it("ends at its deadline", async () => {
      const stack = newName("ws");
      const stuck = engine.deploy({ ...request(stack, specFor(stack, "stuck")), deadline: 300 });
      expect(await kindOf(stuck)).toBe("timeout");
      expect(engine.usage().running).toBe(0);
      await destroyed(stack, { repair: true });
    });

    it("does not begin when it is cancelled already", async () => {
      expect(await kindOf(engine.deploy({ ...request(newName("ws")), signal: AbortSignal.abort() }))).toBe("cancelled");
    });

    it("ends when it is cancelled, and converges by a repair", async () => {
      const stack = newName("ws");
      const controller = new AbortController();
      const { onEvent, seen } = collectEvents();
      const stuck = engine.deploy({ ...request(stack, specFor(stack, "stuck")), signal: controller.signal, onEvent });
      await seen(/./, stuck);
      controller.abort();
      expect(await kindOf(stuck)).toBe("cancelled");
      await engine.deploy({ ...request(stack), repair: true });
      await destroyed(stack);
    });

    it("lets nobody else work on a stack meanwhile", async () => {
      const stack = newName("ws");
      const controller = new AbortController();
      const { onEvent, seen } = collectEvents();
      const stuck = engine.deploy({ ...request(stack, specFor(stack, "stuck")), signal: controller.signal, onEvent });
      await seen(/./, stuck);
      expect(await kindOf(engine.deploy(request(stack)))).toBe("locked");
      expect(await kindOf(destroyed(stack))).toBe("locked");
      controller.abort();
      await kindOf(stuck);
      await destroyed(stack, { repair: true });
    });

    it("loses its operation when the lease is killed", async () => {
      const stack = newName("ws");
      const { onEvent, seen } = collectEvents();
      const stuck = { ...request(stack, specFor(stack, "stuck")), onEvent };
      const outcome = kindOf(engine.deploy(stuck));
      await seen(/./, outcome);
      await engine.killLease(stuck.lease);
      expect(await outcome).toBe("crashed");
      await destroyed(stack, { repair: true });
    });

    it("has nothing to kill for a lease that nobody holds", async () => {
      await engine.killLease(newName("op"));
    });

    it("works on several stacks at once", async () => {
      const stacks = Array.from({ length: 3 }, () => newName("ws"));
      await Promise.all(stacks.map((stack) => engine.deploy(request(stack))));
      await Promise.all(stacks.map((stack) => destroyed(stack)));
      expect(engine.usage().running).toBe(0);
    });

    it("ends what runs when it is closed, and begins nothing more", async () => {
      const other = await create();
      const { onEvent, seen } = collectEvents();
      const stack = newName("ws");
      const outcome = kindOf(other.engine.deploy({ ...request(stack, specFor(stack, "stuck")), onEvent }));
      await seen(/./, outcome);
      await other.engine.close();
      expect(await outcome).toBe("cancelled");
      expect(await kindOf(other.engine.deploy(request(stack)))).toBe("cancelled");
      expect(other.engine.usage()).toEqual({ running: 0, idle: 0 });
      await other.dispose();
    });
  });
}
