import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { z } from "zod";
import { emptyProject, type Project } from "./project.ts";
import { type Registry, startRegistry } from "./registry.ts";

let registry: Registry;
const projects: Project[] = [];
beforeAll(async () => {
  registry = await startRegistry();
});
afterAll(async () => {
  await registry?.close();
  await Promise.all(projects.map((project) => project.dispose()));
});

const lockSchema = z.object({ packages: z.record(z.string(), z.object({ version: z.string().optional() })) });

/** What npm decides to install for who asks for these, with everything that they ask for. */
async function resolved(...wanted: readonly string[]): Promise<ReadonlyMap<string, string | undefined>> {
  const project = await emptyProject();
  projects.push(project);
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error", "--package-lock-only"];
  const places = [`--registry=${registry.url}`, `--cache=${project.folder}/.npm`];
  await project.run("npm", ["install", inject("archive"), ...wanted, ...places, ...quiet]);
  const lock = lockSchema.parse(JSON.parse(await readFile(join(project.folder, "package-lock.json"), "utf8")));
  const top = Object.entries(lock.packages).filter(([path]) => /^node_modules\/(@[^/]+\/)?[^/]+$/.test(path));
  return new Map(top.map(([path, { version }]) => [path.slice("node_modules/".length), version]));
}

const ofPulumi = (packages: ReadonlyMap<string, unknown>) =>
  [...packages.keys()].filter((name) => name.startsWith("@pulumi/")).sort();

test("who wants workspaces alone installs Kubernetes' package, and not AWS'", async () => {
  const packages = await resolved("@pulumi/kubernetes");
  expect(ofPulumi(packages)).toEqual(["@pulumi/kubernetes", "@pulumi/pulumi"]);
  expect([...packages.keys()]).toContain("zod");
});

test("who wants networks alone gets by without the package for images, of which AWS' own wants an older one", async () => {
  const packages = ofPulumi(await resolved("@pulumi/aws", "@pulumi/awsx"));
  expect(packages).toEqual(expect.arrayContaining(["@pulumi/aws", "@pulumi/awsx", "@pulumi/pulumi"]));
  expect(packages).not.toContain("@pulumi/eks");
});

test("all peers fit together", async () => {
  const providers = ["aws", "awsx", "cloudflare", "docker", "eks", "kubernetes"].map((name) => `@pulumi/${name}`);
  const packages = await resolved(...providers);
  expect(ofPulumi(packages)).toEqual(expect.arrayContaining([...providers, "@pulumi/pulumi"]));
});
