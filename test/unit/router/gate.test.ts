import { describe, expect, it } from "vitest";
import { createGate, endingOf, readRouteChange } from "../../../provisioner/router/gate.ts";
import { OpenThings } from "../../../provisioner/router/open.ts";
import { createWatch } from "../../../provisioner/router/watch.ts";
import { hashSecret, type SessionRow } from "../../../provisioner/store/access.ts";

const token = "t".repeat(43);
const later = new Date(Date.now() + 3_600_000);
const row: SessionRow = {
  hash: hashSecret(token),
  host: "alice",
  person: "alice",
  renewedAt: new Date(),
  expiresAt: later,
  endsAt: later,
  workspace: "ws-a",
  label: "alice",
  blueprint: "home",
  desired: "running",
  phase: "running",
  may: true,
};

/** A gate on a database of one session, and how often that was asked. */
function gateOn(first: SessionRow | undefined) {
  const state = { row: first, asked: 0, connected: true, hold: Promise.resolve() };
  const gate = createGate({
    connected: () => state.connected,
    async find() {
      state.asked += 1;
      const found = state.row;
      await state.hold;
      return found === undefined ? [] : [found];
    },
  });
  return { gate, state };
}

describe("the gate", () => {
  it("asks once, and remembers while changes are heard", async () => {
    const { gate, state } = gateOn(row);
    expect(gate.known("alice", token)).toBeUndefined();
    expect(await gate.ask("alice", token)).toMatchObject({ person: "alice", workspace: "ws-a" });
    expect(gate.known("alice", token)).toMatchObject({ person: "alice" });
    expect([gate.known("bob", token), gate.known("4000--alice", token)]).toEqual([null, null]);
    expect(state.asked).toBe(1);
    gate.forget(null);
    state.connected = false;
    expect(await gate.ask("alice", token)).not.toBeNull();
    expect(gate.known("alice", token)).toBeUndefined();
  });

  it("asks the database nothing for what can be no token", () => {
    const { gate } = gateOn(row);
    expect(gate.known("alice", "short")).toBeNull();
    expect(gate.known("alice", `${"t".repeat(42)}'`)).toBeNull();
  });

  it("takes many who ask at the same time as one", async () => {
    const { gate, state } = gateOn(row);
    await Promise.all(Array.from({ length: 50 }, () => gate.ask("alice", token)));
    expect(state.asked).toBe(1);
  });

  it.each([
    ["the session is gone", { kind: "session", session: row.hash, workspace: "ws-a" } as const],
    ["the workspace changed", { kind: "workspace", workspace: "ws-a", label: "alice" } as const],
    ["anything may have changed", null],
  ])("does not believe an answer that is older than what it hears: %s", async (_name, change) => {
    const { gate, state } = gateOn(row);
    const held = Promise.withResolvers<void>();
    state.hold = held.promise;
    const asking = gate.ask("alice", token);
    state.row = undefined;
    gate.forget(change);
    held.resolve();
    expect([await asking, state.asked]).toEqual([null, 2]);
  });

  it("lets in who was a stranger before, once that changed", async () => {
    const { gate, state } = gateOn(undefined);
    expect(await gate.ask("alice", token)).toBeNull();
    expect(gate.known("alice", token)).toBeNull();
    state.row = row;
    gate.forget({ kind: "workspace", workspace: "ws-a", label: "alice" });
    expect(gate.known("alice", token)).toBeUndefined();
    expect(await gate.ask("alice", token)).not.toBeNull();
  });

  it("remembers that a token was good, so that its owner guesses nothing", async () => {
    const { gate } = gateOn(row);
    expect(gate.remembers(token)).toBe(false);
    await gate.ask("alice", token);
    expect(gate.remembers(token)).toBe(true);
  });
});

it("who was let in may stay as long as the database says so", () => {
  expect(endingOf(row, "alice")).toBeNull();
  expect(endingOf({ ...row, host: "gateway--alice" }, "gateway--alice")).toBeNull();
  expect(endingOf({ ...row, phase: "provisioning" }, "alice")).toBeNull();
  expect(endingOf({ ...row, desired: "stopped" }, "alice")).toBe("stopped");
  for (const gone of [
    undefined,
    { ...row, may: false },
    { ...row, desired: "deleted" },
    { ...row, label: "bob" },
    { ...row, host: "bob" },
  ]) {
    expect(endingOf(gone, "alice")).toBe("revoked");
  }
});

it("what the triggers tell is read, and what is not theirs is not", () => {
  expect(readRouteChange("session abc ws-a")).toEqual({ kind: "session", session: "abc", workspace: "ws-a" });
  expect(readRouteChange("workspace ws-a alice")).toEqual({ kind: "workspace", workspace: "ws-a", label: "alice" });
  expect(readRouteChange("nonsense")).toBeNull();
});

it("a look that fails is repeated until the database answers", async () => {
  const open = new OpenThings();
  const ended = Promise.withResolvers<string>();
  open.add({ workspace: "ws-a", session: row.hash, host: "alice", stream: true, end: ended.resolve });
  let asked = 0;
  const errors: unknown[] = [];
  const watch = createWatch({
    async find() {
      asked += 1;
      if (asked < 3) throw new Error("no answer");
      return [];
    },
    gate: { forget: () => undefined },
    open,
    onWorkspace: () => undefined,
    onError: (error) => errors.push(error),
    retryDelay: 1,
  });
  watch.onChange("workspace ws-a alice");
  expect(await ended.promise).toBe("revoked");
  expect([asked, errors.length]).toEqual([3, 2]);
  watch.close();
});
