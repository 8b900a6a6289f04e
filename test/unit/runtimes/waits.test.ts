import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createChanges } from "../../../provisioner/runtimes/kubernetes/cache.ts";
import { createWaits, patiently, remaining } from "../../../provisioner/runtimes/kubernetes/waits.ts";
import { RuntimeError } from "../../../provisioner/runtimes/runtime.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function setup() {
  const changes = createChanges();
  let looks = 0;
  let value: string | undefined;
  const look = (): string | undefined => {
    looks += 1;
    return value;
  };
  return {
    changes,
    waits: createWaits(changes),
    look,
    looks: () => looks,
    set: (now: string) => {
      value = now;
    },
  };
}

describe("waiting", () => {
  test("looks at once, then only when something of that workspace changed", async () => {
    const { changes, waits, look, looks, set } = setup();
    const waiting = waits.until("ws-a", { deadline: 1000 }, look, () => "");
    expect(looks()).toBe(1);
    changes.emit("ws-b");
    await vi.advanceTimersByTimeAsync(999);
    expect(looks()).toBe(1);
    set("there");
    changes.emit("ws-a");
    expect(await waiting).toBe("there");
    changes.emit("ws-a");
    expect(looks()).toBe(2);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("gives up at the deadline with the last words known, even if asking for them fails", async () => {
    const { waits, look } = setup();
    const told = waits.until("ws-a", { deadline: 1500 }, look, async () => "no node has room");
    const failed = waits.until("ws-a", { deadline: 1500 }, look, () => Promise.reject(new Error("cluster is away")));
    const both = Promise.allSettled([told, failed]);
    await vi.advanceTimersByTimeAsync(1500);
    expect((await both).map((result) => (result.status === "rejected" ? result.reason : undefined))).toMatchObject([
      { kind: "timeout", message: "ws-a: no node has room (after 1.5 s)." },
      { kind: "timeout", message: "ws-a: it did not happen (after 1.5 s)." },
    ]);
  });

  test("ends with the caller's reason when the caller gives up, before and while waiting", async () => {
    const { waits, look, looks } = setup();
    const caller = new AbortController();
    const waiting = waits.until("ws-a", { deadline: 1000, signal: caller.signal }, look, () => "");
    caller.abort("enough");
    await expect(waiting).rejects.toBe("enough");
    await expect(waits.until("ws-a", { deadline: 1000, signal: caller.signal }, look, () => "")).rejects.toBe("enough");
    expect(looks()).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("ends for all when the runtime closes", async () => {
    const { waits, look } = setup();
    const waiting = waits.until("ws-a", { deadline: 1000 }, look, () => "");
    waits.close();
    await expect(waiting).rejects.toMatchObject({ kind: "unreachable" });
    expect(vi.getTimerCount()).toBe(0);
  });

  test("fails with what looking throws", async () => {
    const { waits } = setup();
    const look = (): never => {
      throw new Error("odd");
    };
    await expect(waits.until("ws-a", { deadline: 1000 }, look, () => "")).rejects.toThrow("odd");
  });
});

describe("asking patiently", () => {
  const away = new RuntimeError("unreachable", "nobody there");

  test("asks again while the cluster is away, ever more slowly", async () => {
    const answers = [away, away, away, "here"];
    const asked: number[] = [];
    const start = Date.now();
    const asking = patiently(
      async () => {
        asked.push(Date.now() - start);
        const answer = answers.shift();
        if (answer instanceof Error) throw answer;
        return answer;
      },
      { deadline: 10_000 },
    );
    await vi.runAllTimersAsync();
    expect(await asking).toBe("here");
    expect(asked).toEqual([0, 100, 300, 700]);
  });

  test("gives up at the deadline, and at once for any other error", async () => {
    const asking = expect(patiently(() => Promise.reject(away), { deadline: 1000 })).rejects.toBe(away);
    await vi.runAllTimersAsync();
    await asking;
    const refused = new RuntimeError("refused", "no");
    await expect(patiently(() => Promise.reject(refused), { deadline: 1000 })).rejects.toBe(refused);
  });

  test("ends when the caller gives up", async () => {
    const caller = new AbortController();
    const asking = patiently(() => Promise.reject(away), { deadline: 1000, signal: caller.signal });
    const ended = expect(asking).rejects.toBe("enough");
    await vi.advanceTimersByTimeAsync(50);
    caller.abort("enough");
    await ended;
  });
});

test("what is left of a waiting never falls to nothing", () => {
  const signal = new AbortController().signal;
  const since = Date.now();
  vi.advanceTimersByTime(400);
  expect(remaining({ deadline: 1000, signal }, since)).toEqual({ deadline: 600, signal });
  expect(remaining({ deadline: 300 }, since)).toEqual({ deadline: 1 });
});
