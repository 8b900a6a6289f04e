import { request } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Listener, listen } from "../../provisioner/api/server.ts";
import { createHarness, type Harness } from "./api-harness.ts";

let harness: Harness;
let listener: Listener;
beforeAll(async () => {
  harness = await createHarness();
  listener = await listen(harness.app, 0, "127.0.0.1");
});
afterAll(async () => {
  await listener?.close(1000);
  await harness?.close();
});
beforeEach(() => harness.clear());

interface Wire {
  readonly method: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  /** Sent chunk by chunk, without a length, when there is no such header. */
  readonly chunks?: readonly string[];
}

/** Sends bytes as a plain client would, without what `fetch` adds. */
function send({ method, path, headers = {}, chunks = [] }: Wire): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(new URL(path, listener.url), {
      method,
      headers: { authorization: `Bearer ${harness.tokens.service}`, ...headers },
    });
    outgoing.on("error", reject);
    outgoing.on("response", async (incoming) => {
      let text = "";
      for await (const chunk of incoming) text += String(chunk);
      resolve({ status: incoming.statusCode ?? 0, text });
    });
    for (const chunk of chunks) outgoing.write(chunk);
    outgoing.end();
  });
}

const json = { "content-type": "application/json" };

describe("over a real connection", () => {
  test("a delete without a body, with and without a type, is taken", async () => {
    const { workspace } = await harness.as(harness.tokens.service).create({ owner: "alice", blueprint: "home" });
    const path = `/v1/workspaces/${workspace.id}`;
    expect((await send({ method: "DELETE", path })).status).toBe(202);
    expect((await send({ method: "DELETE", path, headers: json })).status).toBe(202);
  });

  test("a post without a body is taken where none is needed", async () => {
    const { workspace } = await harness.as(harness.tokens.service).create({ owner: "alice", blueprint: "home" });
    const path = `/v1/workspaces/${workspace.id}/stop`;
    expect((await send({ method: "POST", path })).status).toBe(202);
    expect((await send({ method: "POST", path, headers: { ...json, "content-length": "0" } })).status).toBe(202);
  });

  test("a body in chunks is taken, and refused as soon as it is too large", async () => {
    const chunks = ['{"owner":"alice",', '"blueprint":"home"}'];
    expect((await send({ method: "POST", path: "/v1/workspaces", headers: json, chunks })).status).toBe(202);
    const large = ['{"owner":"', ...Array.from({ length: 80 }, () => "a".repeat(1024)), '"}'];
    const refused = await send({ method: "POST", path: "/v1/workspaces", headers: json, chunks: large });
    expect(refused.status).toBe(413);
    expect((await harness.rows()).workspaces).toBe(1);
  });

  test("a body that says it is too large is refused unread", async () => {
    const headers = { ...json, "content-length": "70000" };
    const refused = await send({ method: "POST", path: "/v1/workspaces", headers, chunks: ["x".repeat(70_000)] });
    expect(refused.status).toBe(413);
  });

  test("a body without a type is refused", async () => {
    const refused = await send({
      method: "POST",
      path: "/v1/workspaces",
      chunks: ['{"owner":"alice","blueprint":"home"}'],
    });
    expect(refused.status).toBe(415);
  });

  test("a head has the headers of its get, and no body", async () => {
    expect(await send({ method: "HEAD", path: "/v1/workspaces" })).toEqual({ status: 200, text: "" });
  });

  test("a held request goes on for others when its caller goes away", async () => {
    const leaving = new AbortController();
    const held = fetch(new URL("/v1/workspaces?wait=60", listener.url), {
      method: "POST",
      headers: { ...json, authorization: `Bearer ${harness.tokens.service}` },
      body: '{"owner":"alice","blueprint":"home"}',
      signal: leaving.signal,
    });
    const operation = await harness.nextOperation();
    leaving.abort();
    await expect(held).rejects.toThrow();
    await harness.settle(operation.id, "succeeded");
    const { json: list } = await harness.as(harness.tokens.service).get("/v1/workspaces?phase=running");
    expect(list.items).toHaveLength(1);
  });
});
