import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createHarness, type Harness } from "./api-harness.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await createHarness();
});
afterAll(() => harness?.close());
beforeEach(() => harness.clear());

const service = () => harness.as(harness.tokens.service);

describe("Nelieo's calls", () => {
  const provision = (body: object = { userId: "user123", email: "user@example.com" }) =>
    service().post("/api/v1/workspace/provision", body);
  const provisioned = async () => {
    const answer = provision();
    await harness.settleNext("succeeded");
    return answer;
  };

  test("provision answers as documented, when the desktop runs", async () => {
    const answer = await provisioned();
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({
      userId: "user123",
      workspaceUrl: "https://user123.workspace.example.com",
      status: "provisioned",
    });
  });

  test("provision answers 202 with the same when the time is over first", async () => {
    const impatient = await harness.another({ compat: { holdSeconds: 0 } });
    const answer = await impatient(harness.tokens.service).post("/api/v1/workspace/provision", { userId: "user123" });
    expect(answer.status).toBe(202);
    expect(answer.json.status).toBe("provisioned");
  });

  test("provision at every mount changes nothing, and needs no e-mail address", async () => {
    await provisioned();
    const before = await harness.rows();
    for (let mounts = 0; mounts < 3; mounts++) expect((await provision({ userId: "user123" })).status).toBe(200);
    expect(await harness.rows()).toEqual(before);
  });

  test("provision at many mounts at once makes one desktop, and all are answered", async () => {
    const answers = Promise.all(Array.from({ length: 6 }, () => provision({ userId: "user123" })));
    await harness.settleNext("succeeded");
    for (const { status, json } of await answers) expect([status, json.status]).toEqual([200, "provisioned"]);
    expect((await harness.rows()).workspaces).toBe(1);
  });

  test("provision wakes a desktop that sleeps", async () => {
    await provisioned();
    const [{ id }] = (await service().get("/v1/workspaces")).json.items;
    await service().post(`/v1/workspaces/${id}/stop`);
    await harness.settleNext("succeeded");
    const answer = provision();
    const operation = await harness.nextOperation();
    expect(operation.kind).toBe("start");
    await harness.settle(operation.id, "succeeded");
    expect((await answer).status).toBe(200);
  });

  test("provision is a problem, with what old clients read, when the desktop cannot be started", async () => {
    const answer = provision();
    await harness.settleNext("failed", { code: "image", message: "The image cannot be pulled." });
    expect((await answer).status).toBe(500);
    expect((await answer).json).toMatchObject({
      status: 500,
      error: expect.stringContaining("image cannot be pulled"),
    });
  });

  test("a user id that can be no host name still finds the desktop that it has under another", async () => {
    const userId = "User.Name@example.com";
    await service().create({ owner: userId, blueprint: "desktop" });
    await harness.settleNext("succeeded");
    const answer = await provision({ userId });
    expect([answer.status, answer.json.workspaceUrl]).toEqual([
      200,
      expect.stringMatching(/^https:\/\/user-name-example-com-[-a-z2-7]+\.workspace\.example\.com$/),
    ]);
    expect((await service().get("/api/v1/workspace/User.Name%40example.com/status")).status).toBe(200);
  });

  test("status answers as documented", async () => {
    const pending = provision();
    await harness.nextOperation();
    const status = async () => (await service().get("/api/v1/workspace/user123/status")).json;
    const workspaceUrl = "https://user123.workspace.example.com";
    expect(await status()).toEqual({ userId: "user123", status: { replicas: 1, readyReplicas: 0 }, workspaceUrl });
    await harness.settleNext("succeeded");
    await pending;
    expect(await status()).toEqual({ userId: "user123", status: { replicas: 1, readyReplicas: 1 }, workspaceUrl });
  });

  test("delete answers as documented, when the desktop is gone", async () => {
    await provisioned();
    const answer = service().delete("/api/v1/workspace/user123");
    await harness.settleNext("succeeded");
    expect((await answer).status).toBe(200);
    expect((await answer).json).toEqual({ status: "deleted", userId: "user123" });
    expect((await service().get("/api/v1/workspace/user123/status")).status).toBe(404);
  });

  test("provision after a delete that is still under way waits for it, then makes a new desktop", async () => {
    await provisioned();
    const deletion = service().delete("/api/v1/workspace/user123");
    const leaving = await harness.nextOperation();
    const answer = provision();
    await harness.settle(leaving.id, "succeeded");
    await deletion;
    const operation = await harness.nextOperation();
    expect(operation.kind).toBe("create");
    expect(operation.workspace).not.toBe(leaving.workspace);
    await harness.settle(operation.id, "succeeded");
    expect((await answer).status).toBe(200);
    expect((await answer).json.workspaceUrl).toBe("https://user123.workspace.example.com");
  });
});

describe("Matrix OS's calls", () => {
  const body = { handle: "alice", clerkUserId: "user_123" };
  const provisioned = async (given = body) => {
    const answer = service().post("/containers/provision", given);
    await harness.settleNext("succeeded");
    return answer;
  };

  test("provision, get and list show a home with the documented fields", async () => {
    const answer = await provisioned();
    expect(answer.status).toBe(201);
    const { estimate, ...documented } = answer.json;
    expect(estimate).toMatchObject({ currency: "USD", users: 1 });
    expect(documented).toEqual({
      handle: "alice",
      clerkUserId: "user_123",
      containerId: expect.stringMatching(/^ws-/),
      port: 4000,
      shellPort: 3000,
      status: "running",
      createdAt: expect.stringMatching(/Z$/),
      lastActive: expect.stringMatching(/Z$/),
    });
    expect((await service().get("/containers/alice")).json).toEqual(documented);
    expect((await service().get("/containers")).json).toEqual([documented]);
  });

  test("provision twice finds the home", async () => {
    const first = await provisioned();
    const second = await service().post("/containers/provision", body);
    expect([second.status, second.json.containerId]).toEqual([200, first.json.containerId]);
  });

  test("provision under another handle is a conflict, and changes nothing", async () => {
    await provisioned();
    const before = await harness.rows();
    expect((await service().post("/containers/provision", { ...body, handle: "alicia" })).status).toBe(409);
    expect(await harness.rows()).toEqual(before);
  });

  test("provision under another handle does not wake the home that sleeps", async () => {
    await provisioned();
    const stop = service().post("/containers/alice/stop");
    await harness.settleNext("succeeded");
    await stop;
    const refused = await service().post("/containers/provision", { ...body, handle: "alicia" });
    expect([refused.status, refused.json.errors[0].field]).toEqual([409, "handle"]);
    expect((await service().get("/containers/alice")).json.status).toBe("stopped");
  });

  test("list filters by status", async () => {
    await provisioned();
    await provisioned({ handle: "bob", clerkUserId: "user_456" });
    const stop = service().post("/containers/bob/stop");
    await harness.settleNext("succeeded");
    expect((await stop).json).toEqual({ ok: true });
    const handles = async (status: string) =>
      (await service().get(`/containers?status=${status}`)).json.map(({ handle }: { handle: string }) => handle);
    expect(await handles("running")).toEqual(["alice"]);
    expect(await handles("stopped")).toEqual(["bob"]);
    const start = service().post("/containers/bob/start");
    await harness.settleNext("succeeded");
    expect((await start).status).toBe(200);
    expect(await handles("stopped")).toEqual([]);
  });

  test("delete keeps the volume, and a provision right after it waits and finds it", async () => {
    await provisioned();
    const deletion = service().delete("/containers/alice");
    const leaving = await harness.nextOperation();
    const upgrade = service().post("/containers/provision", body);
    await harness.settle(leaving.id, "succeeded");
    expect((await deletion).json).toEqual({ ok: true });
    expect(await harness.dump("workspaces")).toContain('"keep"');
    const operation = await harness.nextOperation();
    await harness.settle(operation.id, "succeeded");
    expect((await upgrade).status).toBe(201);
    expect((await upgrade).json.handle).toBe("alice");
  });

  test("shows homes only, no desktops", async () => {
    await service().create({ owner: "dora", handle: "dora", blueprint: "desktop" });
    expect((await service().get("/containers")).json).toEqual([]);
    expect((await service().get("/containers/dora")).status).toBe(404);
    expect((await service().delete("/containers/dora")).status).toBe(404);
  });

  test("health is as documented, without a token", async () => {
    const answer = await harness.app.request("/health");
    expect(await answer.json()).toEqual({ status: "ok" });
  });
});

describe("the private listener", () => {
  const call = (path: string, headers: Record<string, string> = {}, init: RequestInit = {}) =>
    harness
      .privateApp("127.0.0.1")
      .request(`http://127.0.0.1:9000${path}`, { ...init, headers: { host: "127.0.0.1:9000", ...headers } });

  test("serves the compatibility calls without a token", async () => {
    expect(await (await call("/containers")).json()).toEqual([]);
    expect((await call("/health")).status).toBe(200);
  });

  test("serves nothing else", async () => {
    for (const path of ["/v1/workspaces", "/v1/tokens", "/metrics", "/v1/webhooks/signup"]) {
      expect((await call(path)).status).toBe(404);
    }
  });

  test.each([
    ["another page's request", { origin: "https://evil.example.com" }],
    ["a browser's own", { "sec-fetch-site": "same-origin" }],
    ["a name that points here", { host: "rebound.example.com:9000" }],
  ])("refuses %s", async (_what, headers) => {
    expect((await call("/containers", headers)).status).toBe(403);
  });

  test("is reached by its service's name when it listens on more than the loopback", async () => {
    const app = harness.privateApp("0.0.0.0");
    const answer = await app.request("http://x/containers", { headers: { host: "workspace-provisioner-svc:8080" } });
    expect(answer.status).toBe(200);
  });

  test("takes no form for a JSON body", async () => {
    const answer = await call(
      "/containers/provision",
      { "content-type": "text/plain" },
      {
        method: "POST",
        body: '{"handle":"mallory","clerkUserId":"m"}',
      },
    );
    expect(answer.status).toBe(415);
  });
});
