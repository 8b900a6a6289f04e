import { createServer, type IncomingMessage, type Server } from "node:http";
import { connect } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createBodyReader } from "../../../provisioner/router/http/body.ts";
import { readRequestHead } from "../../../provisioner/router/http/request-head.ts";
import { readResponseHead } from "../../../provisioner/router/http/response-head.ts";

const head = (...lines: string[]) => `${["GET /a?b=c HTTP/1.1", ...lines].join("\r\n")}\r\n`;

describe("a request's head", () => {
  it("is read with its fields in order, names in lower case, values without blanks around them", () => {
    const text = head("Host:  alice.example.com\t", "X-One: 1", "x-one:2", "Empty:", "Cookie: a=b", "Cookie: c=d");
    const read = readRequestHead(text);
    expect(typeof read === "string" ? read : [...read.fields]).toEqual([
      ["host", "alice.example.com"],
      ["x-one", "1"],
      ["x-one", "2"],
      ["empty", ""],
      ["cookie", "a=b"],
      ["cookie", "c=d"],
    ]);
    expect(read).toMatchObject({
      method: "GET",
      target: "/a?b=c",
      host: "alice.example.com",
      body: 0,
      keepAlive: true,
      cookie: "a=b; c=d",
      connection: [],
    });
  });

  it("says how its body ends and what becomes of the connection", () => {
    const read = (...lines: string[]) => readRequestHead(head("Host: a", ...lines));
    expect(read("Content-Length: 12")).toMatchObject({ body: 12 });
    expect(read("Transfer-Encoding: Chunked")).toMatchObject({ body: "chunked" });
    expect(read("Connection: Close, X-Own")).toMatchObject({ keepAlive: false, connection: ["close", "x-own"] });
    expect(read("Expect: 100-Continue", "Content-Length: 1")).toMatchObject({ expectsContinue: true });
  });

  it("takes no longer for being hostile", () => {
    const long = [
      head(`X: ${"a".repeat(30_000)}\r`),
      head(`${"a".repeat(30_000)}`),
      head(...Array.from({ length: 99 }, () => `X: ${" ".repeat(300)}\u0000`)),
      `GET /${"a".repeat(30_000)}\u0000 HTTP/1.1\r\n`,
    ];
    const began = performance.now();
    for (const text of long) expect(typeof readRequestHead(text)).toBe("string");
    expect(performance.now() - began).toBeLessThan(200);
  });
});

/** What Node's own parser makes of the same bytes. */
describe("beside Node's parser", () => {
  let server: Server;
  let heard: { method: string; url: string; headers: string[] }[] = [];
  beforeAll(async () => {
    server = createServer({ insecureHTTPParser: false }, (request: IncomingMessage, response) => {
      heard.push({ method: request.method ?? "", url: request.url ?? "", headers: request.rawHeaders });
      request.resume();
      response.end("ok");
    });
    server.on("upgrade", (request: IncomingMessage, socket) => {
      heard.push({ method: request.method ?? "", url: request.url ?? "", headers: request.rawHeaders });
      socket.end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  /** Requests that Node reads in these bytes, once the connection is over. */
  const nodeReads = (bytes: string) =>
    new Promise<typeof heard>((resolve) => {
      heard = [];
      const address = server.address();
      const socket = connect(typeof address === "object" && address !== null ? address.port : 0, "127.0.0.1");
      socket.on("error", () => undefined);
      socket.on("close", () => resolve(heard));
      socket.resume();
      socket.end(Buffer.from(bytes, "latin1"));
    });

  /** Mostly what is right, so that some of it is taken as a whole; else anything. */
  const mostly = (right: readonly string[], wrong: fc.Arbitrary<string>) =>
    fc.oneof({ arbitrary: fc.constantFrom(...right), weight: 8 }, { arbitrary: wrong, weight: 1 });
  const before = mostly([""], fc.constantFrom(" ", "\t", "\u000b"));
  const blank = mostly(["", " ", "\t", "  "], fc.constantFrom("\u000b", "\u00a0", "\u0000"));
  const name = mostly(
    ["X-A", "x_b", "Cookie", "Content-Length", "Transfer-Encoding", "Connection", "!x"],
    fc.constantFrom("Host", "Upgrade", " X", "X ", "", "X:Y", "\u00dc", "Content-Length", "Transfer-Encoding"),
  );
  const value = mostly(
    ["a", "0", "5", "chunked", "close", "keep-alive", "", "\u00e4", "a b"],
    fc.oneof(
      fc.constantFrom("+5", "5, 5", "gzip, chunked", "xchunked", "upgrade", "h2c", "websocket", "0x5", "-1"),
      fc.string({ unit: "binary-ascii", maxLength: 8 }),
    ),
  );
  const line = fc.tuple(name, before, blank, value, blank).map(([n, a, b, v, c]) => `${n}${a}:${b}${v}${c}`);
  const end = mostly(["\r\n"], fc.constantFrom("\n", "\r"));
  const requestLine = fc
    .tuple(
      mostly(["GET", "POST", "PUT"], fc.constantFrom("get", "CONNECT", "G ET", "TRACE")),
      mostly(["/", "/a?b", "//c"], fc.constantFrom("http://x/", "*", "x:80", "/a b", "/\u00e4", "/#")),
      mostly(["HTTP/1.1"], fc.constantFrom("HTTP/1.0", "HTTP/2.0", "http/1.1", "")),
    )
    .map((parts) => parts.join(" "));
  const lines = fc.array(fc.tuple(line, end), { maxLength: 4 });

  it("whatever is taken here is taken there, as the same request", async () => {
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(requestLine, lines, async (first, rest) => {
        const text = `${first}\r\nHost: h\r\n${rest.map(([text_, end_]) => text_ + end_).join("")}`;
        const ours = text.endsWith("\r\n") ? readRequestHead(text) : "field";
        if (typeof ours === "string") return;
        taken += 1;
        const body = ours.body === "chunked" ? "0\r\n\r\n" : "x".repeat(Math.min(ours.body, 100));
        const [theirs, ...more] = await nodeReads(`${text}\r\n${body}`);
        expect(more).toEqual([]);
        const fields = theirs?.headers.map((part, index) => (index % 2 === 0 ? part.toLowerCase() : part));
        expect([theirs?.method, theirs?.url, fields]).toEqual([ours.method, ours.target, [...ours.fields].flat()]);
      }),
      { numRuns: 1500 },
    );
    expect(taken).toBeGreaterThan(100);
  });

  it("a body in chunks ends where it ends there", async () => {
    const chunk = fc.oneof(
      fc.constantFrom("0\r\n\r\n", "1\r\na\r\n", "3\r\nabc\r\n", "A\r\n0123456789\r\n", "0\r\nX: y\r\n\r\n"),
      fc.constantFrom(
        "1;x=y\r\na\r\n",
        "1\na\n",
        "01\r\na\r\n",
        "1 \r\na\r\n",
        "-1\r\n",
        "0x1\r\na\r\n",
        "2\r\na\r\n",
        "\r\n",
        "0\r\n\n",
        "1\r\nab\r\n",
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(chunk, { minLength: 1, maxLength: 5 }), async (chunks) => {
        const body = Buffer.from(
          `${chunks.join("")}GET /next HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`,
          "latin1",
        );
        const reader = createBodyReader("chunked");
        const rest = reader.take(body, 0, () => undefined);
        if (rest < 0 || !reader.done) return;
        const after = body.toString("latin1", rest);
        const theirs = await nodeReads(
          `POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n${body.toString("latin1")}`,
        );
        // Whatever stands behind the end is the next request for both, or nonsense for both.
        expect(theirs.some(({ url }) => url === "/next")).toBe(/^[\r\n]*GET \/next/.test(after));
      }),
      { numRuns: 300 },
    );
  });
});

describe("a body in chunks", () => {
  it("is read alike however its bytes come in pieces, and handed on without what follows the last chunk", () => {
    const content = fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 }), { maxLength: 6 });
    const cuts = fc.array(fc.nat(400), { maxLength: 12 });
    fc.assert(
      fc.property(content, cuts, fc.constantFrom("", "X-A: b\r\n", "A: b\r\nC: d\r\n"), (parts, at, trailer) => {
        const chunks = parts.map((part) =>
          Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from("\r\n")]),
        );
        const whole = Buffer.concat([...chunks, Buffer.from(`0\r\n${trailer}\r\nrest`)]);
        const reader = createBodyReader("chunked");
        const got: Buffer[] = [];
        let rest = "";
        const ends = [...new Set([...at.filter((cut) => cut < whole.length), whole.length])].toSorted((a, b) => a - b);
        let from = 0;
        for (const end of ends) {
          const piece = whole.subarray(from, end);
          from = end;
          if (reader.done) rest += piece.toString();
          else {
            const left = reader.take(piece, 0, (bytes) => got.push(Buffer.from(bytes)));
            expect(left).toBeGreaterThanOrEqual(0);
            rest += piece.subarray(left).toString();
          }
        }
        expect([reader.done, reader.size, rest]).toEqual([true, Buffer.concat(parts).length, "rest"]);
        expect(Buffer.concat(got).equals(Buffer.concat([...chunks, Buffer.from("0\r\n\r\n")]))).toBe(true);
      }),
    );
  });
});

describe("an answer's head", () => {
  const read = (lines: readonly string[], method = "GET") => readResponseHead(`${lines.join("\r\n")}\r\n`, method);
  it("says how its body ends, by the method and the status too", () => {
    const bodies = [
      read(["HTTP/1.1 200 OK", "Content-Length: 5"])?.body,
      read(["HTTP/1.1 200 OK", "Content-Length: 5"], "HEAD")?.body,
      read(["HTTP/1.1 304 Not Modified", "Content-Length: 5"])?.body,
      read(["HTTP/1.1 204 No Content"])?.body,
      read(["HTTP/1.1 200 OK", "Transfer-Encoding: chunked"])?.body,
      read(["HTTP/1.1 200 OK"])?.body,
    ];
    expect(bodies).toEqual([5, 0, 0, 0, "chunked", "close"]);
  });

  it("says whether its connection can be used again", () => {
    const again = [
      read(["HTTP/1.1 200 OK", "Content-Length: 0"])?.keepAlive,
      read(["HTTP/1.1 200 OK", "Content-Length: 0", "Connection: close"])?.keepAlive,
      read(["HTTP/1.0 200 OK", "Content-Length: 0"])?.keepAlive,
      read(["HTTP/1.0 200 OK", "Content-Length: 0", "Connection: keep-alive"])?.keepAlive,
      read(["HTTP/1.1 200 OK"])?.keepAlive,
    ];
    expect(again).toEqual([true, false, false, true, false]);
  });
});
