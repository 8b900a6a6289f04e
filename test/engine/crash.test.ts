import { spawn } from "node:child_process";
import { readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEngine } from "../../provisioner/engine/create-engine.ts";
import { processesOfLease } from "../../provisioner/engine/processes.ts";
import { collectEvents, createTestEngine, newName, specFor, type TestEngine } from "../support/engine.ts";
import { descendantsOf, isAlive, partsOf, until } from "../support/engine-processes.ts";

describe("An engine operation that dies half-way", () => {
  let test: TestEngine;
  beforeAll(async () => {
    test = await createTestEngine();
  });
  afterAll(() => test?.dispose());

  const request = (stack: string) => ({ stack, spec: specFor(stack), lease: newName("op"), deadline: 60_000 });

  /** Begins a deploy that gets somewhere and no further. */
  const startStuck = async (stack: string) => {
    const { onEvent, seen } = collectEvents();
    const lease = newName("op");
    const failure = test.engine
      .deploy({ stack, spec: specFor(stack, "stuck"), lease, deadline: 60_000, onEvent })
      .catch((error: unknown) => error);
    await seen(/created/, failure);
    return { lease, failure };
  };

  const expectNothingLeft = async (lease: string) => {
    expect(processesOfLease(lease)).toEqual([]);
    expect(await test.workFolders()).toEqual([]);
    expect(test.engine.usage().running).toBe(0);
  };

  const expectConverges = async (stack: string, killed: "worker" | "cli") => {
    const next = await test.engine.deploy(request(stack)).catch((error: unknown) => error);
    // A CLI that sees its worker gone ends in order where it gets the time to, and lifts its lock; one that is killed
    // never does.
    if (killed === "cli" || next instanceof Error) expect(next).toMatchObject({ kind: "locked" });
    await test.engine.deploy({ ...request(stack), repair: true });
    await test.engine.deploy(request(stack));
    await test.engine.destroy({ stack, lease: newName("op"), deadline: 60_000 });
    expect(await test.stateFiles()).toEqual([]);
  };

  it.each(["worker", "cli"] as const)(
    "leaves no process when its %s is killed, and converges by a repair",
    async (part) => {
      const stack = newName("ws");
      const { lease, failure } = await startStuck(stack);
      for (const pid of partsOf(lease)[part]) process.kill(pid, "SIGKILL");
      expect(await failure).toMatchObject({ name: "EngineError", kind: "crashed" });
      await expectNothingLeft(lease);
      await expectConverges(stack, part);
    },
  );

  it("can be destroyed by a repair", async () => {
    const stack = newName("ws");
    const { lease, failure } = await startStuck(stack);
    await test.engine.killLease(lease);
    await failure;
    await test.engine.destroy({ stack, lease: newName("op"), deadline: 60_000, repair: true });
    expect(await test.stateFiles()).toEqual([]);
  });

  it("goes down with its provisioner, and the next one takes its folder away", async () => {
    const stack = newName("ws");
    const lease = newName("op");
    const order = { options: { ...test.options, program: test.options.program?.href }, stack, lease };
    const script = fileURLToPath(new URL("../support/engine-parent.ts", import.meta.url));
    const parent = spawn(process.execPath, [script, JSON.stringify(order)], { stdio: ["ignore", "pipe", "inherit"] });
    const lines = createInterface({ input: parent.stdout });
    await new Promise<void>((resolve) => lines.on("line", (line) => /running created/.test(line) && resolve()));
    const tree = descendantsOf(parent.pid ?? 0);
    expect(partsOf(lease)).toMatchObject({ worker: [expect.any(Number)], cli: [expect.any(Number)] });
    expect(tree.length).toBeGreaterThanOrEqual(2);

    parent.kill("SIGKILL");
    await until("the whole tree is gone", () => !tree.some(isAlive));
    expect(processesOfLease(lease)).toEqual([]);
    expect(await test.workFolders()).toHaveLength(1);

    const next = createEngine(test.options);
    await next.deploy({ ...request(stack), repair: true });
    expect(await test.workFolders()).toEqual([]);
    await next.destroy({ stack, lease: newName("op"), deadline: 60_000 });
    await next.close();
    expect(await test.stateFiles()).toEqual([]);
  });

  it("converges from half a checkpoint, by the copy before or from nothing", async () => {
    const stack = newName("ws");
    await test.engine.deploy(request(stack));
    const file = join(test.state, ".pulumi", "stacks", "berth", `${stack}.json`);
    for (const copy of ["usable", "half"]) {
      const whole = await readFile(file, "utf8");
      await truncate(file, Math.floor(whole.length / 2));
      await writeFile(`${file}.bak`, copy === "usable" ? whole : whole.slice(0, 10));
      await expect(test.engine.deploy(request(stack))).rejects.toMatchObject({ kind: "crashed" });
      await test.engine.deploy({ ...request(stack), repair: true });
      await test.engine.deploy(request(stack));
    }
    await writeFile(`${file}.18f2.tmp`, "of a killed run");
    await test.engine.destroy({ stack, lease: newName("op"), deadline: 60_000 });
    expect(await test.stateFiles()).toEqual([]);
  });
});
