import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { z } from "zod";
import { packageName, packagesOf, specifiersOf } from "../../toolchain/package/imports.ts";
import { checkout } from "../../toolchain/paths.ts";
import { installedManifest, installedProject, type Project, supportedNodes } from "./project.ts";

let project: Project;
const nodes = await supportedNodes();
beforeAll(async () => {
  project = await installedProject(inject("archive"));
  project.write("probe.mjs", await readFile(join(import.meta.dirname, "import-probe.mjs"), "utf8"));
});
afterAll(async () => project?.dispose());

const targetSchema = z.object({ types: z.string(), default: z.string() });
const entries = () =>
  Object.entries(installedManifest(project).exports)
    .filter(([subpath]) => subpath !== "./package.json")
    .map(([subpath, target]) => ({ name: subpath.replace(/^\./, "berth"), ...targetSchema.parse(target) }));
const inPackage = (path: string) => join(project.folder, "node_modules", "berth", path);
const filesOf = (pattern: RegExp) =>
  readdirSync(inPackage("."), { recursive: true, encoding: "utf8" }).filter((file) => pattern.test(file));

describe("the package", () => {
  test("holds the components, the rules and its entries, and nothing else", () => {
    const top = new Set(
      filesOf(/\.\w+$|^LICENSE$/).map((file) => file.split("/").slice(0, file.startsWith("entries") ? 1 : 2)[0]),
    );
    expect([...top].sort()).toEqual(["LICENSE", "README.md", "components", "entries", "package.json", "policies"]);
    expect(filesOf(/(?<!\.d)\.ts$|\.test\.|tsconfig/)).toEqual([]);
  });

  test("names what it imports, and nothing else", () => {
    const { dependencies, peerDependencies } = installedManifest(project);
    const named = [...Object.keys(dependencies), ...Object.keys(peerDependencies)].sort();
    const imported = filesOf(/\.(js|d\.ts)$/).flatMap((file) => [...packagesOf(inPackage(file))]);
    expect([...new Set(imported)].sort()).toEqual(named);
  });

  test("asks for the SDK alone of who takes a single component", () => {
    const { peerDependencies, peerDependenciesMeta } = installedManifest(project);
    const needed = Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name] === undefined);
    expect(needed).toEqual(["@pulumi/pulumi"]);
  });

  test.each([
    ["berth/workspace", ["@pulumi/kubernetes", "@pulumi/pulumi", "zod"]],
    ["berth/workspace/plan", ["zod"]],
    ["berth/tunnel", ["@pulumi/cloudflare", "@pulumi/kubernetes", "@pulumi/pulumi", "zod"]],
    ["berth/ingress/ingress", ["@pulumi/kubernetes", "@pulumi/pulumi", "zod"]],
    ["berth/ingress/load-balancer", ["@pulumi/aws", "@pulumi/pulumi", "zod"]],
    ["berth/cost", ["zod"]],
    ["berth/policies", ["zod"]],
    ["berth/policies/rules/aws-eks-cluster/encrypt-secrets", []],
  ])("%s needs %j", (name, packages) => {
    const entry = entries().find((one) => one.name === name);
    expect([...packagesOf(inPackage(entry?.default ?? name))].sort()).toEqual(packages);
    const forTypes = [...packagesOf(inPackage(entry?.types ?? name))].filter((one) => one.startsWith("@pulumi/"));
    expect(packages).toEqual(expect.arrayContaining(forTypes));
  });
});

test("the document says of each name what it imports", async () => {
  const page = await readFile(join(checkout, "docs", "package.md"), "utf8");
  const [table = ""] = page.split("\n## What it needs");
  const rows = [...table.matchAll(/^\| `(?<name>berth[a-z/-]*)` \| .* \| (?<needs>[^|]*) \|$/gm)];
  const said = rows.map(({ groups: { name = "", needs = "" } = {} }) => `${name}: ${needs}`);
  const built = (name: string) => packagesOf(inPackage(entries().find((one) => one.name === name)?.default ?? name));
  const found = rows.map(({ groups: { name = "" } = {} }) => {
    const sdk = built(name).has("@pulumi/pulumi");
    const providers = [...built(name)].flatMap((one) => /^@pulumi\/(?!pulumi)(.*)$/.exec(one)?.[1] ?? []).sort();
    const needs = providers.map((one) => `\`${one}\``).join(", ");
    return `${name}: ${needs === "" ? (sdk ? "the SDK alone" : "none") : needs}`;
  });
  expect(said).toEqual(found);
  // Every folder has a row; what are types alone is said below the table.
  const folders = entries().filter(({ name }) => /^berth(\/[a-z-]+)?$/.test(name));
  const types = ["berth/service-ref", "berth/transform"];
  expect(rows.length).toBe(folders.length - types.length + ["berth/policies/pack"].length);
});

const probeSchema = z.object({
  othersMs: z.number(),
  imports: z.array(
    z.object({
      name: z.string(),
      exports: z.array(z.string()),
      read: z.array(z.string()),
      changed: z.array(z.string()),
      ms: z.number(),
    }),
  ),
});

/** Imports names where nothing may be written and no process started, in a process that must end by itself. */
async function importAlone(node: string, names: readonly string[]) {
  const targets = entries().filter(({ name }) => names.includes(name));
  const others = [...new Set(targets.flatMap((entry) => specifiersOf(inPackage(entry.default))))].sort();
  const { version } = nodes.find((one) => one.node === node) ?? { version: "" };
  const permission = version.startsWith("22.") ? "--experimental-permission" : "--permission";
  const flags = [permission, "--allow-fs-read=*", "--disable-warning=ExperimentalWarning"];
  const args = [...flags, "--disable-warning=SecurityWarning", "probe.mjs", JSON.stringify({ others, names })];
  const said = await project.run(node, args, { PATH: process.env.PATH, HOME: project.folder });
  return { packages: [...new Set(others.map(packageName))], ...probeSchema.parse(JSON.parse(said)) };
}

// Every module of the package runs once in each of these processes, whichever name leads to it first.
test.each(nodes)("importing any name on Node $version gives exports and does nothing else", async ({ node }) => {
  const names = entries().map(({ name }) => name);
  const { imports } = await importAlone(node, names);
  expect(imports.map(({ name, read, changed }) => ({ name, read, changed }))).toEqual(
    names.map((name) => ({ name, read: [], changed: [] })),
  );
  const silent = imports.filter(({ exports }) => exports.length === 0).map(({ name }) => name);
  expect(silent).toEqual(["berth/service-ref", "berth/transform"]);
});

test("importing costs what the packages behind it cost", async () => {
  const [, newest] = nodes;
  const names = ["berth", "berth/network", "berth/workspace", "berth/workspace/plan", "berth/cost", "berth/policies"];
  const costs = new Map<string, { readonly own: number; readonly packages: readonly string[] }>();
  for (const name of names) {
    const { packages, othersMs, imports } = await importAlone(newest?.node ?? "", [name]);
    const own = Math.round(imports[0]?.ms ?? Number.NaN);
    process.stdout.write(`${name}: ${own} ms, after ${Math.round(othersMs)} ms of ${packages.join(", ")}\n`);
    costs.set(name, { own, packages });
  }
  // What is pure stays so: nobody waits for an SDK to learn a price.
  expect(costs.get("berth/cost")?.packages).toEqual(["zod"]);
  expect(costs.get("berth/workspace/plan")?.packages).toEqual(["zod"]);
});
