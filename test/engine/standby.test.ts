import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createEngine } from "../../provisioner/engine/create-engine.ts";
import type { Engine, Reservation } from "../../provisioner/engine/engine.ts";
import { processesOfLease } from "../../provisioner/engine/processes.ts";
import { parseWorkFolder } from "../../provisioner/engine/work-folders.ts";
import { collectEvents, createTestEngine, newName, specFor, type TestEngine } from "../support/engine.ts";
import { descendantsOf, isAlive, partsOf, until } from "../support/engine-processes.ts";

describe("The first deploy of a workspace that nobody has yet", () => {
  let test: TestEngine;
  const errors: unknown[] = [];
  beforeAll(async () => {
    test = await createTestEngine({
      idleWorkers: 1,
      standby: true,
      settle: 50,
      onError: (error) => errors.push(error),
    });
  });
  afterAll(() => test?.dispose());

  const destroyed = async (stack: string) => {
    await test.engine.destroy({ stack, lease: newName("op"), deadline: 60_000 });
    expect(await test.stateFiles()).toEqual([]);
  };
  const request = (stack: string, lease = newName("op")) => ({ stack, lease, spec: specFor(stack), deadline: 60_000 });

  /** The workspace that is ready, as soon as one is. */
  const reserved = async (engine: Engine = test.engine): Promise<Reservation> => {
    let found: Reservation | undefined;
    await until("a deploy is begun", () => {
      found = engine.reserve();
      return found !== undefined;
    });
    if (found === undefined) throw new Error("nothing is reserved");
    return found;
  };
  /** Its id, and the lease that its deploy has to have. */
  const given = async (engine: Engine = test.engine) => {
    const { stack } = await reserved(engine);
    return { stack, lease: engine.leaseFor(stack) ?? "" };
  };

  /** Resolves when an engine that begins now has one ready. */
  const anotherIsReady = async () => {
    const other = await createTestEngine({ standby: true, settle: 50 });
    await reserved(other.engine);
    await other.dispose();
  };

  const expectNothingWaits = async (lease: string) => {
    await until("nothing of what was begun is left", () => processesOfLease(lease).length === 0);
    await until("its folder is gone", async () => (await test.workFolders()).length === 0);
  };

  it("waits for the workspace with a CLI of its own, in its own folder alone", async () => {
    const { stack, lease } = await given();
    expect(stack).toMatch(/^ws-[a-z2-7]{16}$/);
    expect(partsOf(lease)).toEqual({ worker: [expect.any(Number)], cli: [expect.any(Number)], plugin: [] });
    expect(await test.stateFiles()).toEqual([]);
    const [folder = ""] = await test.workFolders();
    expect(folder).toContain(lease);
    // No secret lies about while nobody works.
    expect(await readdir(join(test.options.workFolder, folder))).not.toContain("passphrase");
    await test.engine.destroy({ stack, lease, deadline: 60_000 });
    await expectNothingWaits(lease);
  });

  it("is given away once, with its lease", async () => {
    const { stack, lease } = await given();
    expect(lease).toMatch(/^standby-/);
    expect(test.engine.reserve()).toBeUndefined();
    expect(test.engine.leaseFor(stack)).toBeUndefined();
    await test.engine.deploy(request(stack, lease));
    expect(test.engine.reserve()).toBeUndefined();
    await destroyed(stack);
  });

  it("is ready again when it was given back, but not after it was leased", async () => {
    const first = await reserved();
    expect(test.engine.reserve()).toBeUndefined();
    first.giveBack();
    const second = await reserved();
    expect(second.stack).toBe(first.stack);
    const lease = test.engine.leaseFor(second.stack) ?? "";
    second.giveBack();
    expect(test.engine.reserve()).toBeUndefined();
    await test.engine.deploy(request(second.stack, lease));
    second.giveBack();
    expect(test.engine.reserve()).toBeUndefined();
    await destroyed(second.stack);
  });

  it("goes on with the workspace's program, and leaves a stack as every other", async () => {
    const { stack, lease } = await given();
    const [cli] = partsOf(lease).cli;
    const { events, onEvent } = collectEvents();
    const alive: (number | undefined)[] = [];
    const locks: string[] = [];
    const watching = (event: Parameters<typeof onEvent>[0]) => {
      alive.push(...partsOf(lease).cli);
      locks.push(...readdirSync(join(test.state, ".pulumi", "locks", "organization", "berth", stack)));
      onEvent(event);
    };
    const { timings } = await test.engine.deploy({ ...request(stack, lease), onEvent: watching });
    expect(new Set(alive)).toEqual(new Set([cli]));
    // Whoever does something by hand meets the lock.
    expect([...new Set(locks)]).toEqual([expect.stringMatching(/\.json$/)]);
    expect(timings).toMatchObject({ up: expect.any(Number), total: expect.any(Number) });
    expect(events.map(({ message }) => message)).toContain("created Workspace workspace");
    await expectNothingWaits(lease);
    const checkpoint = await readFile(join(test.state, ".pulumi", "stacks", "berth", `${stack}.json`), "utf8");
    expect(checkpoint).toContain(`urn:pulumi:${stack}::berth::berth:test:Workspace::workspace`);

    const again = collectEvents();
    await test.engine.deploy({ ...request(stack), onEvent: again.onEvent });
    expect(again.events.filter(({ message }) => message.startsWith("created"))).toEqual([]);
    await destroyed(stack);
  });

  it("is of no use for a stack that another engine has worked on meanwhile", async () => {
    const { stack, lease } = await given();
    const other = createEngine({ ...test.options, workFolder: `${test.options.workFolder}-other`, standby: false });
    await other.deploy({ ...request(stack), spec: specFor(stack, "quick", 2) });
    await other.close();
    const { events, onEvent } = collectEvents();
    await test.engine.deploy({ ...request(stack, lease), spec: specFor(stack, "quick", 2), onEvent });
    // What the other one made is known.
    expect(events.filter(({ message }) => message.startsWith("created"))).toEqual([]);
    await expectNothingWaits(lease);
    await destroyed(stack);
  });

  it.each([
    ["another lease", {}],
    ["a repair", { repair: true }],
  ])("is not used for %s, and not in its way", async (what, more) => {
    const { stack, lease } = await given();
    const [waiting = 0] = partsOf(lease).cli;
    const used: boolean[] = [];
    const onEvent = () => used.push(isAlive(waiting));
    await test.engine.deploy({ ...request(stack, what === "a repair" ? lease : newName("op")), ...more, onEvent });
    expect(new Set(used)).toEqual(new Set([false]));
    await expectNothingWaits(lease);
    await destroyed(stack);
  });

  it("ends with an operation that is cancelled before it went on", async () => {
    const { stack, lease } = await given();
    const cancelled = test.engine.deploy({ ...request(stack, lease), signal: AbortSignal.abort() });
    await expect(cancelled).rejects.toMatchObject({ kind: "cancelled" });
    expect(processesOfLease(lease)).toEqual([]);
    expect(await test.workFolders()).toEqual([]);
    expect(await test.stateFiles()).toEqual([]);
  });

  it("ends when its id is given away and not deployed here", async () => {
    const { lease } = await given();
    await expectNothingWaits(lease);
    expect(await test.stateFiles()).toEqual([]);
    const next = await reserved();
    next.giveBack();
  });

  it.each(["worker", "cli"] as const)("is given to nobody when its %s has died", async (part) => {
    const { giveBack } = await reserved();
    giveBack();
    const { lease } = parseWorkFolder((await test.workFolders())[0] ?? "");
    for (const pid of partsOf(lease)[part]) process.kill(pid, "SIGKILL");
    await expectNothingWaits(lease);
    expect(test.engine.reserve()).toBeUndefined();
    expect(errors).toEqual([expect.objectContaining({ kind: "crashed" })]);
    errors.length = 0;
    const stack = newName("ws");
    await test.engine.deploy(request(stack));
    await destroyed(stack);
  });

  it("tells what goes wrong in it, and is repaired like any other", async () => {
    const { stack, lease } = await given();
    const { onEvent, seen } = collectEvents();
    const deploy = test.engine.deploy({ ...request(stack, lease), spec: specFor(stack, "stuck"), onEvent });
    const failure = deploy.catch((error: unknown) => error);
    await seen(/created/, failure);
    for (const pid of partsOf(lease).cli) process.kill(pid, "SIGKILL");
    expect(await failure).toMatchObject({ name: "EngineError", kind: "crashed" });
    await expectNothingWaits(lease);
    await test.engine.deploy({ ...request(stack), repair: true });
    await destroyed(stack);
  });

  it("goes down with its provisioner, and the next one takes its folder away", async () => {
    const own = await createTestEngine();
    await own.engine.close();
    const order = { options: { ...own.options, program: own.options.program?.href, standby: true, settle: 50 } };
    const script = fileURLToPath(new URL("../support/engine-parent.ts", import.meta.url));
    const parent = spawn(process.execPath, [script, JSON.stringify(order)], { stdio: ["ignore", "pipe", "inherit"] });
    const lease = await new Promise<string>((resolve) =>
      createInterface({ input: parent.stdout }).on("line", (line) => resolve(line.replace(/^waiting /, ""))),
    );
    const tree = descendantsOf(parent.pid ?? 0);
    expect(partsOf(lease)).toMatchObject({ worker: [expect.any(Number)], cli: [expect.any(Number)] });
    parent.kill("SIGKILL");
    await until("the whole tree is gone", () => !tree.some(isAlive));
    expect(await own.workFolders()).toHaveLength(1);

    const next = createEngine({ ...own.options, idleWorkers: 0 });
    await next.deploy(request(newName("ws")));
    expect(await own.workFolders()).toEqual([]);
    await next.close();
    await own.dispose();
  });

  it("ends with its engine", async () => {
    const own = await createTestEngine({ standby: true, settle: 50 });
    const { lease } = await given(own.engine);
    await own.engine.close();
    expect(processesOfLease(lease)).toEqual([]);
    expect(await own.workFolders()).toEqual([]);
    await own.dispose();
  });

  it("is not made again and again when it fails, and says why", async () => {
    const said: unknown[] = [];
    const broken = new URL("./no-such-program.ts", import.meta.url);
    const own = await createTestEngine({
      standby: true,
      settle: 50,
      program: broken,
      onError: (error) => said.push(error),
    });
    await vi.waitFor(() => expect(said).toHaveLength(1), 30_000);
    expect(String(said[0])).toContain("no-such-program");
    await anotherIsReady();
    expect(said).toHaveLength(1);
    expect(await own.workFolders()).toEqual([]);
    await own.dispose();
  });

  it.each([
    ["no workers are kept ready", { idleWorkers: 0 }],
    ["stacks are made by commands", { store: "commands" }],
  ] as const)("is not begun where %s", async (_why, more) => {
    const own = await createTestEngine({ standby: true, settle: 50, ...more });
    await anotherIsReady();
    expect(own.engine.reserve()).toBeUndefined();
    expect(await own.workFolders()).toEqual([]);
    await own.dispose();
  });
});
