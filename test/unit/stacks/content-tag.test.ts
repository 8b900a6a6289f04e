import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { contentTag, ignoreRules } from "../../../stacks/content-tag.ts";

let folder: string;
const write = (path: string, text: string) => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
};
const tag = (also?: Record<string, string>) =>
  contentTag(folder, { dockerfile: join(folder, "Dockerfile"), ...(also === undefined ? {} : { also }) });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "berth-content-tag-"));
  write("Dockerfile", "FROM scratch\nCOPY . /\n");
  write("start.sh", "#!/bin/sh\n");
  write("etc/a.conf", "a\n");
  write("etc/b.conf", "b\n");
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("a content tag", () => {
  test("is 16 hexadecimal digits, the same for the same content", () => {
    expect(tag()).toMatch(/^[0-9a-f]{16}$/);
    expect(tag()).toBe(tag());
  });

  test.each<[string, () => void]>([
    ["times", () => utimesSync(join(folder, "start.sh"), 1, 1)],
    ["rights other than to execute", () => chmodSync(join(folder, "start.sh"), 0o600)],
    ["an empty folder", () => mkdirSync(join(folder, "empty"))],
    ["the same text written again", () => write("etc/a.conf", "a\n")],
  ])("is not changed by %s", (_, change) => {
    const before = tag();
    change();
    expect(tag()).toBe(before);
  });

  test.each<[string, () => void]>([
    ["a changed file", () => write("etc/a.conf", "A\n")],
    ["a changed Dockerfile", () => write("Dockerfile", "FROM scratch\n")],
    ["a new file, even an empty one", () => write("etc/c.conf", "")],
    ["a file that is gone", () => rmSync(join(folder, "etc/b.conf"))],
    ["another name", () => renameSync(join(folder, "etc/a.conf"), join(folder, "etc/z.conf"))],
    ["another folder", () => renameSync(join(folder, "etc"), join(folder, "opt"))],
    ["the right to execute", () => chmodSync(join(folder, "start.sh"), 0o755)],
    ["a new link", () => symlinkSync("a.conf", join(folder, "etc/link"))],
    [
      "a line that moves from one file to the next",
      () => {
        write("etc/a.conf", "");
        write("etc/b.conf", "a\nb\n");
      },
    ],
  ])("is changed by %s", (_, change) => {
    const before = tag();
    change();
    expect(tag()).not.toBe(before);
  });

  test("is of where a link points, not of what is there", () => {
    symlinkSync("a.conf", join(folder, "etc/link"));
    const before = tag();
    rmSync(join(folder, "etc/link"));
    symlinkSync("b.conf", join(folder, "etc/link"));
    expect(tag()).not.toBe(before);
    rmSync(join(folder, "etc/link"));
    symlinkSync("nowhere", join(folder, "etc/link"));
    expect(tag()).toMatch(/^[0-9a-f]{16}$/);
  });

  test("is of what else the image depends on, in whatever order", () => {
    const amd = tag({ platform: "linux/amd64", version: "1" });
    expect(tag({ version: "1", platform: "linux/amd64" })).toBe(amd);
    expect(tag({ platform: "linux/arm64", version: "1" })).not.toBe(amd);
    expect(tag()).not.toBe(amd);
  });

  test("is not of what .dockerignore leaves out, but always of the Dockerfile", () => {
    write(".dockerignore", "*\n!etc\netc/b.conf\n");
    const before = tag();
    write("start.sh", "#!/bin/bash\n");
    write("etc/b.conf", "B\n");
    write("node_modules/x/index.js", "x\n");
    expect(tag()).toBe(before);
    write("Dockerfile", "FROM scratch\n");
    const other = tag();
    expect(other).not.toBe(before);
    write("etc/a.conf", "A\n");
    expect(tag()).not.toBe(other);
  });

  test("takes the Dockerfile's own .dockerignore before the folder's", () => {
    write(".dockerignore", "etc\n");
    write("Dockerfile.dockerignore", "start.sh\nDockerfile.dockerignore\n.dockerignore\n");
    const before = tag();
    write("start.sh", "changed\n");
    expect(tag()).toBe(before);
    write("etc/a.conf", "changed\n");
    expect(tag()).not.toBe(before);
  });

  test("says what cannot be read", () => {
    expect(() => contentTag(folder, { dockerfile: join(folder, "None") })).toThrow(
      /^dockerfile: found ".*None"\. Name a/,
    );
    expect(() => contentTag(join(folder, "none"), { dockerfile: join(folder, "Dockerfile") })).toThrow(
      /^context: found ".*none"\. Name a folder that can be read/,
    );
  });
});

describe("a .dockerignore", () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ["node_modules", ["node_modules", "node_modules/a/b.js"], ["src/node_modules/a.js", "node_modules.md"]],
    ["**/node_modules", ["node_modules/a.js", "a/b/node_modules/c.js"], ["a/my_node_modules.js"]],
    ["/dist/", ["dist/a.js"], ["a/dist/b.js"]],
    ["./dist", ["dist/a.js"], ["a/dist/b.js"]],
    ["*.log", ["a.log"], ["a/b.log", "a.log.txt"]],
    ["**/*.log", ["a.log", "a/b/c.log"], ["a.txt"]],
    ["docs/**", ["docs/a.md", "docs/a/b.md"], ["docs2/a.md"]],
    ["a?c", ["abc", "abc/d"], ["ac", "abbc"]],
    ["# a comment\n\n  \n*.tmp  ", ["a.tmp"], ["# a comment"]],
    ["*.md\n!README.md", ["a.md"], ["README.md"]],
    ["!README.md\n*.md", ["README.md", "a.md"], []],
    [
      "*\n!components\ncomponents/**/*.test.ts",
      ["a.ts", "components/a.test.ts"],
      ["components/a.ts", "components/b/c.ts"],
    ],
    ["a+b (1).$", ["a+b (1).$"], ["aab (1).$"]],
  ])("with %j", (text, ignored, kept) => {
    const { isIgnored } = ignoreRules(text);
    expect(ignored.filter((path) => !isIgnored(path))).toEqual([]);
    expect(kept.filter(isIgnored)).toEqual([]);
  });

  test.each<[string, readonly string[], readonly string[]]>([
    ["*\n!components/core", ["components", "components/core", "components/core/a"], ["node_modules", "components/net"]],
    ["*\n!**/keep.txt", ["a", "a/b/c"], []],
    ["*\n!docs/*/img", ["docs", "docs/a", "docs/a/img/b"], ["src", "docs/a/pdf"]],
    ["node_modules", [], ["node_modules", "node_modules/a"]],
  ])("with %j lets nobody look into folders of which nothing is taken back", (text, looked, passed) => {
    const { mayHoldKept } = ignoreRules(text);
    expect(looked.filter((folder) => !mayHoldKept(folder))).toEqual([]);
    expect(passed.filter(mayHoldKept)).toEqual([]);
  });

  test("with sets of characters is refused", () => {
    expect(() => ignoreRules("*.[oa]")).toThrow('.dockerignore: found "*.[oa]". Sets of characters');
  });
});
