import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { homeFunctions } from "../../examples/signup/functions.ts";
import { type ClerkUser, RefusedError, type Step } from "../../examples/signup/provision.ts";
import { signMessage } from "../../examples/signup/sign.ts";
import { createHarness, type Harness } from "./api-harness.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await createHarness();
});
afterAll(() => harness?.close());
beforeEach(() => harness.clear());

let messages = 0;
const send = async (event: object, { id = `msg_${messages++}`, secret = harness.webhookSecret, svix = false } = {}) => {
  const body = JSON.stringify(event);
  const signed = Object.entries(signMessage({ id, at: harness.now(), body, secret }));
  const headers = Object.fromEntries(
    signed.map(([name, value]) => [svix ? name.replace("webhook-", "svix-") : name, value]),
  );
  const answer = await harness.app.request("/v1/webhooks/signup", {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body,
  });
  const json: unknown = await answer.json();
  return {
    status: answer.status,
    result: typeof json === "object" && json !== null && "result" in json ? json.result : undefined,
  };
};
const created = (id: string, username: string | null = null) => ({
  type: "user.created",
  object: "event",
  data: { id, username, email_addresses: [{ email_address: "x@example.com" }] },
});
const deleted = (id: string) => ({
  type: "user.deleted",
  object: "event",
  data: { id, deleted: true, object: "user" },
});
const workspacesOf = async (owner: string) =>
  (await harness.as(harness.tokens.service).get(`/v1/workspaces?owner=${owner}`)).json.items;

describe("a sign-up event", () => {
  test("gives a new user a workspace under their name", async () => {
    expect(await send(created("user_2abc", "alice"))).toEqual({ status: 200, result: "accepted" });
    expect(await workspacesOf("user_2abc")).toMatchObject([
      { blueprint: { name: "home" }, host: "alice.workspace.example.com", desired: "running" },
    ]);
  });

  test("is taken with Svix's headers too", async () => {
    expect(await send(created("user_2abc"), { svix: true })).toEqual({ status: 200, result: "accepted" });
  });

  test("gives another label where the name cannot be one", async () => {
    await send(created("user_1", "Admin"));
    await send(created("user_2", null));
    const [one] = await workspacesOf("user_1");
    const [two] = await workspacesOf("user_2");
    for (const { host } of [one, two]) expect(host).toMatch(/^user-[12]-home-[a-z2-7]+\.workspace/);
  });

  test("that comes twice is done once", async () => {
    await send(created("user_2abc"), { id: "msg_same" });
    const before = await harness.rows();
    expect(await send(created("user_2abc"), { id: "msg_same" })).toEqual({ status: 200, result: "replayed" });
    expect(await harness.rows()).toEqual(before);
  });

  test("that comes many times at once is done once", async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => send(created("user_2abc"), { id: "msg_same" })));
    expect(answers.some(({ status }) => status === 200)).toBe(true);
    expect(await workspacesOf("user_2abc")).toHaveLength(1);
    expect((await harness.rows()).operations).toBe(1);
  });

  test("of a user who has a workspace already gives no second", async () => {
    await send(created("user_2abc", "alice"));
    expect(await send(created("user_2abc", "alice"))).toEqual({ status: 200, result: "accepted" });
    expect(await workspacesOf("user_2abc")).toHaveLength(1);
  });

  test("of a deleted user takes all away", async () => {
    await send(created("user_2abc"));
    expect(await send(deleted("user_2abc"))).toEqual({ status: 200, result: "accepted" });
    for (const { desired } of await workspacesOf("user_2abc")) expect(desired).toBe("deleted");
  });

  test("of a user's creation that comes after their deletion makes nothing", async () => {
    expect(await send(deleted("user_2abc"))).toEqual({ status: 200, result: "accepted" });
    expect(await send(created("user_2abc"))).toEqual({ status: 200, result: "refused" });
    expect(await workspacesOf("user_2abc")).toEqual([]);
  });

  test("of another kind is left alone", async () => {
    const before = await harness.rows();
    expect(await send({ type: "session.created", data: {} })).toEqual({ status: 200, result: "ignored" });
    expect(await harness.rows()).toEqual(before);
  });

  test("is taken with the new secret and the old while one is being replaced", async () => {
    const newSecret = `whsec_${Buffer.alloc(32, 42).toString("base64")}`;
    const rotating = await harness.anotherApp({
      signup: { secrets: [newSecret, harness.webhookSecret], blueprint: "home" },
    });
    for (const secret of [newSecret, harness.webhookSecret]) {
      const body = JSON.stringify({ type: "session.created" });
      const answer = await rotating.request("/v1/webhooks/signup", {
        method: "POST",
        headers: signMessage({ id: "msg_rotating", at: harness.now(), body, secret }),
        body,
      });
      expect(answer.status).toBe(200);
    }
  });

  test("is not taken when no secret is set", async () => {
    const off = await harness.another({ signup: { secrets: [], blueprint: "home" } });
    expect((await off(null).post("/v1/webhooks/signup", {})).status).toBe(404);
  });
});

describe("the sign-up by way of Inngest", () => {
  const step: Step = { run: (_id, work) => work() };

  /** Registers the functions as Inngest would, and runs the one for an event. */
  const inngest = (token = harness.tokens.service) => {
    const handlers = new Map<string, (context: { event: { data: ClerkUser }; step: Step }) => Promise<unknown>>();
    homeFunctions({
      inngest: { createFunction: (_options, { event }, handler) => void handlers.set(event, handler) },
      platform: {
        url: "http://berth",
        token,
        fetch: async (input, init) =>
          harness.app.request(new URL(String(input)).pathname + new URL(String(input)).search, init),
      },
      nonRetriable: (reason) => Object.assign(new Error(reason.message), { retriable: false }),
    });
    return (event: string, data: ClerkUser) => handlers.get(event)?.({ event: { data }, step });
  };

  test("gives a home, finds it again, and takes it down", async () => {
    const run = inngest();
    const user = { id: "user_123", username: "Alice" };
    const first = run("clerk/user.created", user);
    await harness.settleNext("succeeded");
    expect(await first).toMatchObject({ handle: "alice", status: "running" });
    expect(await run("clerk/user.created", user)).toEqual(await first);
    const removal = run("clerk/user.deleted", { id: "user_123" });
    await harness.settleNext("succeeded");
    await removal;
    await run("clerk/user.deleted", { id: "user_123" });
    expect(await workspacesOf("user_123")).toEqual([]);
  });

  test("does not try again what is refused for good", async () => {
    await expect(inngest()("clerk/user.created", { id: "user_1", username: "admin" })).rejects.toMatchObject({
      retriable: false,
    });
    await expect(
      inngest("wrong-token-wrong-token")("clerk/user.created", { id: "user_1", username: "al" }),
    ).rejects.toMatchObject({
      message: expect.stringContaining("401"),
    });
    expect(new RefusedError("x").name).toBe("RefusedError");
  });
});
