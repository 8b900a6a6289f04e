import { describe, expect, it } from "vitest";
import { createRedactor } from "../../provisioner/engine/redact.ts";

describe("A message of the engine", () => {
  it.each([
    ["a known secret", "wrong passphrase: correct horse", "wrong passphrase: [secret]"],
    ["a known secret in another's place", "correct horse battery", "[secret]"],
    ["a bearer token", "Authorization: Bearer abcdef.123456", "Authorization: Bearer [secret]"],
    ["a password in an address", "cannot reach https://me:pass@host/x", "cannot reach https://me:[secret]@host/x"],
    ["what is called a token", 'token="abcdef123"', 'token="[secret]"'],
    ["a private key", "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----.", "[secret]."],
    ["a signed token", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl is old", "[secret] is old"],
    [
      "nothing secret",
      'Secret "identity" in namespace ws-1 is invalid',
      'Secret "identity" in namespace ws-1 is invalid',
    ],
  ])("does not hold %s", (_what, message, clean) => {
    expect(createRedactor(["correct horse", "correct horse battery", "x"])(message)).toBe(clean);
  });
});
