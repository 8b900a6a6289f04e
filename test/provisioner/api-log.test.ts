import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createHarness, type Harness } from "./api-harness.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await createHarness();
});
afterAll(() => harness?.close());
beforeEach(() => harness.clear());

interface Event {
  readonly event: string;
  readonly id: string;
  readonly data: { readonly sequence?: number; readonly message?: string; readonly outcome?: string };
}

/** Reads server-sent events until the stream ends or enough came. */
async function events(response: Response, enough = Number.POSITIVE_INFINITY): Promise<Event[]> {
  const found: Event[] = [];
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      if (block.startsWith(":")) continue;
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1] ?? "";
      found.push({ event: field("event"), id: field("id"), data: JSON.parse(field("data")) });
    }
    if (found.length >= enough) break;
  }
  return found;
}

describe("an operation's log", () => {
  const begin = async () => {
    const { operation } = await harness.as(harness.tokens.service).create({ owner: "alice", blueprint: "home" });
    return operation?.id ?? "";
  };
  const follow = (id: string, headers: Record<string, string> = {}, query = "") =>
    harness.app.request(`/v1/operations/${id}/log${query}`, {
      headers: { authorization: `Bearer ${harness.tokens.alice}`, ...headers },
    });

  test("comes line by line as it is written, and ends with the outcome", async () => {
    const id = await begin();
    await harness.writeLine(id, "one");
    const response = await follow(id);
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    const all = events(response);
    await harness.writeLine(id, "two");
    await harness.settle(id, "succeeded");
    expect((await all).map(({ event, id: eventId, data }) => [event, eventId, data.message ?? data.outcome])).toEqual([
      ["line", "1", "one"],
      ["line", "2", "two"],
      ["outcome", "2", "succeeded"],
    ]);
  });

  test("is resumed where the reader lost it", async () => {
    const id = await begin();
    for (const line of ["one", "two", "three"]) await harness.writeLine(id, line);
    await harness.settle(id, "failed", { code: "x", message: "no" });
    const rest = await events(await follow(id, { "last-event-id": "2" }));
    expect(rest.map(({ event, data }) => [event, data.message ?? data.outcome])).toEqual([
      ["line", "three"],
      ["outcome", "failed"],
    ]);
    expect(await events(await follow(id, {}, "?after=3"))).toHaveLength(1);
  });

  test("is JSON for who asks for JSON", async () => {
    const id = await begin();
    await harness.writeLine(id, "one");
    const response = await follow(id, { accept: "application/json" });
    expect(await response.json()).toMatchObject({ items: [{ sequence: 1, level: "info", message: "one" }] });
  });

  test("takes no place for who asks for the headers alone", async () => {
    const id = await begin();
    const limited = await harness.anotherApp({ limits: { streams: 1 } });
    const ask = (method: string) =>
      limited.request(`/v1/operations/${id}/log`, {
        method,
        headers: { authorization: `Bearer ${harness.tokens.alice}` },
      });
    for (let count = 0; count < 2; count++) {
      const head = await ask("HEAD");
      expect([head.status, head.headers.get("content-type")]).toEqual([200, "text/event-stream"]);
    }
    const stream = await ask("GET");
    expect(stream.status).toBe(200);
    await stream.body?.cancel();
  });

  test("frees its place when the reader goes away", async () => {
    const id = await begin();
    await harness.writeLine(id, "one");
    const limited = await harness.anotherApp({ limits: { streams: 1 } });
    const open = () =>
      limited.request(`/v1/operations/${id}/log`, { headers: { authorization: `Bearer ${harness.tokens.alice}` } });
    const first = await open();
    expect((await open()).status).toBe(429);
    await events(first, 1);
    await expect
      .poll(async () => {
        const again = await open();
        await again.body?.cancel();
        return again.status;
      })
      .toBe(200);
  });
});
