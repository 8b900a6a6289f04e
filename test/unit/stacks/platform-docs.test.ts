import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { configKeys, withReference } from "../../../toolchain/config-docs.ts";

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
const page = read("docs/platform.md");

describe("the reference of a platform's configuration", () => {
  test("is what the schema says", async () => {
    await expect(withReference(page)).toMatchFileSnapshot("../../../docs/platform.md");
  });

  test("says of every key what it is", () => {
    const keys = Object.values(configKeys()).flat();
    expect(keys.filter(({ about }) => about === undefined || about.length < 4).map(({ path }) => path)).toEqual([]);
  });

  test("leaves out what nobody may write", () => {
    const paths = Object.values(configKeys())
      .flat()
      .map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(["ingress.replicas", "edge.tunnel.replicas"]));
    for (const fixed of ["ingress.apiHost", "edge.tunnel.accountId", "provisioner.network.vpc", "monitoring.tunnel"]) {
      expect(paths).not.toContain(fixed);
    }
  });

  test("needs its place in the page", () => {
    expect(() => withReference("# A page")).toThrow(/^The page has no <!-- configuration:start -->/);
  });
});

test("the page names every output, in their order", () => {
  const [, outputs = ""] = /export interface PlatformOutputs \{\n([\s\S]*?)\n\}/.exec(read("stacks/platform.ts")) ?? [];
  const [, table = ""] = /\| output \| what it is \|\n([\s\S]*?)\n\n/.exec(page) ?? [];
  const names = [...outputs.matchAll(/^ {2}readonly (\w+):/gm)].map(([, name]) => name);
  expect([...table.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name)).toEqual(names);
});

test("the page names every component of the stack", () => {
  const sources = ["platform", "platform-edge", "platform-images"].map((name) => read(`stacks/${name}.ts`)).join("\n");
  const made = [
    ...sources.matchAll(/import \{ ?(?:type \w+, )?(\w+)(?:, type \w+)? ?\} from "\.\.\/components\/(\S+)"/g),
  ]
    .map(([, name = ""]) => name)
    .filter((name) => new RegExp(`new ${name}\\(`).test(sources));
  expect(made.length).toBeGreaterThan(20);
  const [, table = ""] = /\| component \|.*\n([\s\S]*?)\n\n/.exec(page) ?? [];
  expect(made.filter((name) => !table.includes(`\`${name}\``)).filter((name) => !/^[a-z]|Error$/.test(name))).toEqual(
    [],
  );
});
