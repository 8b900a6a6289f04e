import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { describeMistake, UserError } from "../../../components/core/errors.ts";

describe("UserError", () => {
  const error = new UserError(
    { option: "storage.size", value: "20GB", fix: "Write 20Gi." },
    { option: "owner", value: undefined, fix: "Name one." },
  );

  test("says option, value and fix of every mistake", () => {
    expect(error.message).toBe('storage.size: found "20GB". Write 20Gi.\nowner: missing. Name one.');
  });

  test("prints no stack", () => {
    expect(error.stack).not.toMatch(/\n\s+at /);
    expect(inspect(error)).not.toMatch(/\n\s+at .*\.ts/);
  });

  test("shortens what is long, and survives what is no JSON", () => {
    expect(describeMistake({ option: "x", value: "a".repeat(500), fix: "" }).length).toBeLessThan(200);
    expect(describeMistake({ option: "x", value: Symbol("s"), fix: "F." })).toBe("x: found Symbol(s). F.");
    expect(describeMistake({ option: "x", value: null, fix: "F." })).toBe("x: found null. F.");
  });
});
