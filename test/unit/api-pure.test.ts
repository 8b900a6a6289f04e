import { describe, expect, test } from "vitest";
import { z } from "zod";
import { signMessage } from "../../examples/signup/sign.ts";
import { createAddressOf, limitKey } from "../../provisioner/api/addresses.ts";
import { parseJson } from "../../provisioner/api/body.ts";
import { ApiProblem, invalidInput, shownValue, toProblem } from "../../provisioner/api/problems.ts";
import { hashToken, issueToken, sameHash, tokenPattern } from "../../provisioner/api/tokens.ts";
import { createVerifier } from "../../provisioner/api/webhook.ts";
import { RequestError } from "../../provisioner/workspaces/service.ts";

describe("a value in a problem document", () => {
  test.each([
    ["a short one as JSON", { a: 1 }, undefined, '{"a":1}'],
    ["text in quotes", "x", undefined, '"x"'],
    ["what is not there", undefined, undefined, "(missing)"],
    ["a field named as a secret", "x", "clientSecret", "(hidden)"],
    ["a value that looks like a token", `berth_${"a".repeat(16)}_x`, "owner", "(hidden)"],
    ["a value that looks like a webhook secret", "whsec_abc", "name", "(hidden)"],
    ["an object that holds a secret", { inner: { password: "x" } }, "parameters", "(hidden)"],
    ["a JSON web token", "eyJhbGciOiJIUzI1NiJ9.eyJ9.x", "handle", "(hidden)"],
  ])("%s", (_what, value, name, shown) => {
    expect(shownValue(value, name)).toBe(shown);
  });

  test("is cut without breaking a character", () => {
    const shown = shownValue("😀".repeat(300));
    expect(shown.isWellFormed()).toBe(true);
    expect([...shown]).toHaveLength(80);
  });
});

describe("a problem", () => {
  test("of something unforeseen says nothing of it", () => {
    const problem = toProblem(new Error("password authentication failed for user berth at 10.1.2.3"));
    expect(problem.code).toBe("internal");
    expect(problem.message).not.toMatch(/password|10\.1/);
  });

  test("of a refused request has its field, value and fix", () => {
    const refused = new RequestError("conflict", "The handle is taken.", {
      name: "handle",
      value: "bob",
      fix: "choose another",
    });
    expect(toProblem(refused)).toMatchObject({
      code: "conflict",
      errors: [{ field: "handle", value: '"bob"', fix: "choose another" }],
    });
  });

  test("of a body names every field, at most twenty of them", () => {
    const keys = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`key${index}`, index]));
    const input = { ...keys, n: "x" };
    const { error } = z.strictObject({ n: z.number() }).safeParse(input);
    const problem = error === undefined ? undefined : invalidInput("body", error, input);
    expect(problem?.errors).toHaveLength(20);
    expect(problem?.errors?.[0]).toMatchObject({ field: "n", value: '"x"' });
  });
});

describe("a JSON body", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  test("is read", () => {
    expect(parseJson(bytes('{"a":[1,"ü",null]}'))).toEqual({ a: [1, "ü", null] });
  });
  test.each([
    ["empty", bytes("")],
    ["cut off", bytes('{"a":')],
    ["two values", bytes("{}{}")],
    ["not UTF-8", Uint8Array.of(0x22, 0xff, 0xfe, 0x22)],
    ["nested without end", bytes("[".repeat(20_000) + "]".repeat(20_000))],
    ["with a prototype", bytes('{"parameters":{"__proto__":{"admin":true}}}')],
    ["with NUL in a value", bytes('{"a":"x\\u0000"}')],
    ["with NUL in a name", bytes('{"x\\u0000":1}')],
    ["with half a surrogate pair", bytes('{"a":"\\ud800"}')],
  ])("is refused when it is %s", (_what, body) => {
    expect(() => parseJson(body)).toThrow(expect.objectContaining({ name: "ApiProblem", code: "malformed" }));
  });
});

describe("the address that limits count", () => {
  const context = (remoteAddress: string, forwarded?: string): Parameters<ReturnType<typeof createAddressOf>>[0] => {
    const request = new Request("http://x/", {
      headers: forwarded === undefined ? {} : { "x-forwarded-for": forwarded },
    });
    const stub = {
      env: { incoming: { socket: { remoteAddress } } },
      req: { header: (name: string) => request.headers.get(name) ?? undefined },
    };
    return Object.assign(Object.create(null), stub);
  };
  const behindProxies = createAddressOf(["10.0.0.0/8", "::1"]);

  test.each([
    ["the peer's", "203.0.113.9", undefined, "203.0.113.9"],
    ["the peer's, when it writes the header itself", "203.0.113.9", "1.1.1.1", "203.0.113.9"],
    ["the caller's, behind a proxy", "10.1.1.1", "203.0.113.9", "203.0.113.9"],
    ["the last that is no proxy's", "10.1.1.1", "6.6.6.6, 203.0.113.9, 10.2.2.2", "203.0.113.9"],
    ["the proxy's, when the header is nonsense", "10.1.1.1", "nonsense", "10.1.1.1"],
    ["the peer's, mapped into IPv6", "::ffff:203.0.113.9", undefined, "203.0.113.9"],
    ["unknown, when there is none", "", "1.1.1.1", "unknown"],
  ])("is %s", (_what, peer, forwarded, address) => {
    expect(behindProxies(context(peer, forwarded))).toBe(address);
  });

  test("is shared by an IPv6 network, however it is written", () => {
    expect(limitKey("2001:db8:1:2::5")).toBe("2001:db8:1:2::/64");
    expect(limitKey("2001:0db8:0001:0002:ffff::1")).toBe("2001:db8:1:2::/64");
    expect(limitKey("::1")).toBe("0:0:0:0::/64");
    expect(limitKey("203.0.113.9")).toBe("203.0.113.9");
  });
});

describe("a token", () => {
  test("carries its id, and is kept as a hash only", async () => {
    const kept: unknown[] = [];
    const store = {
      add: async (token: unknown) => void kept.push(token),
      find: async () => null,
      list: async () => [],
      revoke: async () => false,
    };
    const { token, secret } = await issueToken(store, { name: "x", scope: "service" }, new Date(0));
    expect(tokenPattern.exec(secret)?.[1]).toBe(token.id);
    expect(token.hash).toBe(hashToken(secret));
    expect(JSON.stringify(kept)).not.toContain(secret.slice(-52));
  });

  test("is compared by its whole hash", () => {
    const hash = hashToken("a");
    expect(sameHash(hash, hash)).toBe(true);
    expect(sameHash(hash, hashToken("b"))).toBe(false);
    expect(sameHash(hash, hash.slice(2))).toBe(false);
    expect(sameHash(hash, "")).toBe(false);
  });
});

describe("a webhook's signature", () => {
  const secret = `whsec_${Buffer.alloc(24, 1).toString("base64")}`;
  const newSecret = `whsec_${Buffer.alloc(24, 2).toString("base64")}`;
  const now = new Date("2026-01-01T00:00:00Z");
  const body = '{"type":"user.created"}';
  const verify = (headers: Record<string, string>, text = body, secrets = [secret]) =>
    createVerifier(secrets, () => now)(new TextEncoder().encode(text), headers);
  const signed = (changes: Partial<Parameters<typeof signMessage>[0]> = {}) =>
    signMessage({ id: "msg_1", at: now, body, secret, ...changes });

  test("holds", () => {
    expect(verify(signed())).toEqual({ ok: true, id: "msg_1" });
  });

  test("holds with Svix's headers", () => {
    const svix = Object.fromEntries(
      Object.entries(signed()).map(([name, value]) => [name.replace("webhook-", "svix-"), value]),
    );
    expect(verify(svix)).toEqual({ ok: true, id: "msg_1" });
  });

  test("holds with any of the secrets while one is being replaced, on either side", () => {
    expect(verify(signed({ secret: newSecret }), body, [secret, newSecret]).ok).toBe(true);
    const both = `${signed({ secret: newSecret })["webhook-signature"]} ${signed()["webhook-signature"]}`;
    expect(verify({ ...signed(), "webhook-signature": both }).ok).toBe(true);
  });

  test.each([
    ["another secret", signed({ secret: newSecret }), body],
    ["another body", signed(), `${body} `],
    ["another id", { ...signed(), "webhook-id": "msg_2" }, body],
    ["another time", { ...signed(), "webhook-timestamp": String(now.getTime() / 1000 + 1) }, body],
    ["a time too long ago", signed({ at: new Date(now.getTime() - 301_000) }), body],
    ["a time too far ahead", signed({ at: new Date(now.getTime() + 301_000) }), body],
    ["a time that is none", { ...signed(), "webhook-timestamp": "now" }, body],
    ["no signature", { ...signed(), "webhook-signature": "" }, body],
    [
      "another version of signature",
      { ...signed(), "webhook-signature": signed()["webhook-signature"].replace("v1,", "v2,") },
      body,
    ],
    ["a signature cut short", { ...signed(), "webhook-signature": signed()["webhook-signature"].slice(0, -4) }, body],
    ["an id with blanks", signed({ id: "a b" }), body],
  ])("does not hold with %s", (_what, headers, text) => {
    expect(verify(headers, text).ok).toBe(false);
  });

  test("needs all three headers", () => {
    for (const name of ["webhook-id", "webhook-timestamp", "webhook-signature"]) {
      expect(verify(Object.fromEntries(Object.entries(signed()).filter(([other]) => other !== name))).ok).toBe(false);
    }
  });
});

test("a problem keeps its code", () => {
  expect(toProblem(new ApiProblem("conflict", "x")).code).toBe("conflict");
});
