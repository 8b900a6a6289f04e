import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createHarness, type Harness } from "./api-harness.ts";
import { type BadInput, badInputs, type World } from "./bad-input-cases.ts";

let harness: Harness;
let world: World;

beforeAll(async () => {
  harness = await createHarness({ maxPerOwner: 3 });
  world = await populate(harness);
});
afterAll(() => harness?.close());

describe("bad input is refused with a problem document, and changes nothing", () => {
  test("in at least forty cases", () => {
    expect(badInputs.length).toBeGreaterThanOrEqual(40);
    expect(new Set(badInputs.map(({ what }) => what)).size).toBe(badInputs.length);
  });

  test.each(badInputs)("$what: $status", async (input) => {
    const before = await harness.rows();
    const answer = await harness.app.request(...requestOf(input));
    const text = await answer.text();
    expect({ status: answer.status, type: answer.headers.get("content-type") }).toEqual({
      status: input.status,
      type: "application/problem+json",
    });
    const problem: unknown = JSON.parse(text);
    expect(problem).toMatchObject({
      type: `urn:berth:problem:${input.code}`,
      status: input.status,
      title: expect.stringMatching(/.{10,}/),
      detail: expect.stringMatching(/.{10,}/),
      ...(input.errors === undefined
        ? {}
        : {
            errors: input.errors.map(({ field, value, fix }) => ({
              field,
              value: value ?? expect.any(String),
              fix: fix === undefined ? expect.stringMatching(/.{8,}/) : expect.stringMatching(fix),
            })),
          }),
    });
    if (input.secret !== undefined) expect(text).not.toContain(input.secret);
    expect(text).not.toMatch(/\bat .*:\d+:\d+|node_modules|select |insert /);
    expect(text.length).toBeLessThan(4000);
    expect(await harness.rows()).toEqual(before);
  });
});

function requestOf(input: BadInput): [string, RequestInit] {
  const { token = "service" } = input;
  const authorization =
    token === null ? {} : { authorization: typeof token === "object" ? token.raw : `Bearer ${world[token]}` };
  const asItIs = typeof input.body === "string" || input.body instanceof Uint8Array;
  const headers = typeof input.headers === "function" ? input.headers(world) : input.headers;
  return [
    typeof input.path === "function" ? input.path(world) : input.path,
    {
      method: input.method,
      headers: {
        ...authorization,
        ...(input.body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(input.body === undefined ? {} : { body: asItIs ? bodyOf(input.body) : JSON.stringify(input.body) }),
    },
  ];
}

function bodyOf(body: unknown): string | Uint8Array<ArrayBuffer> {
  return body instanceof Uint8Array ? new Uint8Array(body) : String(body);
}

/** Alice and Bob have a home, Dave has as many as he may, and one idempotency key was used. */
async function populate({ as, tokens, expiredToken, revokedToken, webhookSecret, now }: Harness): Promise<World> {
  const service = as(tokens.service);
  const alice = await service.create({ owner: "alice", handle: "alice", blueprint: "home" });
  const bob = await service.create({ owner: "bob", handle: "bob", blueprint: "home" });
  for (const name of ["one", "two", "three"]) await service.create({ owner: "dave", name, blueprint: "home" });
  await service.create({ owner: "erin", blueprint: "home" }, { "idempotency-key": "used-before" });
  return {
    admin: tokens.admin,
    service: tokens.service,
    alice: tokens.alice,
    expired: await expiredToken(),
    revoked: await revokedToken(),
    webhookSecret,
    aliceWorkspace: alice.workspace.id,
    bobWorkspace: bob.workspace.id,
    bobOperation: bob.operation?.id ?? "",
    fullOwner: "dave",
    now: now(),
  };
}
