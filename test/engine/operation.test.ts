import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { collectEvents, createTestEngine, newName, specFor, type TestEngine } from "../support/engine.ts";
import { environmentOf, partsOf } from "../support/engine-processes.ts";

describe.each(["files", "commands"] as const)("An engine operation, with stacks made by %s", (store) => {
  let test: TestEngine;
  beforeAll(async () => {
    process.env.SECRET_OF_THE_PARENT = "nobody-may-see-this";
    test = await createTestEngine({ store, environment: { EXTRA_FOR_THE_BACKEND: "passed-on" } });
  });
  afterAll(async () => {
    delete process.env.SECRET_OF_THE_PARENT;
    await test?.dispose();
  });

  const deploy = async (stack: string, spec = specFor(stack), more: object = {}) => {
    const { events, onEvent } = collectEvents();
    await test.engine.deploy({ stack, spec, lease: newName("op"), deadline: 60_000, onEvent, ...more });
    return events.map((event) => event.message).sort();
  };
  const destroy = (stack: string, more: object = {}) =>
    test.engine.destroy({ stack, lease: newName("op"), deadline: 60_000, ...more });

  it("creates, does nothing the second time, updates what changed, and leaves no file of the stack", async () => {
    const stack = newName("ws");
    expect(await deploy(stack)).toEqual(["created Stash agent", "created Stash stream", "created Workspace workspace"]);
    expect(await deploy(stack)).toEqual([]);
    expect(await deploy(stack, { ...specFor(stack), owner: "bob" })).toEqual([
      "updated Stash agent",
      "updated Stash stream",
    ]);
    // A repair looks at what is really there before it changes anything.
    expect(await deploy(stack, specFor(stack, "quick", 2), { repair: true })).toEqual([
      "created Stash more-0",
      "read Stash agent",
      "read Stash stream",
      "read Workspace workspace",
      "updated Stash agent",
      "updated Stash stream",
    ]);
    await destroy(stack);
    expect(await test.stateFiles()).toEqual([]);
    expect(await test.workFolders()).toEqual([]);
  });

  it("destroys by a repair what was never made", async () => {
    await destroy(newName("ws"), { repair: true });
  });

  it("fails with the first error when a promise of the program is rejected", async () => {
    const stack = newName("ws");
    await expect(deploy(stack, specFor(stack, "rejects"))).rejects.toMatchObject({
      kind: "failed",
      message: expect.stringContaining("nobody awaits this"),
    });
    await destroy(stack);
  });

  it("shows its processes neither the parent's environment nor the passphrase", async () => {
    const stack = newName("ws");
    const lease = newName("op");
    const { onEvent, seen } = collectEvents();
    const controller = new AbortController();
    const stuck = test.engine
      .deploy({ stack, spec: specFor(stack, "stuck"), lease, deadline: 60_000, onEvent, signal: controller.signal })
      .catch((error: unknown) => error);
    await seen(/created/, stuck);
    const { worker, cli } = partsOf(lease);
    expect([worker.length, cli.length]).toEqual([1, 1]);
    for (const pid of [...worker, ...cli]) {
      const environment = environmentOf(pid);
      expect(environment).toContain("PATH=");
      expect(environment).not.toContain("nobody-may-see-this");
      expect(environment).not.toContain(String(test.options.passphrase));
    }
    expect(cli.map(environmentOf).join()).toContain("EXTRA_FOR_THE_BACKEND=passed-on");
    controller.abort();
    expect(await stuck).toMatchObject({ kind: "cancelled" });
    await destroy(stack, { repair: true });
  });
});

describe("An engine's stack", () => {
  it("can be worked on by any engine with the same passphrase", async () => {
    const test = await createTestEngine();
    try {
      const stack = newName("ws");
      await test.engine.deploy({ stack, spec: specFor(stack), lease: newName("op"), deadline: 60_000 });
      const file = join(test.state, ".pulumi", "stacks", "berth", `${stack}.json`);
      expect(JSON.parse(await readFile(file, "utf8"))).toMatchObject({
        version: 3,
        checkpoint: { stack: `organization/berth/${stack}`, latest: { secrets_providers: { type: "passphrase" } } },
      });
      // Its own salt, as after a restart: the stack says how it is encrypted.
      const same = await createTestEngine({ backend: test.options.backend });
      await same.engine.deploy({ stack, spec: specFor(stack), lease: newName("op"), deadline: 60_000 });
      await same.engine.destroy({ stack, lease: newName("op"), deadline: 60_000 });
      await same.dispose();
      expect(await test.stateFiles()).toEqual([]);
    } finally {
      await test.dispose();
    }
  });
});
