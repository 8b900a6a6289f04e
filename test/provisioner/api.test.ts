import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createHarness, type Harness } from "./api-harness.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await createHarness({ corsOrigins: ["https://app.example.com"] });
});
afterAll(() => harness?.close());
beforeEach(() => harness.clear());

describe("creating a workspace", () => {
  test("is answered at once with the operation and where to follow it", async () => {
    const answer = await harness
      .as(harness.tokens.service)
      .post("/v1/workspaces", { owner: "alice", handle: "alice", blueprint: "home" });
    expect(answer.status).toBe(202);
    expect(answer.json).toMatchObject({
      workspace: {
        owner: "alice",
        name: "home",
        desired: "running",
        phase: "pending",
        generation: 1,
        url: "https://alice.workspace.example.com",
      },
      operation: { kind: "create", outcome: null, generation: 1 },
    });
    expect(answer.headers.get("location")).toBe(`/v1/operations/${answer.json.operation.id}`);
  });

  test("held, is answered 201 when it runs", async () => {
    const service = harness.as(harness.tokens.service);
    const answer = service.post("/v1/workspaces?wait=60", { owner: "alice", blueprint: "home" });
    await harness.settleNext("succeeded");
    expect((await answer).status).toBe(201);
    expect((await answer).json).toMatchObject({ workspace: { phase: "running" }, operation: { outcome: "succeeded" } });
  });

  test("held, is answered 202 when it is still on its way", async () => {
    const answer = await harness
      .as(harness.tokens.service)
      .post("/v1/workspaces?wait=1", { owner: "alice", blueprint: "home" });
    expect(answer.status).toBe(202);
    expect(answer.json.operation.outcome).toBeNull();
  });

  test("held, is a problem when the operation fails", async () => {
    const answer = harness
      .as(harness.tokens.service)
      .post("/v1/workspaces?wait=60", { owner: "alice", blueprint: "home" });
    const operation = await harness.settleNext("failed", { code: "image", message: "The image cannot be pulled." });
    expect((await answer).status).toBe(500);
    expect((await answer).json).toMatchObject({
      type: "urn:berth:problem:operation-failed",
      detail: "The operation failed: The image cannot be pulled.",
      operation,
    });
  });

  test("held, is a conflict when a later change took its place", async () => {
    const service = harness.as(harness.tokens.service);
    const answer = service.post("/v1/workspaces?wait=60", { owner: "alice", blueprint: "home" });
    const operation = await harness.nextOperation();
    await service.delete(`/v1/workspaces/${operation.workspace}`);
    expect((await answer).status).toBe(409);
  });

  test("twice with one idempotency key is done once", async () => {
    const service = harness.as(harness.tokens.service);
    const body = { owner: "alice", blueprint: "home" };
    const first = await service.post("/v1/workspaces", body, { "idempotency-key": "k1" });
    const second = await service.post("/v1/workspaces", body, { "idempotency-key": "k1" });
    expect(second.json.workspace.id).toBe(first.json.workspace.id);
    expect(second.json.operation.id).toBe(first.json.operation.id);
    expect(second.status).toBe(202);
    expect((await harness.rows()).workspaces).toBe(1);
  });

  test("with one idempotency key at the same time is done once", async () => {
    const service = harness.as(harness.tokens.service);
    const answers = await Promise.all(
      Array.from({ length: 8 }, () =>
        service.post("/v1/workspaces", { owner: "alice", blueprint: "home" }, { "idempotency-key": "k1" }),
      ),
    );
    expect((await harness.rows()).workspaces).toBe(1);
    const ids = new Set(answers.filter(({ status }) => status < 300).map(({ json }) => json.workspace.id));
    expect(ids.size).toBe(1);
    for (const { status } of answers) expect([202, 409]).toContain(status);
  });

  test("keeps the idempotency keys of different tokens apart", async () => {
    const body = { blueprint: "home" };
    const headers = { "idempotency-key": "k1" };
    const alice = await harness.as(harness.tokens.alice).post("/v1/workspaces", body, headers);
    const bob = await harness.as(harness.tokens.bob).post("/v1/workspaces", body, headers);
    expect([alice.status, bob.status]).toEqual([202, 202]);
    expect(bob.json.workspace.owner).toBe("bob");
  });

  test("by a user's token is for that user", async () => {
    const answer = await harness.as(harness.tokens.alice).post("/v1/workspaces", { blueprint: "home" });
    expect(answer.json.workspace.owner).toBe("alice");
  });
});

describe("looking at workspaces", () => {
  test("goes page by page, without missing or repeating one", async () => {
    const service = harness.as(harness.tokens.service);
    for (let index = 0; index < 7; index++) await service.create({ owner: `user${index}`, blueprint: "home" });
    const seen: string[] = [];
    let path = "/v1/workspaces?limit=3";
    for (let pages = 0; pages < 5; pages++) {
      const { json } = await service.get(path);
      seen.push(...json.items.map(({ owner }: { owner: string }) => owner));
      if (json.nextCursor === null) break;
      path = `/v1/workspaces?limit=3&cursor=${encodeURIComponent(json.nextCursor)}`;
    }
    expect([...seen].sort()).toEqual(Array.from({ length: 7 }, (_, index) => `user${index}`));
  });

  test("is filtered", async () => {
    const service = harness.as(harness.tokens.service);
    await service.create({ owner: "alice", blueprint: "home", handle: "alice" });
    await service.create({ owner: "alice", blueprint: "desktop" });
    await service.create({ owner: "bob", blueprint: "home" });
    const owners = async (query: string) => (await service.get(`/v1/workspaces?${query}`)).json.items.length;
    expect(await owners("owner=alice")).toBe(2);
    expect(await owners("owner=alice&blueprint=home")).toBe(1);
    expect(await owners("phase=pending")).toBe(3);
    expect(await owners("desired=stopped")).toBe(0);
    expect(await owners("host=alice")).toBe(1);
    expect(await owners("host=alice.workspace.example.com")).toBe(1);
  });

  test("shows a user only their own, whatever they ask for", async () => {
    const service = harness.as(harness.tokens.service);
    const { workspace } = await service.create({ owner: "bob", blueprint: "home" });
    const alice = harness.as(harness.tokens.alice);
    expect((await alice.get("/v1/workspaces")).json.items).toEqual([]);
    expect((await alice.get("/v1/workspaces?owner=bob")).json.items).toEqual([]);
    expect((await alice.get(`/v1/workspaces/${workspace.id}`)).status).toBe(404);
    for (const verb of ["stop", "start", "repair"]) {
      expect((await alice.post(`/v1/workspaces/${workspace.id}/${verb}`)).status).toBe(404);
    }
    expect((await alice.patch(`/v1/workspaces/${workspace.id}`, { parameters: { cpuLimit: "1" } })).status).toBe(404);
    expect((await alice.get(`/v1/workspaces/${workspace.id}/operations`)).status).toBe(404);
    expect((await alice.delete(`/v1/workspaces/${workspace.id}`)).status).toBe(404);
    expect((await harness.as(harness.tokens.bob).get("/v1/workspaces")).json.items).toHaveLength(1);
  });
});

describe("changing a workspace", () => {
  const running = async () => {
    const { workspace } = await harness.as(harness.tokens.service).create({ owner: "alice", blueprint: "home" });
    await harness.settleNext("succeeded");
    return workspace.id;
  };

  test("stops, starts, updates and deletes it, one operation each", async () => {
    const service = harness.as(harness.tokens.service);
    const id = await running();
    for (const [verb, kind] of [
      ["stop", "stop"],
      ["start", "start"],
    ] as const) {
      const answer = service.post(`/v1/workspaces/${id}/${verb}?wait=60`);
      await harness.settleNext("succeeded");
      expect((await answer).status).toBe(200);
      expect((await answer).json.operation).toMatchObject({ kind, outcome: "succeeded" });
    }
    const update = await service.patch(`/v1/workspaces/${id}`, { parameters: { cpuLimit: "1" } });
    expect(update.status).toBe(202);
    expect(update.json.workspace.parameters).toMatchObject({ cpuLimit: "1", memoryLimit: "256Mi" });
    await harness.settleNext("succeeded");
    const deleted = await service.delete(`/v1/workspaces/${id}?volumes=keep`);
    expect(deleted.json).toMatchObject({ workspace: { desired: "deleted" }, operation: { kind: "delete" } });
    const { json } = await service.get(`/v1/workspaces/${id}/operations`);
    expect(json.items.map(({ kind }: { kind: string }) => kind)).toEqual([
      "delete",
      "update",
      "start",
      "stop",
      "create",
    ]);
  });

  test("to what it is already is nothing to do", async () => {
    const id = await running();
    const answer = await harness.as(harness.tokens.service).post(`/v1/workspaces/${id}/start`);
    expect(answer.status).toBe(200);
    expect(answer.json.operation).toBeNull();
  });
});

describe("tokens", () => {
  test("are issued, listed without their secret, and revoked at once", async () => {
    const admin = harness.as(harness.tokens.admin);
    const issued = await admin.post("/v1/tokens", { name: "backend", scope: "service", expiresInDays: 30 });
    expect(issued.status).toBe(201);
    const { token, secret } = issued.json;
    expect((await harness.as(secret).get("/v1/workspaces")).status).toBe(200);
    const list = await admin.get("/v1/tokens");
    expect(list.json.items).toContainEqual(token);
    expect(list.text).not.toContain(secret.slice(-52));
    expect((await admin.delete(`/v1/tokens/${token.id}`)).status).toBe(204);
    expect((await harness.as(secret).get("/v1/workspaces")).status).toBe(401);
    expect((await admin.delete(`/v1/tokens/${token.id}`)).status).toBe(204);
  });

  test("are never kept as they are", async () => {
    expect(await harness.dump("tokens")).not.toContain(harness.tokens.admin.slice(-52));
  });

  test("cannot lock the last admin out", async () => {
    const admin = harness.as(harness.tokens.admin);
    const id = harness.tokens.admin.split("_")[1];
    expect((await admin.delete(`/v1/tokens/${id}`)).status).toBe(409);
    expect((await admin.get("/v1/tokens")).status).toBe(200);
  });

  test("of the configuration are admins", async () => {
    const configured = await harness.another({ adminToken: "configured-".padEnd(40, "x") });
    expect((await configured("configured-".padEnd(40, "x")).get("/v1/tokens")).status).toBe(200);
    expect((await configured("configured-".padEnd(40, "y")).get("/v1/tokens")).status).toBe(401);
  });
});

describe("limits", () => {
  test("stop a token that asks too often, and only that one", async () => {
    const limited = await harness.another({ limits: { requestsPerMinute: 3 } });
    for (let count = 0; count < 3; count++)
      expect((await limited(harness.tokens.alice).get("/v1/blueprints")).status).toBe(200);
    const refused = await limited(harness.tokens.alice).get("/v1/blueprints");
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await limited(harness.tokens.bob).get("/v1/blueprints")).status).toBe(200);
  });

  test("stop an address that tries tokens, but not the good tokens behind it", async () => {
    const limited = await harness.another({ limits: { refusalsPerMinute: 2 } });
    expect((await limited(harness.tokens.bob).get("/v1/blueprints")).status).toBe(200);
    const wrong = `berth_${"a".repeat(16)}_${"b".repeat(52)}`;
    for (let count = 0; count < 2; count++) expect((await limited(wrong).get("/v1/blueprints")).status).toBe(401);
    const refused = await limited(wrong).get("/v1/blueprints");
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).not.toBeNull();
    expect((await limited(harness.tokens.bob).get("/v1/blueprints")).status).toBe(200);
  });

  test("let no token hold more requests than its share: the others are answered at once", async () => {
    const limited = await harness.another({ limits: { heldRequests: 1 } });
    const first = limited(harness.tokens.service).post("/v1/workspaces?wait=60", { owner: "alice", blueprint: "home" });
    const operation = await harness.nextOperation();
    const second = await limited(harness.tokens.service).post("/v1/workspaces?wait=60", {
      owner: "bob",
      blueprint: "home",
    });
    expect(second.status).toBe(202);
    await harness.settle(operation.id, "succeeded");
    expect((await first).status).toBe(201);
  });
});

describe("pages of other origins", () => {
  const preflight = (origin: string) =>
    harness.app.request("/v1/workspaces", {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "POST", "access-control-request-headers": "authorization" },
    });

  test("may call the API when they are on the list", async () => {
    const answer = await preflight("https://app.example.com");
    expect(answer.headers.get("access-control-allow-origin")).toBe("https://app.example.com");
    expect(answer.headers.get("access-control-allow-credentials")).toBeNull();
  });

  test.each(["https://evil.example.com", "https://app.example.com.evil.com", "null", "http://app.example.com"])(
    "may not when they are not: %s",
    async (origin) => {
      expect((await preflight(origin)).headers.get("access-control-allow-origin")).toBeNull();
    },
  );
});

describe("health", () => {
  test("needs no token", async () => {
    const answer = await harness.app.request("/healthz");
    expect([answer.status, await answer.json()]).toEqual([200, { status: "ok" }]);
  });

  test("says what is not ready", async () => {
    expect((await harness.app.request("/readyz")).status).toBe(200);
    const unready = await harness.another({
      readiness: async () => ({ database: { ok: true }, cluster: { ok: false, reason: "does not answer" } }),
    });
    const answer = await unready(null).get("/readyz");
    expect(answer.status).toBe(503);
    expect(answer.json).toEqual({
      status: "unready",
      checks: { database: { ok: true }, cluster: { ok: false, reason: "does not answer" } },
    });
  });

  test("figures are for admins, and name routes, never paths", async () => {
    const admin = harness.as(harness.tokens.admin);
    await admin.get("/v1/workspaces/ws-aaaaaaaaaaaaaaaa");
    const { text } = await admin.get("/metrics");
    expect(text).toContain('route="/v1/workspaces/:id",status="404"');
    expect(text).not.toContain("ws-aaaaaaaaaaaaaaaa");
    expect((await harness.as(harness.tokens.service).get("/metrics")).status).toBe(403);
    expect((await harness.app.request("/metrics")).status).toBe(401);
  });
});

describe("every answer", () => {
  test("tells browsers to guess and embed nothing, and caches to keep nothing", async () => {
    for (const path of ["/healthz", "/v1/workspaces", "/nothing"]) {
      const { headers } = await harness.app.request(path);
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("x-frame-options")).toBe("DENY");
      expect(headers.get("content-security-policy")).toContain("default-src 'none'");
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("x-request-id")).toMatch(/^[-0-9a-f]{36}$/);
      expect(headers.get("server")).toBeNull();
      expect(headers.get("x-powered-by")).toBeNull();
    }
  });

  test("while the database does not answer is 503, and says when to try again", async () => {
    const refused = Object.assign(new Error("connect ECONNREFUSED 10.9.8.7:5432"), { code: "ECONNREFUSED" });
    const down = await harness.another({
      tokens: {
        find: () => Promise.reject(new Error("Failed query: select hash from tokens", { cause: refused })),
        add: async () => undefined,
        list: async () => [],
        revoke: async () => false,
      },
    });
    const answer = await down(harness.tokens.service).post("/v1/workspaces", { owner: "alice", blueprint: "home" });
    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).toBe("5");
    expect(answer.json.type).toBe("urn:berth:problem:unavailable");
    expect(answer.text).not.toMatch(/10\.9\.8\.7|select/);
    expect((await harness.rows()).workspaces).toBe(0);
  });

  test("to what went wrong here says nothing of it, and the log all", async () => {
    const broken = await harness.another({
      tokens: {
        find: () => Promise.reject(new Error("connection to 10.9.8.7 refused, password=hunter2")),
        add: async () => undefined,
        list: async () => [],
        revoke: async () => false,
      },
    });
    const answer = await broken(harness.tokens.service).get("/v1/workspaces");
    expect(answer.status).toBe(500);
    expect(answer.text).not.toMatch(/10\.9\.8\.7|hunter2|Error:/);
    expect(harness.logged()).toContain("10.9.8.7");
  });
});
