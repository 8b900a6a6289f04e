import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RawAnswer } from "../support/raw-client.ts";
import { RawClient } from "../support/raw-client.ts";
import type { WorkspaceBackend } from "../support/workspace-backend.ts";
import { type Arms, confined, refused, stripped } from "./attacks.ts";
import { baseDomain, shellPort, type TestRouter, useRouters } from "./harness.ts";

const routers = useRouters({ keep: true });
let router: TestRouter;
let backend: WorkspaceBackend;
let arms: Arms;
let extra: readonly [string, string] = ["X-Nothing", "x"];

beforeAll(async () => {
  await routers.open();
  const alice = await routers.addWorkspace("alice");
  const mallory = await routers.addWorkspace("mallory");
  backend = await routers.serve(alice, shellPort, (_request, response) => {
    response.setHeader(...extra);
    response.end("hello");
  });
  router = await routers.startRouter();
  arms = { session: await routers.cookie(alice), mallory: await routers.cookie(mallory) };
});
afterAll(() => routers.end());

/** Sends bytes as they are, and answers what came back. */
async function send(bytes: string): Promise<RawAnswer> {
  const client = await RawClient.open(router.url);
  client.write(bytes);
  const answer = await client.answer();
  client.socket.destroy();
  return answer;
}

describe("is refused, and no workspace hears of it:", () => {
  it.each(refused)("$name", async ({ send: make, status }) => {
    backend.seen.length = 0;
    const client = await RawClient.open(router.url);
    client.write(make(arms));
    const answer = await client.answer();
    // Whatever stands behind a request that cannot be read is read by nobody.
    if (answer.body.includes("Wrong in the request")) expect(await client.closes()).toBe(true);
    client.socket.destroy();
    expect([answer.status, backend.seen.filter(({ body }) => body !== "x")]).toEqual([status, []]);
    expect(answer.headers.get("cache-control")).toEqual(["no-store"]);
  });
});

describe("does not reach the workspace:", () => {
  it.each(stripped)("$name", async ({ fields, hidden }) => {
    backend.seen.length = 0;
    const lines = ["GET / HTTP/1.1", `Host: alice.${baseDomain}`, `Cookie: ${arms.session}`, ...fields];
    const answer = await send(`${lines.join("\r\n")}\r\n\r\n`);
    expect([answer.status, backend.seen.length]).toEqual([200, 1]);
    expect(backend.seen[0]?.rawHeaders.join("\n")).not.toMatch(hidden);
  });
});

describe("does not reach the browser:", () => {
  const always: Readonly<Record<string, readonly string[]>> = {
    "content-security-policy": ["frame-ancestors 'self' https://app.example.com"],
    "strict-transport-security": ["max-age=31536000"],
  };
  it.each(confined)("$name", async ({ field: [name, value], left }) => {
    extra = [name, value];
    const answer = await send(`GET / HTTP/1.1\r\nHost: alice.${baseDomain}\r\nCookie: ${arms.session}\r\n\r\n`);
    extra = ["X-Nothing", "x"];
    const lower = name.toLowerCase();
    expect(answer.status).toBe(200);
    expect(answer.headers.get(lower) ?? []).toEqual([...left, ...(always[lower] ?? [])]);
  });
});
