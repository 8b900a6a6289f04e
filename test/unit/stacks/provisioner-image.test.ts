import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { entries as programs } from "../../../components/provisioner/manifests/programs.ts";
import packageJson from "../../../package.json" with { type: "json" };
import { ignoreRules } from "../../../stacks/content-tag.ts";

const checkout = resolve(import.meta.dirname, "../../..");
const read = (path: string) => readFileSync(join(checkout, path), "utf8");
const dockerfile = read("images/provisioner/Dockerfile");

/** What a service's container runs, and what its processes load by a path. */
const entries = [...new Set(Object.values(programs)), "provisioner/engine/worker.ts", "stacks/workspace.ts"].filter(
  (entry) => existsSync(join(checkout, entry)),
);

/** Files that are loaded with the entries, and packages. Imports of types only are erased before they are looked at. */
function loadedBy(files: readonly string[]) {
  const seen = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    const imports = read(file).matchAll(
      /(?:^|\n)\s*(?:import|export)\s+(?!type\s)(?:[^;"]*?\sfrom\s+)?"([^"]+)"|\bimport\(\s*"([^"]+)"/g,
    );
    for (const [, fixed, late] of imports) {
      const name = fixed ?? late ?? "";
      if (name.startsWith(".")) visit(relative(checkout, resolve(checkout, dirname(file), name)));
      else if (!name.startsWith("node:")) packages.add(name.split("/", name.startsWith("@") ? 2 : 1).join("/"));
    }
  };
  files.forEach(visit);
  return { files: [...seen], packages: [...packages] };
}

describe("the service's image", () => {
  const loaded = loadedBy(entries);

  test("has entries, and holds every file that they load", () => {
    const { isIgnored } = ignoreRules(read(".dockerignore"));
    expect(entries).toContain("provisioner/main.ts");
    expect(loaded.files.filter(isIgnored)).toEqual([]);
    expect(loaded.files).toContain("components/workspace/workspace.ts");
    expect(["package.json", "package-lock.json", "provisioner/store/migrations/x.sql"].filter(isIgnored)).toEqual([]);
  });

  test("holds no secrets, tests or other people's work", () => {
    const { isIgnored } = ignoreRules(read(".dockerignore"));
    const left = [".git/config", ".berth/token", "Pulumi.dev.yaml", "node_modules/a/b.js", "test/a.test.ts", ".env"];
    expect(left.filter((path) => !isIgnored(path))).toEqual([]);
  });

  test("holds every package that they load", () => {
    const removed = [...dockerfile.matchAll(/node_modules\/(@[\w-]+\/[\w-]+|[a-z][\w-]+)/g)].map(([, name]) => name);
    expect(removed).toContain("@pulumi/aws");
    expect(loaded.packages.filter((name) => removed.includes(name))).toEqual([]);
    expect(loaded.packages.filter((name) => !Object.hasOwn(packageJson.dependencies, name))).toEqual([]);
  });

  test("has the versions of package.json", () => {
    const argument = (name: string) => new RegExp(`^ARG ${name}=(.*)$`, "m").exec(dockerfile)?.[1];
    expect({
      node: argument("NODE_VERSION"),
      pulumi: argument("PULUMI_VERSION"),
      kubernetes: argument("KUBERNETES_PLUGIN_VERSION"),
    }).toEqual({
      node: packageJson.devDependencies.node,
      pulumi: packageJson.dependencies["@pulumi/pulumi"],
      kubernetes: packageJson.dependencies["@pulumi/kubernetes"],
    });
  });
});
