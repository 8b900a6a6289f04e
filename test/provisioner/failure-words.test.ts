import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EngineError } from "../../provisioner/engine/engine.ts";
import { createOperationLog } from "../../provisioner/reconcile/operation-log.ts";
import { createWorld, type World } from "../support/fakes/world.ts";
import { useTestDatabases } from "../support/postgres.ts";

const databases = useTestDatabases();
let world: World;
beforeEach(async () => {
  world = await createWorld(await databases.create());
});
afterEach(() => world.close());

const alice = { owner: "alice", blueprint: "home" };

// A container writes its own termination message, and the reason that it is not ready quotes it.
describe("words of a failure that Postgres cannot hold", () => {
  it.each([
    ["a NUL", "it ended: \0 boo", "it ended:  boo"],
    ["half a character", "it ended: \ud83d", "it ended: \ufffd"],
  ])("with %s end the operation all the same", async (_what, said, kept) => {
    const { service, settle, engine } = world;
    await world.startReconciler({ backoff: { base: 1, cap: 1 } });
    for (let count = 0; count < 5; count += 1) engine.failNext("deploy", new EngineError("failed", said));
    const { workspace, operation } = await service.create(alice);
    expect(await settle(operation)).toMatchObject({ outcome: "failed", attempts: 5, error: { message: kept } });
    expect(await service.get(workspace.id, null)).toMatchObject({ phase: "needs-attention", message: kept });
  });

  it("are cut in the log without losing the lines beside them", async () => {
    const { operation } = await world.service.create(alice);
    const lost: unknown[] = [];
    const log = createOperationLog(world.database, operation?.id ?? "", (error) => lost.push(error));
    log.write("info", "before");
    log.write("error", `${"a".repeat(3_999)}\u{1f600}`);
    await log.flush();
    expect(lost).toEqual([]);
    expect(await world.service.log(operation?.id ?? "", 0, null)).toHaveLength(2);
  });
});
