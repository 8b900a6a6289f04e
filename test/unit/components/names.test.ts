import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  deriveHostLabel,
  hostLabelMaxLength,
  hostLabelProblem,
  isReservedHostLabel,
  newId,
  ownerLabelValue,
  reservedHostLabels,
} from "../../../components/core/names.ts";

const dnsLabel = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const labelValue = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
/** Owners as products have them, and anything else that a caller may send. */
const owner = fc.oneof(
  fc.string({ minLength: 1, maxLength: 300, unit: "grapheme" }),
  fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._:|@+=-]{0,127}$/),
);
const name = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/);

describe("newId", () => {
  test("is the kind and 16 characters of a-z, 2-7", () => {
    expect(newId("ws")).toMatch(/^ws-[a-z2-7]{16}$/);
    expect(newId("op")).toMatch(/^op-[a-z2-7]{16}$/);
  });

  test("never comes twice, and uses every character at every place", () => {
    const ids = Array.from({ length: 5000 }, () => newId("ws").slice(3));
    expect(new Set(ids).size).toBe(ids.length);
    for (let place = 0; place < 16; place += 1) expect(new Set(ids.map((id) => id[place])).size).toBe(32);
  });
});

describe("hostLabelProblem", () => {
  test.each(["user123", "alice", "a", "x1", "a-b-c", "0", "web3-fan", "apiary", "maria", "admiral", "a".repeat(40)])(
    "accepts %s",
    (label) => expect(hostLabelProblem(label)).toBeNull(),
  );

  test.each([
    ["", "at least one character"],
    ["Alice", "lower case: 'alice'"],
    ["user.name", "Use only a-z"],
    ["user_1", "Use only a-z"],
    ["a b", "no blanks"],
    ["-alice", "begin or end"],
    ["alice-", "begin or end"],
    ["a--b", "no two '-'"],
    ["3000--alice", "no two '-'"],
    ["xn--80ak6aa92e", "'xn--'"],
    ["😀", "no other scripts"],
    ["аdmin", "no other scripts"], // A Cyrillic а.
    ["ａｄｍｉｎ", "no other scripts"],
    ["admin\u200b", "no other scripts"],
    ["a\n", "no blanks"],
    ["a".repeat(41), "at most 40"],
    ["a".repeat(300), "at most 40"],
  ])("refuses %j and says what to do", (label, fix) => {
    expect(hostLabelProblem(label)).toEqual({ code: "invalid", fix: expect.stringContaining(fix) });
  });

  test.each(reservedHostLabels)("reserves %s", (label) => {
    expect(hostLabelProblem(label)).toEqual({ code: "reserved", fix: expect.stringContaining("choose another") });
  });

  test.each([
    "adm1n",
    "4pi",
    "4p1",
    "r00t",
    "log-in",
    "l0gin",
    "5upport",
    "rnail",
    "vvww",
    "ns1",
    "mx10",
    "www2",
    "a-p-i",
  ])("reserves the look-alike %s", (label) => expect(hostLabelProblem(label)?.code).toBe("reserved"));

  test("accepts exactly what is one short DNS label without '--' that is not reserved", () => {
    fc.assert(
      fc.property(fc.oneof(owner, name), (label) => {
        const valid = dnsLabel.test(label) && label.length <= hostLabelMaxLength && !label.includes("--");
        expect(hostLabelProblem(label) === null).toBe(valid && !isReservedHostLabel(label));
      }),
    );
  });
});

describe("deriveHostLabel", () => {
  test("is readable, and the same each time", () => {
    expect(deriveHostLabel("user_2abc", "desktop")).toBe("user-2abc-desktop-sqlylllbnb6z");
    expect(deriveHostLabel("😀", "home")).toMatch(/^home-[a-z2-7]{12}$/);
    expect(deriveHostLabel("😀", "-")).toMatch(/^u-[a-z2-7]{12}$/);
  });

  test("is a host label that can be had, whoever asks", () => {
    fc.assert(
      fc.property(owner, name, fc.nat(4), (who, what, attempt) => {
        expect(hostLabelProblem(deriveHostLabel(who, what, attempt))).toBeNull();
      }),
    );
  });

  test("differs when owner, name or attempt do", () => {
    const ask = fc.tuple(owner, name, fc.nat(3));
    fc.assert(
      fc.property(ask, ask, (one, other) => {
        const same = JSON.stringify(one) === JSON.stringify(other);
        expect(deriveHostLabel(...one) === deriveHostLabel(...other)).toBe(same);
      }),
    );
    expect(deriveHostLabel("a-b", "c")).not.toBe(deriveHostLabel("a", "b-c"));
    expect(deriveHostLabel("Alice", "home")).not.toBe(deriveHostLabel("alice", "home"));
  });
});

describe("ownerLabelValue", () => {
  test("leaves an owner alone that is a label value already", () => {
    expect(ownerLabelValue("user_2AbC.x")).toBe("user_2AbC.x");
  });

  test("makes a slug with a hash of one that is none", () => {
    expect(ownerLabelValue("alice@example.com")).toMatch(/^alice-example-com--[a-z2-7]{12}$/);
    expect(ownerLabelValue("a".repeat(128))).toMatch(/^a{49}--[a-z2-7]{12}$/);
  });

  test("is always a label value, and different for different owners", () => {
    fc.assert(
      fc.property(owner, owner, (one, other) => {
        expect(ownerLabelValue(one)).toMatch(labelValue);
        expect(ownerLabelValue(one) === ownerLabelValue(other)).toBe(one === other);
      }),
    );
  });

  test("keeps an owner apart from one whose name is another's hashed value", () => {
    const forged = ownerLabelValue("alice@example.com");
    expect(ownerLabelValue(forged)).not.toBe(forged);
  });
});
