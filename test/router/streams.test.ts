import { once } from "node:events";
import { beforeEach, describe, expect, it } from "vitest";
import { eventually } from "../support/fakes/world.ts";
import { RawClient } from "../support/raw-client.ts";
import { acceptance, acceptHandshake, frame, handshake, readClose, readFrames } from "../support/websocket.ts";
import { baseDomain, product, shellPort, type TestRouter, type TestWorkspace, useRouters } from "./harness.ts";

const routers = useRouters();
let alice: TestWorkspace;
beforeEach(async () => {
  await routers.open();
  alice = await routers.addWorkspace("alice");
});

/** A WebSocket to alice's workspace through a router, with the socket at its other end. */
async function openStream(router: TestRouter, more: { cookie?: string; early?: Buffer; host?: string } = {}) {
  const { host = "alice" } = more;
  const cookie = more.cookie ?? (await routers.cookie(alice));
  const client = await routers.client(router);
  const lines = ["GET /ws HTTP/1.1", `Host: ${host}.${baseDomain}`, `Cookie: ${cookie}`, ...handshake];
  client.write(Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`), more.early ?? Buffer.alloc(0)]));
  const answer = await client.answer();
  return { client, answer };
}

/** A program in alice's workspace that speaks WebSocket; each connection's socket, once it is open. */
async function serveStreams(early?: Buffer): Promise<{ next(): Promise<RawClient>; heads: string[] }> {
  const open: RawClient[] = [];
  const waiting: ((inside: RawClient) => void)[] = [];
  const heads: string[] = [];
  await routers.serveRaw(alice, (socket) =>
    acceptHandshake(
      socket,
      (head, rest) => {
        heads.push(head);
        const inside = new RawClient(socket);
        inside.received = Buffer.concat([rest]);
        const take = waiting.shift();
        if (take === undefined) open.push(inside);
        else take(inside);
      },
      early,
    ),
  );
  return {
    heads,
    async next() {
      return open.shift() ?? new Promise((resolve) => waiting.push(resolve));
    },
  };
}

/** The next goodbye that a client gets, and milliseconds until the connection is closed. */
async function goodbye(client: RawClient): Promise<{ code: number; reason: string; milliseconds: number }> {
  const began = performance.now();
  await client.closes();
  const milliseconds = performance.now() - began;
  const last = readFrames(client.received).frames.at(-1);
  return { ...(last?.opcode === 8 ? readClose(last) : { code: 0, reason: "" }), milliseconds };
}

describe("a WebSocket", () => {
  it("passes both ways as it is, early bytes too", async () => {
    const server = await serveStreams(frame("hello from the workspace"));
    const router = await routers.startRouter();
    const { client, answer } = await openStream(router, { early: frame("early", { masked: true }) });
    expect([answer.status, answer.headers.get("upgrade"), answer.headers.get("connection")]).toEqual([
      101,
      ["websocket"],
      ["Upgrade"],
    ]);
    const inside = await server.next();
    await inside.until(() => inside.received.length > 0);
    expect(readFrames(inside.received).frames[0]?.payload.toString()).toBe("early");
    expect(server.heads[0]).not.toMatch(/berth-session/);
    await client.until(() => client.received.length > 0);
    expect(readFrames(client.received).frames[0]?.payload.toString()).toBe("hello from the workspace");
    const large = Buffer.alloc(300_000, "x");
    client.write(frame(large, { opcode: 2, masked: true }));
    await inside.until(() => readFrames(inside.received).frames.length > 1);
    expect(readFrames(inside.received).frames[1]?.payload.equals(large)).toBe(true);
  });

  it.each([
    ["its own origin", `https://alice.${baseDomain}`],
    ["the product's", product],
  ])("of a page of %s is let through", async (_name, origin) => {
    await serveStreams();
    const router = await routers.startRouter();
    const headers = [`Cookie: ${await routers.cookie(alice)}`, `Origin: ${origin}`, ...handshake];
    expect((await routers.ask(router, "alice", { headers })).status).toBe(101);
  });

  const wrong: readonly (readonly [string, (key: string) => string])[] = [
    ["with another key's acceptance", () => acceptance("AAAAAAAAAAAAAAAAAAAAAA==")],
    ["with a protocol that nobody asked for", (key) => acceptance(key, "Sec-WebSocket-Protocol: evil")],
    ["with another protocol than WebSocket", (key) => acceptance(key).replace("websocket", "h2c")],
    ["without saying that it is for the connection", (key) => acceptance(key).replace("Connection: Upgrade\r\n", "")],
    ["with a head that cannot be read", (key) => acceptance(key).replace("Upgrade:", "Upgrade :")],
  ];
  it.each(wrong)("that the workspace answers %s is none", async (_name, make) => {
    await routers.serveRaw(alice, (socket) => {
      socket.once("data", (bytes) => socket.write(make(/sec-websocket-key: (.*)\r/i.exec(String(bytes))?.[1] ?? "")));
    });
    const router = await routers.startRouter();
    const { client, answer } = await openStream(router);
    expect(answer.status).toBe(502);
    client.socket.destroy();
  });

  it("that the workspace refuses ends the connection: what follows is taken by nobody", async () => {
    const seen: string[] = [];
    await routers.serveRaw(alice, (socket) => {
      socket.on("data", (bytes) => {
        seen.push(String(bytes));
        socket.write("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
      });
    });
    const router = await routers.startRouter();
    const smuggled = Buffer.from(`GET /admin HTTP/1.1\r\nHost: alice.${baseDomain}\r\n\r\n`);
    const { client, answer } = await openStream(router, { early: smuggled });
    expect([answer.status, answer.headers.get("connection"), answer.body]).toEqual([403, ["close"], "no"]);
    expect(await client.closes()).toBe(true);
    expect(seen.join("")).not.toContain("/admin");
  });

  it("that was not asked for is none", async () => {
    await routers.serveRaw(alice, (socket) => {
      socket.once("data", () => socket.write(acceptance("x")));
    });
    const router = await routers.startRouter();
    const answer = await routers.ask(router, "alice", { headers: [`Cookie: ${await routers.cookie(alice)}`] });
    expect(answer.status).toBe(502);
  });
});

describe("an open stream closes within two seconds, and hears why, when", () => {
  const sql = (text: string, ...values: string[]) => routers.database().pool.query(text, values);
  const cases: readonly (readonly [string, number, () => Promise<unknown>])[] = [
    ["its session is taken away", 1008, () => sql("delete from sessions")],
    ["the workspace is stopped", 1001, () => sql("update workspaces set desired = 'stopped', phase = 'stopping'")],
    ["the workspace is deleted", 1008, () => sql("update workspaces set desired = 'deleted', phase = 'deleting'")],
    ["the workspace gets another owner", 1008, () => sql("update workspaces set owner = 'bob'")],
    ["the workspace gets another host", 1008, () => sql("update workspaces set host = 'bob'")],
    ["the workspace's row is gone", 1008, () => sql("delete from workspaces")],
  ];
  it.each(cases)("%s", async (_name, code, change) => {
    const server = await serveStreams();
    const router = await routers.startRouter();
    const { client } = await openStream(router);
    const inside = await server.next();
    const began = performance.now();
    await change();
    const closed = await goodbye(client);
    expect(closed).toMatchObject({ code });
    expect(performance.now() - began).toBeLessThan(2000);
    expect(await goodbye(inside)).toMatchObject({ code });
  });

  it("the person's share is taken away, and nobody else's", async () => {
    const server = await serveStreams();
    const router = await routers.startRouter();
    await sql("insert into shares (workspace, person) values ($1, 'bob'), ($1, 'carol')", alice.id);
    const bob = await openStream(router, { cookie: await routers.cookie(alice, { person: "bob" }) });
    const carol = await openStream(router, { cookie: await routers.cookie(alice, { person: "carol" }) });
    const owner = await openStream(router);
    await sql("delete from shares where person = 'bob'");
    expect(await goodbye(bob.client)).toMatchObject({ code: 1008 });
    for (const { client } of [carol, owner]) {
      client.write(frame("still here", { masked: true }));
      expect(client.ended).toBe(false);
    }
    await server.next();
  });

  it("it is in the midst of a frame, or is not read", async () => {
    const server = await serveStreams();
    const router = await routers.startRouter();
    const half = await openStream(router);
    const unread = await openStream(router);
    const inside = await server.next();
    inside.write(frame(Buffer.alloc(1000)).subarray(0, 500));
    await half.client.until(() => half.client.received.length === 500);
    unread.client.socket.pause();
    (await server.next()).write(frame(Buffer.alloc(8_000_000)));
    const began = performance.now();
    await sql("delete from sessions");
    await half.client.closes();
    await eventually(
      async () => /berth_router_streams (\d+)/.exec(await router.registry.metrics())?.[1],
      (open) => open === "0",
    );
    expect(performance.now() - began).toBeLessThan(2000);
  });

  it("it is one of many, at another router, through a connection that was lost meanwhile", async () => {
    await serveStreams();
    const [one, other] = [await routers.startRouter(), await routers.startRouter()];
    const cookie = await routers.cookie(alice);
    const streams = [await openStream(one, { cookie }), await openStream(other, { cookie })];
    const lost = Promise.all(
      [one, other].map(
        (router) =>
          new Promise((resolve) =>
            router.notifications.listen("route", (payload) => payload === null && resolve(null)),
          ),
      ),
    );
    // Told to nobody: their connections are gone when it happens.
    await sql(
      `do $$ begin
        perform pg_terminate_backend(pid) from pg_stat_activity where application_name = 'berth-notifications';
        delete from sessions;
      end $$`,
    );
    await lost;
    for (const { client } of streams) expect(await goodbye(client)).toMatchObject({ code: 1008 });
  });

  it("a request is still being answered", async () => {
    await routers.serve(alice, shellPort, (_request, response) => response.write("and so on"));
    const router = await routers.startRouter();
    const client = await routers.client(router);
    client.write(`GET / HTTP/1.1\r\nHost: alice.${baseDomain}\r\nCookie: ${await routers.cookie(alice)}\r\n\r\n`);
    await client.until(() => client.received.includes("and so on"));
    const began = performance.now();
    await sql("delete from sessions");
    expect(await client.closes()).toBe(true);
    expect(performance.now() - began).toBeLessThan(2000);
  });
});

describe("a side that", () => {
  it("says all that it has may still listen", async () => {
    const server = await serveStreams();
    const router = await routers.startRouter();
    const { client } = await openStream(router);
    const inside = await server.next();
    client.socket.end();
    expect(await inside.closes()).toBe(true);
    inside.socket.end(frame("the rest"));
    await client.closes();
    expect(readFrames(client.received).frames[0]?.payload.toString()).toBe("the rest");
  });

  it("keeps its half open alone is let go after a while", async () => {
    const server = await serveStreams();
    const router = await routers.startRouter({ patience: { half: 100 } });
    const { client } = await openStream(router);
    const inside = await server.next();
    client.socket.end();
    expect(await inside.closes()).toBe(true);
    expect(await client.closes()).toBe(true);
  });

  it("breaks off takes the other one with it", async () => {
    const server = await serveStreams();
    const router = await routers.startRouter();
    const { client } = await openStream(router);
    const inside = await server.next();
    client.socket.resetAndDestroy();
    expect(await inside.closes()).toBe(true);
  });

  it("does not read holds the other one back, and makes the router keep no more", async () => {
    const server = await serveStreams();
    const router = await routers.startRouter();
    const { client } = await openStream(router);
    client.socket.pause();
    const inside = await server.next();
    const piece = frame(Buffer.alloc(65_536));
    // As much as the kernel and the router take, until nothing goes on any more.
    let sent = 0;
    const before = process.memoryUsage().arrayBuffers;
    const { socket } = inside;
    while (socket.write(piece) && sent < 1000) sent += 1;
    for (let quiet = 0; quiet < 5; ) {
      const drained = await Promise.race([
        once(socket, "drain").then(() => true),
        new Promise<false>((resolve) => setTimeout(() => resolve(false), 100)),
      ]);
      quiet = drained ? 0 : quiet + 1;
      while (drained && sent < 1000 && socket.write(piece)) sent += 1;
    }
    expect(sent).toBeLessThan(1000);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024);
    // Another stream is as fast as ever.
    const quick = await openStream(router);
    (await server.next()).write(frame("quick"));
    await quick.client.until(() => quick.client.received.length > 0);
    expect(readFrames(quick.client.received).frames[0]?.payload.toString()).toBe("quick");
    client.socket.resume();
    await client.until(() => client.received.length > 10 * 65_536);
  });

  it("takes nothing for too long is let go", async () => {
    const server = await serveStreams();
    const router = await routers.startRouter({ patience: { stall: 100 } });
    const { client } = await openStream(router);
    client.socket.pause();
    const inside = await server.next();
    inside.write(Buffer.alloc(32_000_000));
    expect(await inside.closes()).toBe(true);
  });
});

it("a router on its way out lets streams be until its time is over, then tells browsers to come again", async () => {
  const server = await serveStreams();
  const router = await routers.startRouter();
  const { client } = await openStream(router);
  await server.next();
  const closing = router.close(300);
  const began = performance.now();
  expect(await goodbye(client)).toMatchObject({ code: 1012 });
  expect(performance.now() - began).toBeGreaterThan(250);
  await closing;
});

it("no more streams are opened of one workspace than there is room for", async () => {
  await serveStreams();
  const router = await routers.startRouter();
  const cookie = await routers.cookie(alice);
  const streams = [];
  for (let count = 0; count < 64; count += 1) streams.push(await openStream(router, { cookie }));
  expect(streams.every(({ answer }) => answer.status === 101)).toBe(true);
  const { answer } = await openStream(router, { cookie });
  expect(answer.status).toBe(503);
  const other = await openStream(router);
  expect(other.answer.status).toBe(101);
});
