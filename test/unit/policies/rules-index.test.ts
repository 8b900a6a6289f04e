import { globSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { isRecord } from "../../../policies/rule.ts";
import { rules } from "../../../policies/rules/index.ts";

const folder = resolve(import.meta.dirname, "../../../policies/rules");

test("every rule that a file exports is in the pack, once", async () => {
  const exported: string[] = [];
  for (const file of globSync("*/*.ts", { cwd: folder })) {
    const module: unknown = await import(resolve(folder, file));
    for (const value of isRecord(module) ? Object.values(module) : []) {
      if (isRecord(value) && "severity" in value) exported.push(String(value.name));
    }
  }
  expect(rules.map(({ name }) => name).toSorted()).toEqual(exported.toSorted());
  expect(new Set(exported).size).toBe(exported.length);
});

test.each(rules.map((rule) => [rule.name, rule] as const))(
  "%s says what it wants, and has a default for all",
  (_, rule) => {
    expect(rule.name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)+$/);
    expect(rule.description).toMatch(/[.][")]?$/);
    expect(rule.values?.safeParse({}).success ?? true).toBe(true);
  },
);
