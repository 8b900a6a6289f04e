import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { confinedCookie, cookieValues, expireCookies, withoutOurCookies } from "../../../provisioner/router/cookies.ts";
import { createGuesses } from "../../../provisioner/router/guesses.ts";
import { createHostReader, originOf, readHost } from "../../../provisioner/router/host.ts";
import { isFriend, isNavigation, mayAsk, type OriginRules } from "../../../provisioner/router/origins.ts";
import { ownPathOf } from "../../../provisioner/router/own-routes.ts";
import { portOf, portsBeside, portsOfBlueprint } from "../../../provisioner/router/ports.ts";
import { clearingOwn, privately, withoutFrameAncestors } from "../../../provisioner/router/response-fields.ts";
import { createUsageLedger } from "../../../provisioner/router/usage.ts";
import type { UsageCount } from "../../../provisioner/store/usage.ts";

const rules: OriginRules = {
  baseDomain: "ws.example.com",
  scheme: "https",
  productOrigins: ["https://app.example.com"],
  taken: ["control"],
};

describe("a host", () => {
  it.each([
    ["alice.ws.example.com", { label: "alice", port: null, name: "alice" }],
    ["ALICE.WS.Example.COM", { label: "alice", port: null, name: "alice" }],
    ["alice.ws.example.com:443", { label: "alice", port: null, name: "alice" }],
    ["3000--alice.ws.example.com", { label: "alice", port: 3000, name: "3000--alice" }],
    ["gateway--alice-b.ws.example.com", { label: "alice-b", port: "gateway", name: "gateway--alice-b" }],
  ])("%s is a workspace's", (header, host) => {
    expect(readHost(header, rules)).toEqual({ host });
  });

  it.each([
    [undefined, "missing"],
    ["", "missing"],
    ["alice.ws.example.com.", "malformed"],
    ["alice@ws.example.com", "malformed"],
    ["alice_b.ws.example.com", "malformed"],
    ["[::1]", "malformed"],
    ["alice.ws.example.com:80", "port"],
    ["alice.ws.example.com:", "malformed"],
    ["ws.example.com", "foreign"],
    ["alicews.example.com", "foreign"],
    ["a.b.ws.example.com", "depth"],
    ["xn--alice.ws.example.com", "punycode"],
    ["1023--alice.ws.example.com", "label"],
    ["65536--alice.ws.example.com", "label"],
    ["--alice.ws.example.com", "label"],
    ["3000--.ws.example.com", "label"],
    ["3000--a--b.ws.example.com", "label"],
    ["-alice.ws.example.com", "label"],
    ["admin.ws.example.com", "reserved"],
    ["3000--admin.ws.example.com", "reserved"],
    ["control.ws.example.com", "reserved"],
  ])("%s is none: %s", (header, refused) => {
    expect(readHost(header, rules)).toEqual({ refused });
  });

  it("has the port that browsers name, where it is not the scheme's own", () => {
    const local = { baseDomain: "workspace.localhost", scheme: "http", port: 8081 } as const;
    expect(readHost("demo.workspace.localhost:8081", local).host?.label).toBe("demo");
    expect(readHost("demo.workspace.localhost", local)).toEqual({ refused: "port" });
    expect(originOf("demo", local)).toBe("http://demo.workspace.localhost:8081");
    expect(originOf("demo", { ...local, scheme: "https", port: 443 })).toBe("https://demo.workspace.localhost");
  });

  it("is read alike when it is remembered, and what is none takes no one's place", () => {
    const read = createHostReader(rules);
    fc.assert(
      fc.property(fc.string({ unit: "grapheme-ascii" }), (text) => {
        for (const header of [text, `${text}.ws.example.com`]) expect(read(header)).toEqual(readHost(header, rules));
      }),
    );
    expect(read("alice.ws.example.com")).toBe(read("alice.ws.example.com"));
  });
});

describe("a page", () => {
  const alice = { label: "alice", port: null, name: "alice" };
  const preview = { label: "alice", port: 3000, name: "3000--alice" };
  it.each([
    ["https://alice.ws.example.com", true, true],
    ["https://app.example.com", true, true],
    ["https://3000--alice.ws.example.com", false, true],
    ["https://8000--alice.ws.example.com", false, true],
    ["https://gateway--alice.ws.example.com", false, true],
    ["https://3000--bob.ws.example.com", false, false],
    ["https://bob.ws.example.com", false, false],
    ["https://x--alice.ws.example.com.evil.example", false, false],
    ["https://evil.example/--alice.ws.example.com", false, false],
    ["https://a--b--alice.ws.example.com", false, false],
    ["http://alice.ws.example.com", false, false],
    ["https://alice.ws.example.com:8443", false, false],
  ])("of %s may call the bare host: %s, and a preview: %s", (origin, bare, port) => {
    expect([isFriend(origin, alice, rules), isFriend(origin, preview, rules)]).toEqual([bare, port]);
  });

  const nothing = {
    method: "GET",
    upgrade: undefined,
    origin: undefined,
    fetchSite: undefined,
    fetchMode: undefined,
    fetchDest: undefined,
    accept: undefined,
  };
  const own = "https://alice.ws.example.com";
  it.each([
    ["a program that says nothing", {}, true],
    ["a program that posts", { method: "POST" }, true],
    ["the address bar", { fetchSite: "none", fetchMode: "navigate", fetchDest: "document" }, true],
    ["a link elsewhere", { fetchSite: "cross-site", fetchMode: "navigate", fetchDest: "document" }, true],
    ["a frame elsewhere", { fetchSite: "cross-site", fetchMode: "navigate", fetchDest: "iframe" }, true],
    ["an image elsewhere", { fetchSite: "same-site", fetchMode: "no-cors", fetchDest: "image" }, false],
    ["its own script", { method: "POST", fetchSite: "same-origin", fetchMode: "cors", origin: own }, true],
    ["its own form under a strict referrer policy", { method: "POST", fetchSite: "same-origin", origin: "null" }, true],
    [
      "a form elsewhere",
      { method: "POST", fetchSite: "cross-site", fetchMode: "navigate", origin: "https://evil.example" },
      false,
    ],
    ["a program that claims to be a page here", { fetchSite: "same-origin", origin: "https://app.example.com" }, false],
    [
      "the product's script",
      { method: "PUT", fetchSite: "cross-site", fetchMode: "cors", origin: "https://app.example.com" },
      true,
    ],
    ["its own WebSocket", { upgrade: "websocket", origin: own, fetchSite: "same-origin" }, true],
    ["a program's WebSocket", { upgrade: "websocket" }, true],
    ["a sandboxed page's WebSocket", { upgrade: "websocket", origin: "null", fetchSite: "same-origin" }, false],
  ])("%s", (_name, request, may) => {
    expect(mayAsk({ ...nothing, ...request }, alice, rules)).toBe(may);
  });

  it("is gone to, or fetched", () => {
    expect(isNavigation({ ...nothing, accept: "text/html,*/*" })).toBe(true);
    expect(isNavigation({ ...nothing, accept: "*/*" })).toBe(false);
    expect(isNavigation({ ...nothing, accept: "text/html", fetchMode: "cors" })).toBe(false);
    expect(isNavigation({ ...nothing, method: "POST", fetchMode: "navigate", fetchDest: "document" })).toBe(true);
  });
});

describe("cookies", () => {
  it("are found by their whole name, several of one name too", () => {
    const header =
      "a=1; __Host-berth-session=x;__Host-berth-session=y; x__Host-berth-session=z; __Host-berth-session2=q";
    expect(cookieValues(header, "__Host-berth-session")).toEqual(["x", "y"]);
    expect(cookieValues(undefined, "a")).toEqual([]);
  });

  it("of others pass as they are; of ours nothing does, whatever stands around it", () => {
    const value = fc.string({ unit: "grapheme-ascii" }).map((text) => text.replaceAll(";", "").trim());
    fc.assert(
      fc.property(fc.array(value), (values) => {
        const others = values
          .filter((text) => text !== "" && !/berth/i.test(text))
          .map((text, index) => `c${index}=${text}`);
        const mixed = others.flatMap((pair) => [pair, "__Host-berth-session=secret"]);
        const left = withoutOurCookies(mixed.join("; "));
        expect(left ?? "").not.toMatch(/secret/);
        expect(
          (left ?? "")
            .split(/; ?/)
            .filter((pair) => pair !== "")
            .map((pair) => pair.trim()),
        ).toEqual(others.map((pair) => pair.trim()));
      }),
    );
  });

  it("of a workspace never get a domain, however it is written", () => {
    const attribute = fc.constantFrom(
      "Domain=x",
      " domain=.x",
      "DOMAIN = x",
      "Path=/",
      "Secure",
      "domain",
      "Max-Age=1",
      "xdomain=1",
    );
    fc.assert(
      fc.property(fc.array(attribute), (attributes) => {
        const confined = confinedCookie(["a=b", ...attributes].join(";")) ?? "";
        const names = confined.split(";").map((part) => part.split("=")[0]?.trim().toLowerCase());
        expect(names).not.toContain("domain");
        expect(names.filter((name) => name === "xdomain").length).toBe(
          attributes.filter((text) => text === "xdomain=1").length,
        );
      }),
    );
  });

  it("that an earlier workspace left are expired by name, and ours are not", () => {
    expect(expireCookies("a=1; __Host-berth-session=x; a=2; b c=3; d")).toEqual([
      "a=; Max-Age=0; Path=/; Secure",
      "a=; Max-Age=0; Path=/; Secure; SameSite=None; Partitioned",
      "d=; Max-Age=0; Path=/; Secure",
      "d=; Max-Age=0; Path=/; Secure; SameSite=None; Partitioned",
    ]);
  });
});

describe("an answer's field", () => {
  it.each([
    ["default-src 'self'", "default-src 'self'"],
    ["frame-ancestors 'none'", null],
    ["default-src 'self'; frame-ancestors 'none'; img-src *", "default-src 'self'; img-src *"],
    ["frame-ancestors *, default-src 'none'; FRAME-ANCESTORS x", "default-src 'none'"],
    ["x-frame-ancestors y; script-src 'none'", "x-frame-ancestors y; script-src 'none'"],
    ["\tframe-ancestors\tx;a", "a"],
  ])("policy %s keeps all but what it says of frames", (header, left) => {
    expect(withoutFrameAncestors(header)).toBe(left);
  });

  it.each([
    ["max-age=60", "private, max-age=60"],
    ["public, max-age=60", "private, max-age=60"],
    ["s-maxage=60", "private"],
    ["no-store", "no-store"],
    ["private, max-age=1", "private, max-age=1"],
    ["private, public", "private"],
    ["no-cache, no-store, must-revalidate", "no-cache, no-store, must-revalidate"],
    ['private="set-cookie", max-age=9', "private, max-age=9"],
  ])("Cache-Control %s is for the browser alone: %s", (value, left) => {
    expect(privately(value)).toBe(left);
  });

  it("Clear-Site-Data clears nothing of the domain", () => {
    expect(clearingOwn('"cookies"')).toBeNull();
    expect(clearingOwn('"*"')).toBeNull();
    expect(clearingOwn('"cache" , "cookies","storage", "executionContexts"')).toBe(
      '"cache", "storage", "executionContexts"',
    );
  });
});

describe("ports", () => {
  const shape = {
    ports: [
      { name: "agent", port: 7000, internal: true },
      { name: "web", port: 3000 },
      { name: "api", port: 4000 },
    ],
    previews: { from: 5000, to: 8000 },
  };
  it.each([
    [null, 3000],
    ["web", 3000],
    ["api", 4000],
    [4000, 4000],
    [5000, 5000],
    [8000, 8000],
    [8001, null],
    [4999, null],
    ["agent", null],
    [7000, null],
    ["nothing", null],
  ])("%s leads to %s", (wanted, port) => {
    expect(portOf(shape, wanted)).toBe(port);
  });

  it("beside the first have hosts of their own; a blueprint that is not there has none", () => {
    expect(portsBeside(shape)).toEqual(["api"]);
    expect(portOf(portsOfBlueprint("home"), "gateway")).toBe(4000);
    expect(portOf(portsOfBlueprint("no-such"), null)).toBeNull();
  });
});

it("a path of the router's is known however it is spelled, and no other is taken for one", () => {
  expect(ownPathOf("/.berth/enter?x")).toBe("/.berth/enter");
  for (const path of ["/%2eberth/enter", "/a/../.berth/", "/.BERTH", "//.berth", "/.berth%2Fx", "/%25%32%65berth/x"])
    expect([path, ownPathOf(path)]).toEqual([path, ""]);
  for (const path of ["/", "/berth", "/a/.berth/", "/.berthx", "/x?/.berth/", "/a%20b"])
    expect([path, ownPathOf(path)]).toEqual([path, null]);
});

it("guesses are counted by address and minute", () => {
  let now = 0;
  const guesses = createGuesses(2, () => now);
  for (const address of ["192.0.2.1", "2001:db8::1"]) {
    guesses.count(address);
    expect(guesses.exhausted(address)).toBe(false);
    guesses.count(address);
    expect(guesses.exhausted(address)).toBe(true);
  }
  expect([guesses.exhausted("2001:db8::2"), guesses.exhausted("192.0.2.2")]).toEqual([true, false]);
  now = 60_000;
  expect(guesses.exhausted("192.0.2.1")).toBe(false);
});

it("what passes while counts are written down is counted the next time, and nothing twice", async () => {
  const written: UsageCount[][] = [];
  let fails = false;
  const ledger = createUsageLedger(async (counts) => {
    if (fails) throw new Error("the database does not answer");
    ledger.meter("ws-a").bytesIn += 1;
    written.push([...counts]);
  });
  Object.assign(ledger.meter("ws-a"), { requests: 2, bytesIn: 10, lastUsedAt: 5 });
  fails = true;
  await expect(ledger.flush()).rejects.toThrow("does not answer");
  fails = false;
  await Promise.all([ledger.flush(), ledger.flush()]);
  expect(written).toEqual([
    [{ workspace: "ws-a", requests: 2, messages: 0, bytesIn: 10, bytesOut: 0, lastUsedAt: new Date(5) }],
    [{ workspace: "ws-a", requests: 0, messages: 0, bytesIn: 1, bytesOut: 0, lastUsedAt: null }],
  ]);
  expect(ledger.bytes()).toEqual({ in: 12, out: 0 });
});
