import { readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { referenceFolder } from "../../../toolchain/reference/generate.ts";
import { isComponent, type Page, pagesOf } from "../../../toolchain/reference/pages.ts";
import { type Entry, type Member, readEntries } from "../../../toolchain/reference/read.ts";
import { renderPages } from "../../../toolchain/reference/render.ts";

let entries: readonly Entry[];
let pages: readonly Page[];
let files: ReadonlyMap<string, string>;

// TypeDoc reads all components once, for all of these tests.
beforeAll(async () => {
  entries = await readEntries();
  pages = await pagesOf(entries);
  files = renderPages(pages, entries);
}, 60_000);

describe("the reference", () => {
  test("is what the docstrings say: `npm run reference` renews it", async () => {
    expect([...files.keys()].sort()).toEqual(readdirSync(referenceFolder).sort());
    for (const [name, text] of files) await expect(text).toMatchFileSnapshot(join(referenceFolder, name));
  });

  test("shows everything that is exported, once", () => {
    const all = [...files.values()].join("\n");
    const headings = [...all.matchAll(/^## (\w+)$/gm)].map(([, name = ""]) => name);
    expect(headings.filter((name, index) => headings.indexOf(name) !== index)).toEqual([]);
    const shown = new Set(headings);
    const parts = /(Args|Nodes|Transforms|Spec)$/;
    expect(entries.map(({ name }) => name).filter((name) => !shown.has(name) && !parts.test(name))).toEqual([]);
  });

  test("says nothing of this machine", () => {
    for (const text of files.values()) expect(text).not.toMatch(/\/(tmp|home|work)\/|node_modules/);
  });
});

describe("the docstrings", () => {
  test("are there for everything that is exported", () => {
    const without = entries.filter(({ name, about }) => about === "" && !name.endsWith("Args"));
    expect(without.map(({ name, file }) => `${file}: ${name}`)).toEqual([]);
  });

  test("are there for every argument, output and member", () => {
    // Children are told by their types; what may be changed of them bears the same names.
    const told = entries.filter(({ name }) => !/(Nodes|Transforms)$/.test(name));
    const without = told.flatMap(({ name, file, members }) =>
      undocumented(members).map((member) => `${file}: ${name}.${member}`),
    );
    expect(without).toEqual([]);
  });

  test("are there for every option of a spec", () => {
    const options = pages.flatMap(({ options: all }) => all);
    expect(options.length).toBeGreaterThan(20);
    const without = options.flatMap(({ name, keys }) =>
      keys.filter(({ about = "" }) => about.length < 3).map(({ path }) => `${name}: ${path}`),
    );
    expect(without).toEqual([]);
  });

  test("have an example and a word on costs for every component", () => {
    const components = entries.filter(isComponent);
    expect(components.length).toBeGreaterThan(25);
    const lacking = components.filter(
      ({ name, about, example }) => !/\bcosts?\b|\$\d/i.test(about) || !example.includes(`new ${name}(`),
    );
    expect(lacking.map(({ name }) => name)).toEqual([]);
  });
});

function undocumented(members: readonly Member[]): readonly string[] {
  return members
    .filter(({ name }) => name !== "nodes" && name !== "transform")
    .flatMap(({ name, about, type, members: inner }) => [
      ...(about === "" ? [name] : []),
      ...(type.startsWith("{") ? undocumented(inner).map((part) => `${name}.${part}`) : []),
    ]);
}
