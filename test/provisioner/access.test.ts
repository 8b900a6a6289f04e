import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createHarness, type Harness } from "./api-harness.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await createHarness();
});
afterAll(() => harness?.close());
beforeEach(() => harness.clear());

const secret = /^https:\/\/alice\.workspace\.example\.com\/\.berth\/enter#[A-Za-z0-9_-]{43}$/;

/** A workspace of alice's that runs. */
async function aliceHome(): Promise<string> {
  const { workspace } = await harness
    .as(harness.tokens.service)
    .create({ owner: "alice", handle: "alice", blueprint: "home" });
  await harness.settleNext("succeeded");
  return workspace.id;
}

describe("asking for access", () => {
  test("answers a URL that holds for a minute, with its code where no server sees it", async () => {
    const id = await aliceHome();
    const began = Date.now();
    const answer = await harness
      .as(harness.tokens.service)
      .post(`/v1/workspaces/${id}/access`, { user: "alice", path: "/docs?a=b#c" });
    expect([answer.status, answer.json.url]).toEqual([201, expect.stringMatching(secret)]);
    expect(Date.parse(answer.json.expiresAt) - began).toBeGreaterThan(55_000);
    expect(Date.parse(answer.json.expiresAt) - began).toBeLessThan(65_000);
    const stored = await harness.dump("access_codes");
    expect(stored).not.toContain(answer.json.url.split("#")[1]);
    expect(JSON.parse(stored)).toMatchObject([{ workspace: id, host: "alice", person: "alice", path: "/docs?a=b#c" }]);
    expect(harness.logged()).not.toContain(answer.json.url.split("#")[1]);
  });

  test("leads past what an earlier workspace of the host may have left in the browser, which would take the code", async () => {
    const first = await aliceHome();
    const service = harness.as(harness.tokens.service);
    await service.delete(`/v1/workspaces/${first}`);
    await harness.settleNext("succeeded");
    const second = await aliceHome();
    const { json } = await service.post(`/v1/workspaces/${second}/access`);
    expect(json.url).toMatch(/^https:\/\/enter--alice\.workspace\.example\.com\/\.berth\/clean#[A-Za-z0-9_-]{43}$/);
  });

  test("is for the owner where nobody else is named, and for a token's own user", async () => {
    const id = await aliceHome();
    for (const token of [harness.tokens.service, harness.tokens.alice]) {
      expect((await harness.as(token).post(`/v1/workspaces/${id}/access`)).status).toBe(201);
    }
    const rows = JSON.parse(await harness.dump("access_codes"));
    expect(rows.map(({ person }: { person: string }) => person)).toEqual(["alice", "alice"]);
  });

  test("is refused for whom it is not shared with, until it is", async () => {
    const id = await aliceHome();
    const service = harness.as(harness.tokens.service);
    const refused = await service.post(`/v1/workspaces/${id}/access`, { user: "bob" });
    expect([refused.status, refused.json.errors]).toEqual([
      409,
      [{ field: "user", value: '"bob"', fix: "Name its owner, or share it with this user first." }],
    ]);
    expect((await harness.as(harness.tokens.bob).post(`/v1/workspaces/${id}/access`)).status).toBe(404);
    expect((await service.put(`/v1/workspaces/${id}/shares/bob`)).json).toMatchObject({ user: "bob" });
    expect((await service.post(`/v1/workspaces/${id}/access`, { user: "bob" })).status).toBe(201);
    expect((await harness.as(harness.tokens.bob).post(`/v1/workspaces/${id}/access`)).status).toBe(201);
    // A share opens the workspace; it does not make it theirs.
    const bob = harness.as(harness.tokens.bob);
    const asAlice = await bob.post(`/v1/workspaces/${id}/access`, { user: "alice" });
    expect([asAlice.status, asAlice.json.errors[0].field]).toEqual([422, "user"]);
    for (const path of ["shares", "sessions", "usage"])
      expect((await bob.get(`/v1/workspaces/${id}/${path}`)).status).toBe(404);
    expect((await bob.delete(`/v1/workspaces/${id}/access`)).status).toBe(404);
    expect((await bob.put(`/v1/workspaces/${id}/shares/carol`)).status).toBe(404);
  });

  test("wakes what sleeps, unless it is not to, and begins nothing anew that gave up", async () => {
    const id = await aliceHome();
    const service = harness.as(harness.tokens.service);
    await service.post(`/v1/workspaces/${id}/stop`);
    await harness.settleNext("succeeded");
    await service.post(`/v1/workspaces/${id}/access`, { wake: false });
    expect((await service.get(`/v1/workspaces/${id}`)).json).toMatchObject({ desired: "stopped", phase: "stopped" });
    await service.post(`/v1/workspaces/${id}/access`);
    expect((await service.get(`/v1/workspaces/${id}`)).json).toMatchObject({ desired: "running", phase: "starting" });
    await harness.settleNext("failed", { code: "image", message: "no" });
    expect((await service.post(`/v1/workspaces/${id}/access`)).status).toBe(201);
    expect((await service.get(`/v1/workspaces/${id}`)).json.phase).toBe("needs-attention");
  });

  test("names what is wrong with a path", async () => {
    const id = await aliceHome();
    for (const path of [
      "docs",
      "//evil.example",
      "/\\evil.example",
      "https://evil.example/",
      "/a b",
      "/\u00e4",
      `/${"a".repeat(2048)}`,
    ]) {
      const answer = await harness.as(harness.tokens.service).post(`/v1/workspaces/${id}/access`, { path });
      expect([path.slice(0, 20), answer.status, answer.json.errors?.[0].field]).toEqual([
        path.slice(0, 20),
        422,
        "path",
      ]);
    }
  });

  test("is refused of a workspace on its way out, and of one that is not there", async () => {
    const id = await aliceHome();
    const service = harness.as(harness.tokens.service);
    await service.delete(`/v1/workspaces/${id}`);
    expect((await service.post(`/v1/workspaces/${id}/access`)).status).toBe(409);
    expect((await service.put(`/v1/workspaces/${id}/shares/bob`)).status).toBe(409);
    expect((await service.post("/v1/workspaces/ws-aaaaaaaaaaaaaaaa/access")).status).toBe(404);
  });
});

describe("taking access away", () => {
  /** Codes and sessions that are left, as `person at workspace`. */
  const left = async () => {
    const rows = [...JSON.parse(await harness.dump("access_codes")), ...JSON.parse(await harness.dump("sessions"))];
    return rows.map(({ person }: { person: string }) => person).toSorted();
  };
  /** A code and a session for each. */
  const give = async (id: string, ...people: string[]) => {
    const service = harness.as(harness.tokens.service);
    for (const person of people) {
      if (person !== "alice") await service.put(`/v1/workspaces/${id}/shares/${person}`);
      await service.post(`/v1/workspaces/${id}/access`, { user: person });
      await harness.addSession(id, "alice", person);
    }
  };

  test("ends all codes and sessions of a workspace, or one person's", async () => {
    const id = await aliceHome();
    await give(id, "alice", "bob");
    const service = harness.as(harness.tokens.service);
    const listed = await service.get(`/v1/workspaces/${id}/sessions`);
    expect(listed.json.items.map(({ user, host }: { user: string; host: string }) => [user, host])).toEqual([
      ["bob", "alice.workspace.example.com"],
      ["alice", "alice.workspace.example.com"],
    ]);
    expect((await service.delete(`/v1/workspaces/${id}/access?user=bob`)).status).toBe(204);
    expect(await left()).toEqual(["alice", "alice"]);
    expect((await service.delete(`/v1/workspaces/${id}/access`)).status).toBe(204);
    expect(await left()).toEqual([]);
  });

  test("goes with a share, and leaves the owner and others alone", async () => {
    const id = await aliceHome();
    await give(id, "alice", "bob", "carol");
    const service = harness.as(harness.tokens.service);
    expect((await service.delete(`/v1/workspaces/${id}/shares/bob`)).status).toBe(204);
    expect(await left()).toEqual(["alice", "alice", "carol", "carol"]);
    expect((await service.get(`/v1/workspaces/${id}/shares`)).json.items).toMatchObject([{ user: "carol" }]);
    // Again without effect.
    expect((await service.delete(`/v1/workspaces/${id}/shares/bob`)).status).toBe(204);
  });

  test("goes with the workspace, and with a user who is gone from the product", async () => {
    const id = await aliceHome();
    await give(id, "alice", "bob");
    await harness.service.forgetOwner("bob");
    expect(await left()).toEqual(["alice", "alice"]);
    expect(await harness.dump("shares")).toBe("[]");
    const again = await harness.as(harness.tokens.service).put(`/v1/workspaces/${id}/shares/bob`);
    expect([again.status, again.json.errors[0].field]).toEqual([409, "user"]);
    await give(id, "carol");
    await harness.as(harness.tokens.alice).delete(`/v1/workspaces/${id}`);
    expect([await left(), await harness.dump("shares")]).toEqual([[], "[]"]);
  });
});

describe("usage", () => {
  test("is nothing before anything passed, and then what was counted", async () => {
    const id = await aliceHome();
    const service = harness.as(harness.tokens.service);
    const nothing = { workspace: id, requests: 0, messages: 0, bytesIn: 0, bytesOut: 0, lastActiveAt: null };
    expect((await service.get(`/v1/workspaces/${id}/usage`)).json).toEqual(nothing);
    expect((await service.get(`/v1/workspaces/${id}`)).json.lastActiveAt).toBeNull();
    const at = "2026-11-05T12:00:00.000Z";
    await harness.addUsage({ ...nothing, requests: 3, bytesOut: 5_000_000_000, lastUsedAt: new Date(at) });
    expect((await service.get(`/v1/workspaces/${id}/usage`)).json).toEqual({
      ...nothing,
      requests: 3,
      bytesOut: 5_000_000_000,
      lastActiveAt: at,
    });
    expect((await service.get("/v1/workspaces")).json.items[0].lastActiveAt).toBe(at);
    const homes = await service.get("/containers/alice");
    expect(homes.json.lastActive).toBe(at);
  });
});
