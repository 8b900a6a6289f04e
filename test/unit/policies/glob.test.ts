import { expect, it } from "vitest";
import { matchesGlob } from "../../../policies/glob.ts";

it.each([
  ["desktop", "desktop", true],
  ["desktop", "desktops", false],
  ["desk*", "desktop", true],
  ["*top", "desktop", true],
  ["d*k*p", "desktop", true],
  ["d*p*k", "desktop", false],
  ["aba*aba", "aba", false],
  ["a.c", "abc", false],
  ["*", "", true],
  ["", "a", false],
])("%j says of %j: %j", (pattern, text, matches) => {
  expect(matchesGlob(pattern, text)).toBe(matches);
});

it("lets no star stand for what it must not", () => {
  const ecr = "*.dkr.ecr.*.amazonaws.com";
  expect(matchesGlob(ecr, "1.dkr.ecr.us-east-1.amazonaws.com", "./")).toBe(true);
  expect(matchesGlob(ecr, "1.dkr.ecr.us-east-1.evil.amazonaws.com", "./")).toBe(false);
  expect(matchesGlob(ecr, "evil/1.dkr.ecr.us-east-1.amazonaws.com", "./")).toBe(false);
});

it("takes no longer for many stars: as a regular expression this would not end", () => {
  expect(matchesGlob(`${"*a".repeat(50)}*b`, "a".repeat(5000))).toBe(false);
}, 1000);
