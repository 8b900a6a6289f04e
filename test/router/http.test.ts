import type { Socket } from "node:net";
import { beforeEach, describe, expect, it } from "vitest";
import { RawClient } from "../support/raw-client.ts";
import { baseDomain, navigation, shellPort, type TestWorkspace, useRouters } from "./harness.ts";

const routers = useRouters();
let alice: TestWorkspace;
let cookie: string;
beforeEach(async () => {
  await routers.open();
  alice = await routers.addWorkspace("alice");
  cookie = `Cookie: ${await routers.cookie(alice)}`;
});

const head = (line: string, ...fields: string[]) =>
  `${[`${line} HTTP/1.1`, `Host: alice.${baseDomain}`, cookie, ...fields].join("\r\n")}\r\n\r\n`;

/** A program that answers every request with these bytes, whatever they are. */
async function answering(bytes: string, { end = false } = {}): Promise<{ requests: string[] }> {
  const requests: string[] = [];
  await routers.serveRaw(alice, (socket) =>
    socket.on("data", (request) => {
      requests.push(String(request));
      if (end) socket.end(bytes);
      else socket.write(bytes);
    }),
  );
  return { requests };
}

const handshake = [
  ...["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"],
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];
/** Who asked for which workspace to be woken. */
const wakes = async () => (await routers.database().pool.query("select workspace, person from wakes")).rows;

it("somebody with a session reaches the workspace, which hears where the request came from, and not how they got in", async () => {
  const backend = await routers.serve(alice);
  const router = await routers.startRouter();
  const answer = await routers.ask(router, "alice", {
    target: "/some/page?with=query",
    headers: [
      cookie.replace("Cookie: ", "Cookie: theme=dark; ").concat("; lang=en"),
      "X-Forwarded-For: 1.2.3.4",
      "User-Agent: test",
    ],
  });
  expect([answer.status, answer.body]).toEqual([200, "hello from the workspace"]);
  expect(backend.seen).toEqual([
    {
      method: "GET",
      url: "/some/page?with=query",
      body: "",
      headers: expect.anything(),
      rawHeaders: [
        ...["Host", `alice.${baseDomain}`, "Cookie", "theme=dark; lang=en", "User-Agent", "test"],
        ...["X-Forwarded-For", "127.0.0.1", "X-Forwarded-Host", `alice.${baseDomain}`, "X-Forwarded-Proto", "https"],
      ],
    },
  ]);
});

it("the browser's address is the edge's word where the edge is known, and the peer's where it is not", async () => {
  const backend = await routers.serve(alice);
  const router = await routers.startRouter({ trustedProxies: ["127.0.0.1", "10.0.0.0/8"] });
  const forwarded = "X-Forwarded-For: 6.6.6.6, 203.0.113.9, 10.1.2.3";
  await routers.ask(router, "alice", { headers: [cookie, forwarded] });
  expect(backend.seen[0]?.headers["x-forwarded-for"]).toBe("203.0.113.9");
});

describe("a body", () => {
  it("goes to the workspace with its length, or in the chunks that it came in", async () => {
    const backend = await routers.serve(alice, shellPort, (_request, response, body) => response.end(`got ${body}`));
    const router = await routers.startRouter();
    const client = await routers.client(router);
    client.write(`${head("POST /one", "Content-Length: 5")}hello`);
    expect((await client.answer()).body).toBe("got hello");
    client.write(head("POST /two", "Transfer-Encoding: chunked"));
    for (const part of ["5\r\nhel", "lo\r\n", "6\r\n world\r\n0", "\r\nX-Trailer: dropped\r\n", "\r\n"])
      client.write(part);
    expect((await client.answer()).body).toBe("got hello world");
    client.write(head("POST /three"));
    expect((await client.answer()).body).toBe("got ");
    expect(backend.seen.map(({ headers }) => [headers["content-length"], headers["transfer-encoding"]])).toEqual([
      ["5", undefined],
      [undefined, "chunked"],
      ["0", undefined],
    ]);
  });

  it("that is too large is refused, and nothing of it is done", async () => {
    const backend = await routers.serve(alice);
    const router = await routers.startRouter({ mostBody: 1000 });
    const sized = await routers.ask(router, "alice", { method: "POST", headers: [cookie], body: "x".repeat(1001) });
    expect(sized.status).toBe(413);
    const client = await routers.client(router);
    client.write(`${head("POST /", "Transfer-Encoding: chunked")}3e9\r\n${"x".repeat(1001)}\r\n0\r\n\r\n`);
    expect((await client.answer()).status).toBe(413);
    expect(backend.seen).toEqual([]);
    const just = await routers.ask(router, "alice", { method: "POST", headers: [cookie], body: "x".repeat(1000) });
    expect(just.status).toBe(200);
  });

  it("that is waited with for a word gets it", async () => {
    await routers.serve(alice, shellPort, (_request, response, body) => response.end(body));
    const router = await routers.startRouter();
    const client = await routers.client(router);
    client.write(head("PUT /", "Content-Length: 2", "Expect: 100-continue"));
    expect((await client.answer()).status).toBe(100);
    client.write("ok");
    expect((await client.answer()).body).toBe("ok");
  });

  it("goes no faster than the workspace takes it", async () => {
    const { promise: accepted, resolve } = Promise.withResolvers<Socket>();
    await routers.serveRaw(alice, (socket) => {
      socket.pause();
      resolve(socket);
    });
    const router = await routers.startRouter({ mostBody: 1e9 });
    const client = await routers.client(router);
    client.write(head("POST /", "Content-Length: 20000000"));
    const before = process.memoryUsage().arrayBuffers;
    const body = Buffer.alloc(20_000_000);
    client.write(body);
    const inside = await accepted;
    expect(client.socket.writableLength).toBeGreaterThan(1_000_000);
    expect(process.memoryUsage().arrayBuffers - before - body.length).toBeLessThan(16 * 1024 * 1024);
    let size = 0;
    inside.on("data", (bytes) => {
      size += bytes.length;
      if (size > body.length) inside.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone");
    });
    inside.resume();
    expect((await client.answer()).body).toBe("done");
  });

  it("goes no faster than the workspace takes it while an answer is already under way", async () => {
    const [piece, answer] = [Buffer.alloc(65_536), Buffer.alloc(4_000_000)];
    await routers.serveRaw(alice, (socket) =>
      socket.once("data", () => {
        socket.pause();
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        const more = () => {
          while (!socket.destroyed && socket.write(answer));
        };
        socket.on("drain", more);
        more();
      }),
    );
    const router = await routers.startRouter({ mostBody: 1e9 });
    const client = await routers.client(router);
    client.write(head("POST /", "Content-Length: 1000000000"));
    let [sent, answered] = [0, 0];
    const send = () => {
      while (client.socket.write(piece)) sent += piece.length;
      sent += piece.length;
    };
    client.socket.on("drain", send);
    client.socket.on("data", (bytes) => {
      answered += bytes.length;
      client.received = Buffer.alloc(0);
      // Not as fast as it comes, so that the router waits for the browser again and again.
      client.socket.pause();
      setTimeout(() => client.socket.resume(), 1);
    });
    send();
    // Until the kernel and the router hold what they hold of the body.
    await client.until(() => answered > 30_000_000);
    const held = sent;
    await client.until(() => answered > 130_000_000);
    expect(sent - held).toBeLessThan(1_000_000);
  });

  it("whose end never comes is given up", async () => {
    const backend = await routers.serve(alice);
    const router = await routers.startRouter({ patience: { stall: 60 } });
    const client = await routers.client(router);
    client.write(`${head("POST /", "Content-Length: 10")}half`);
    expect((await client.answer()).status).toBe(504);
    expect(await client.closes()).toBe(true);
    expect(backend.seen).toEqual([]);
  });
});

describe("an answer", () => {
  const cases: readonly (readonly [string, string, string, number, string])[] = [
    ["with a length", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello"],
    [
      "in chunks",
      "GET",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\nX: y\r\n\r\n",
      200,
      "hello",
    ],
    ["to HEAD", "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", 200, ""],
    ["without a body", "GET", "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", 204, ""],
    ["that nothing changed", "GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\nETag: x\r\n\r\n", 304, ""],
    [
      "after others that only announce it",
      "GET",
      "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
      200,
      "ok",
    ],
    ["without words", "GET", "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok", 200, "ok"],
  ];
  it.each(cases)("%s arrives, and the connections are used again", async (_name, method, bytes, status, body) => {
    const { requests } = await answering(bytes);
    const router = await routers.startRouter();
    const client = await routers.client(router);
    for (let round = 0; round < 2; round += 1) {
      client.write(head(`${method} /`));
      const answer = await client.answer(method);
      expect([answer.status, answer.body, answer.headers.get("connection")]).toEqual([status, body, undefined]);
    }
    expect(requests.length).toBe(2);
  });

  it("that ends with its connection arrives, and ends the browser's too", async () => {
    await answering("HTTP/1.1 200 OK\r\n\r\nhello", { end: true });
    const router = await routers.startRouter();
    const answer = await routers.ask(router, "alice", { headers: [cookie] });
    expect([answer.status, answer.body, answer.headers.get("connection")]).toEqual([200, "hello", ["close"]]);
  });

  const wrong: readonly (readonly [string, string])[] = [
    ["with two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"],
    ["with a length and chunks", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
    ["with an encoding that nobody knows", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"],
    ["with a folded line", "HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n"],
    ["with a blank before a colon", "HTTP/1.1 200 OK\r\nContent-Length : 0\r\n\r\n"],
    ["with a bare line feed", "HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n"],
    ["with a bare carriage return", "HTTP/1.1 200 OK\r\nX: a\rSet-Cookie: b=c\r\nContent-Length: 0\r\n\r\n"],
    ["with more head than fits", `HTTP/1.1 200 OK\r\nX: ${"a".repeat(40_000)}\r\n\r\n`],
    ["that is none", "SSH-2.0-OpenSSH_9.2\r\n\r\n"],
    ["of HTTP/2", "HTTP/2 200\r\n\r\n"],
    ["that is announced for ever", "HTTP/1.1 102 Processing\r\n\r\n".repeat(20)],
  ];
  it.each(wrong)("%s is not passed on", async (_name, bytes) => {
    await answering(bytes);
    const router = await routers.startRouter();
    const answer = await routers.ask(router, "alice", { headers: [cookie] });
    expect([answer.status, answer.head.includes("b=c")]).toEqual([502, false]);
  });

  it("that goes on after its end is nobody's: not the next request's on the same connection", async () => {
    const evil = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil";
    const { requests } = await answering(`HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok${evil}`);
    const router = await routers.startRouter();
    const client = await routers.client(router);
    for (let round = 0; round < 3; round += 1) {
      client.write(head("GET /"));
      expect((await client.answer()).body).toBe("ok");
    }
    expect(requests.length).toBe(3);
  });

  it("that comes before anybody asked is nobody's", async () => {
    let push = () => {};
    await routers.serveRaw(alice, (socket) => {
      socket.on("data", () => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
      push = () => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
      socket.on("end", () => socket.end());
    });
    const router = await routers.startRouter();
    const client = await routers.client(router);
    client.write(head("GET /"));
    expect((await client.answer()).body).toBe("ok");
    push();
    client.write(head("GET /"));
    expect((await client.answer()).body).toBe("ok");
  });

  it("that breaks off breaks off for the browser too, so that half of it is not taken for all", async () => {
    await routers.serveRaw(alice, (socket) => {
      socket.once("data", () => {
        socket.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", () => socket.resetAndDestroy());
      });
    });
    const router = await routers.startRouter();
    const client = await routers.client(router);
    client.write(head("GET /"));
    expect(await client.closes()).toBe(true);
    expect(client.received.toString()).not.toContain("\r\n0\r\n");
  });

  it("is never waited for longer than the router's patience", async () => {
    await routers.serveRaw(alice, () => undefined);
    const router = await routers.startRouter({ patience: { answer: 300 } });
    const answer = await routers.ask(router, "alice", { headers: [cookie] });
    expect(answer.status).toBe(504);
  });

  it("is given up when the browser is gone", async () => {
    const asked = new Promise<RawClient>((resolve) => {
      void routers.serveRaw(alice, (socket) => socket.once("data", () => resolve(new RawClient(socket))));
    });
    const router = await routers.startRouter();
    const client = await routers.client(router);
    client.write(head("GET /slow"));
    const inside = await asked;
    client.socket.resetAndDestroy();
    expect(await inside.closes()).toBe(true);
  });

  it("arrives though the browser has said that it sends no more", async () => {
    await routers.serve(alice);
    const router = await routers.startRouter();
    const client = await routers.client(router);
    client.write(head("GET /"));
    client.socket.end();
    expect((await client.answer()).body).toBe("hello from the workspace");
    expect(await client.closes()).toBe(true);
  });

  it("to one browser never goes to another: connections are shared within one workspace's port alone", async () => {
    const bob = await routers.addWorkspace("bob");
    const [ours, theirs] = [await routers.serve(alice), await routers.serve(bob)];
    const router = await routers.startRouter();
    const bobs = `Cookie: ${await routers.cookie(bob)}`;
    for (let round = 0; round < 5; round += 1) {
      await routers.ask(router, "alice", { target: `/alice/${round}`, headers: [cookie] });
      await routers.ask(router, "bob", { target: `/bob/${round}`, headers: [bobs] });
    }
    expect([ours.connections(), theirs.connections()]).toEqual([1, 1]);
    expect(ours.seen.every(({ url }) => url.startsWith("/alice/"))).toBe(true);
    expect(theirs.seen.every(({ url }) => url.startsWith("/bob/"))).toBe(true);
  });

  it("to a second try is had when a kept connection was just closed", async () => {
    const backend = await routers.serve(alice, shellPort, (_request, response) => {
      response.end("ok");
      // Right after the answer, as a server does that is started anew.
      setImmediate(() => response.socket?.destroy());
    });
    const router = await routers.startRouter();
    for (let round = 0; round < 20; round += 1) {
      expect((await routers.ask(router, "alice", { headers: [cookie] })).body).toBe("ok");
    }
    expect(backend.seen.length).toBe(20);
  });
});

describe("requests", () => {
  it("that are sent at once are answered in their order", async () => {
    await routers.serve(alice, shellPort, (request, response) => response.end(`answer to ${request.url}`));
    const router = await routers.startRouter();
    const client = await routers.client(router);
    client.write(`${head("GET /1")}${head("POST /2", "Content-Length: 2")}ok${head("GET /3")}`);
    for (const url of ["/1", "/2", "/3"]) expect((await client.answer()).body).toBe(`answer to ${url}`);
  });

  it("that are sent at once wait until the answers before them are taken", async () => {
    const router = await routers.startRouter();
    const client = await routers.client(router);
    client.socket.pause();
    const stranger = `GET / HTTP/1.1\r\nHost: alice.${baseDomain}\r\nAccept: text/html\r\n\r\n`;
    const count = 100_000;
    client.write(stranger.repeat(count));
    const answers = async () => {
      const text = await router.registry.getSingleMetricAsString("berth_router_requests_total");
      return Number(/outcome="stranger"\} (\d+)/.exec(text)?.[1] ?? 0);
    };
    let before = -1;
    for (let now = 0; now > before; now = await answers()) {
      before = now;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(count / 10);
    let received = 0;
    client.socket.on("data", (bytes) => {
      received += bytes.toString("latin1").split("HTTP/1.1 401").length - 1;
      client.received = Buffer.alloc(0);
    });
    client.socket.resume();
    await client.until(() => received > before + 1000);
  });

  it("that come byte by byte are read all the same", async () => {
    await routers.serve(alice);
    const router = await routers.startRouter();
    const client = await routers.client(router);
    for (const byte of Buffer.from(head("GET /"))) {
      client.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await client.answer()).status).toBe(200);
  });

  it("that take too long to come are refused", async () => {
    const router = await routers.startRouter({ patience: { head: 60 } });
    const client = await routers.client(router);
    client.write("GET / HTTP/1.1\r\nHost: ali");
    expect((await client.answer()).status).toBe(408);
    expect(await client.closes()).toBe(true);
  });

  it("that do not come end an idle connection", async () => {
    await routers.serve(alice);
    const router = await routers.startRouter({ patience: { idle: 60 } });
    const client = await routers.client(router);
    client.write(head("GET /"));
    expect((await client.answer()).status).toBe(200);
    expect(await client.closes()).toBe(true);
  });

  it("are finished by a router on its way out, which takes no further ones", async () => {
    const none = () => {};
    let answer = none;
    await routers.serve(alice, shellPort, (_request, response) => {
      answer = () => response.end("at last");
    });
    const router = await routers.startRouter();
    const [busy, idle] = [await routers.client(router), await routers.client(router)];
    busy.write(head("GET /"));
    await expect.poll(() => answer).not.toBe(none);
    const closed = router.close(5000);
    expect(await idle.closes()).toBe(true);
    answer();
    const last = await busy.answer();
    expect([last.body, last.headers.get("connection")]).toEqual(["at last", ["close"]]);
    expect(await busy.closes()).toBe(true);
    await closed;
    await expect(RawClient.open(router.url)).rejects.toThrow();
  });
});

describe("a workspace", () => {
  it.each([
    ["pending", "It is being prepared."],
    ["provisioning", "It is being prepared."],
    ["starting", "It is waking up."],
  ])("that is %s shows a page that goes on by itself", async (phase, words) => {
    await routers.database().pool.query("update workspaces set phase = $1", [phase]);
    const router = await routers.startRouter();
    const page = await routers.ask(router, "alice", { headers: [cookie, ...navigation] });
    expect([page.status, page.headers.get("retry-after"), page.body.includes(words)]).toEqual([503, ["1"], true]);
    const script = await routers.ask(router, "alice", {
      headers: [cookie, "Sec-Fetch-Mode: cors", "Sec-Fetch-Site: same-origin"],
    });
    expect([script.status, script.headers.get("retry-after"), script.headers.get("content-type")]).toEqual([
      503,
      ["1"],
      ["application/problem+json"],
    ]);
    const state = await routers.ask(router, "alice", { target: "/.berth/state", headers: [cookie] });
    expect(JSON.parse(state.body)).toEqual({ phase, wait: true, words });
  });

  it("that became ready is reached at once", async () => {
    await routers.serve(alice);
    await routers.database().pool.query("update workspaces set phase = 'starting'");
    const router = await routers.startRouter();
    expect((await routers.ask(router, "alice", { headers: [cookie] })).status).toBe(503);
    await routers.database().pool.query("update workspaces set phase = 'running'");
    await expect.poll(async () => (await routers.ask(router, "alice", { headers: [cookie] })).status).toBe(200);
    const state = await routers.ask(router, "alice", { target: "/.berth/state", headers: [cookie] });
    expect(JSON.parse(state.body)).toEqual({ phase: "running", wait: false });
  });

  it("on its way is told of as soon as it is there, to who waits for that", async () => {
    await routers.database().pool.query("update workspaces set phase = 'provisioning'");
    const router = await routers.startRouter();
    const ask = (seen: string) =>
      routers.ask(router, "alice", { target: `/.berth/state?seen=${seen}`, headers: [cookie] });
    // Who has seen another phase hears at once.
    expect(JSON.parse((await ask("pending")).body)).toMatchObject({ phase: "provisioning", wait: true });
    const held = ask("provisioning");
    await routers.database().pool.query("update workspaces set phase = 'running'");
    expect(JSON.parse((await held).body)).toEqual({ phase: "running", wait: false });
  });

  it("on its way keeps no router from ending", async () => {
    await routers.database().pool.query("update workspaces set phase = 'provisioning'");
    const router = await routers.startRouter();
    const began = performance.now();
    const held = routers.ask(router, "alice", { target: "/.berth/state?seen=provisioning", headers: [cookie] });
    await expect.poll(() => router.registry.getSingleMetricAsString("berth_router_connections")).toMatch(/ 1$/m);
    await router.close(10_000);
    expect(JSON.parse((await held).body)).toMatchObject({ phase: "provisioning", wait: true });
    expect(performance.now() - began).toBeLessThan(8_000);
  });

  it("that gave up says so", async () => {
    await routers.database().pool.query("update workspaces set phase = 'needs-attention'");
    const router = await routers.startRouter();
    const page = await routers.ask(router, "alice", { headers: [cookie, ...navigation] });
    expect([page.status, page.body.includes("It needs attention")]).toEqual([503, true]);
  });

  it("in which no program answers says so, kindly", async () => {
    const router = await routers.startRouter();
    const page = await routers.ask(router, "alice", { headers: [cookie, ...navigation] });
    expect([page.status, page.body.includes("no program in it answers here yet")]).toEqual([502, true]);
  });

  it("that sleeps is woken by who goes there, and not by what a forgotten tab asks by itself", async () => {
    await routers.database().pool.query("update workspaces set desired = 'stopped', phase = 'stopped'");
    const router = await routers.startRouter();
    const background = [cookie, "Sec-Fetch-Mode: cors", "Sec-Fetch-Site: same-origin", "Sec-Fetch-Dest: empty"];
    expect((await routers.ask(router, "alice", { headers: background })).status).toBe(503);
    // Browsers say nothing of themselves when they open a stream.
    expect((await routers.ask(router, "alice", { headers: [cookie, ...handshake] })).status).toBe(503);
    expect((await routers.ask(router, "alice", { target: "/.berth/state", headers: [cookie] })).status).toBe(200);
    // A page that loads itself anew, as desktops do when their stream ends.
    const byItself = navigation.filter((line) => !line.startsWith("Sec-Fetch-User"));
    const asleep = await routers.ask(router, "alice", { headers: [cookie, ...byItself] });
    expect([asleep.status, asleep.body.includes("It is asleep.")]).toEqual([503, true]);
    expect(await wakes()).toEqual([]);
    const page = await routers.ask(router, "alice", { headers: [cookie, ...navigation] });
    expect([page.status, page.body.includes("It was asleep, and is being woken.")]).toEqual([503, true]);
    await expect.poll(wakes).toEqual([{ workspace: alice.id, person: "alice" }]);
  });

  it("that sleeps is woken by the button of its page, and by no page but its own", async () => {
    await routers.database().pool.query("update workspaces set desired = 'stopped', phase = 'stopped'");
    const router = await routers.startRouter();
    const press = (origin: string, ...more: string[]) =>
      routers.ask(router, "alice", {
        ...{ method: "POST", target: "/.berth/wake" },
        headers: [...more, `Origin: ${origin}`, "Content-Length: 0"],
      });
    expect((await press("https://evil.example.com", cookie)).status).toBe(403);
    expect((await press("https://3000--alice.ws.example.com", cookie)).status).toBe(403);
    expect((await press("https://alice.ws.example.com")).status).toBe(401);
    expect(await wakes()).toEqual([]);
    expect((await press("https://alice.ws.example.com", cookie)).status).toBe(204);
    await expect.poll(wakes).toEqual([{ workspace: alice.id, person: "alice" }]);
  });
});

it("while the database does not answer, nobody is let in by what was remembered", async () => {
  await routers.serve(alice);
  const router = await routers.startRouter();
  expect((await routers.ask(router, "alice", { headers: [cookie] })).status).toBe(200);
  const { pool } = routers.database();
  const again = new Promise((resolve) =>
    router.notifications.listen("route", (payload) => payload === null && resolve(null)),
  );
  await pool.query("alter role berth_router nologin");
  try {
    await pool.query("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'berth_router'");
    await expect.poll(async () => (await routers.ask(router, "alice", { headers: [cookie] })).status).toBe(503);
  } finally {
    await pool.query("alter role berth_router login");
  }
  await again;
  expect((await routers.ask(router, "alice", { headers: [cookie] })).status).toBe(200);
});

it("whoever makes up sessions is soon told to wait, and nobody else is", async () => {
  await routers.serve(alice);
  const router = await routers.startRouter();
  expect((await routers.ask(router, "alice", { headers: [cookie] })).status).toBe(200);
  const client = await routers.client(router);
  const statuses = new Set<number>();
  for (let count = 0; count < 310; count += 1) {
    const guess = String(count).padStart(43, "A");
    client.write(`GET / HTTP/1.1\r\nHost: alice.${baseDomain}\r\nCookie: __Host-berth-session=${guess}\r\n\r\n`);
    statuses.add((await client.answer()).status);
  }
  expect([...statuses]).toEqual([401, 429]);
  expect((await routers.ask(router, "alice", { headers: [cookie] })).status).toBe(200);
});

describe("whoever makes up what only the database can tell is soon told to wait:", () => {
  const from = `Origin: https://alice.${baseDomain}`;
  const madeUp = (count: number) => String(count).padStart(43, "A");
  const exchange = (code: string) => JSON.stringify({ code, nonce: madeUp(0) });
  const ways: readonly (readonly [string, (count: number) => string])[] = [
    [
      "sessions at a path of the router's",
      (count) => get("/.berth/state", `Cookie: __Host-berth-session=${madeUp(count)}`),
    ],
    [
      "codes",
      (count) =>
        get(
          "/.berth/session",
          `Cookie: __Host-berth-nonce=${madeUp(0)}`,
          from,
          `Content-Length: ${exchange(madeUp(0)).length}`,
        )
          .replace("GET", "POST")
          .concat(exchange(madeUp(count))),
    ],
    ["what was seen last", () => get("/", "Cookie: __Host-berth-seen=x", ...navigation)],
  ];
  const get = (target: string, ...fields: string[]) =>
    `${[`GET ${target} HTTP/1.1`, `Host: alice.${baseDomain}`, ...fields].join("\r\n")}\r\n\r\n`;

  it.each(ways)("%s", async (_, request) => {
    await routers.serve(alice);
    const router = await routers.startRouter();
    expect((await routers.ask(router, "alice", { headers: [cookie] })).status).toBe(200);
    const client = await routers.client(router);
    const statuses: number[] = [];
    for (let count = 0; count <= 300; count += 1) {
      client.write(request(count));
      statuses.push((await client.answer()).status);
    }
    expect(statuses.indexOf(429)).toBe(300);
    expect((await routers.ask(router, "alice", { headers: [cookie] })).status).toBe(200);
    expect((await routers.ask(router, "alice", { target: "/.berth/state", headers: [cookie] })).status).toBe(200);
  });
});

it("what passes is counted by workspace, together with other routers, and nothing of it is lost", async () => {
  await routers.serve(alice, shellPort, (_request, response) => response.end("x".repeat(1000)));
  const [one, other] = [
    await routers.startRouter({ flushEvery: 10 }),
    await routers.startRouter({ flushEvery: 3_600_000 }),
  ];
  const began = Date.now();
  for (const router of [one, one, other]) {
    await routers.ask(router, "alice", { method: "POST", headers: [cookie], body: "y".repeat(500) });
  }
  // What belongs to the router is no use of the workspace.
  await routers.ask(one, "alice", { target: "/.berth/state", headers: [cookie] });
  await one.close();
  await other.close();
  const { rows } = await routers.database().pool.query("select * from usage");
  expect(rows).toEqual([
    {
      workspace: alice.id,
      requests: "3",
      messages: "0",
      bytes_in: expect.stringMatching(/^\d+$/),
      bytes_out: expect.stringMatching(/^\d+$/),
      last_used_at: expect.any(Date),
    },
  ]);
  expect(Number(rows[0].bytes_in)).toBeGreaterThan(1500);
  expect(Number(rows[0].bytes_in)).toBeLessThan(3000);
  expect(Number(rows[0].bytes_out)).toBeGreaterThan(3000);
  expect(rows[0].last_used_at.getTime()).toBeGreaterThanOrEqual(began);
});

it("figures have no name of a host, a workspace or a person in them", async () => {
  await routers.serve(alice);
  const router = await routers.startRouter();
  await routers.ask(router, "alice", { headers: [cookie] });
  await routers.ask(router, "alice", {});
  await routers.ask(router, "alice", { target: "http://x/" });
  const text = await router.registry.metrics();
  expect(text).toMatch(/berth_router_requests_total\{outcome="forwarded"\} 1/);
  expect(text).toMatch(/berth_router_requests_total\{outcome="stranger"\} 1/);
  expect(text).toMatch(/berth_router_refusals_total\{reason="target"\} 1/);
  expect(text).toMatch(/berth_router_session_looks_total\{from="database"\} 1/);
  expect(text).toMatch(/berth_router_bytes_total\{direction="in"\} \d+/);
  expect(text).not.toMatch(/alice|ws-/);
});
