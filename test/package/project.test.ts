import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { checkout } from "../../toolchain/paths.ts";
import { ensureCloudStandIns } from "../../toolchain/stand-ins/install.ts";
import { createTestPulumi, type TestPulumi } from "../support/pulumi.ts";
import { createCloud, type TestCloud } from "../support/stand-ins.ts";
import { writeProgram } from "./program.ts";
import { installedProject, type Project, supportedNodes } from "./project.ts";

let project: Project;
let pulumi: TestPulumi;
let cloud: TestCloud;
const nodes = await supportedNodes();
const compile = (...args: readonly string[]) =>
  project.run(process.execPath, [join(checkout, "node_modules", "typescript", "bin", "tsc"), ...args]);

beforeAll(async () => {
  project = await installedProject(inject("archive"));
  pulumi = await createTestPulumi();
  ensureCloudStandIns(pulumi.installation.home);
  cloud = await createCloud();
  writeProgram(project);
  // Strict, and its answer is what the later tests run.
  await compile("-p", ".");
});
afterAll(async () => {
  await cloud?.dispose();
  await pulumi?.dispose();
  await project?.dispose();
});

test("a bundler's way to find modules finds the types, too", async () => {
  expect(await compile("-p", "tsconfig.bundler.json")).toBe("");
});

const ruleSays =
  "theirs (aws:eks/cluster:Cluster): the cluster's secrets are not encrypted with a key of yours. " +
  'Set encryptionConfig: { provider: { keyArn: key.arn }, resources: ["secrets"] }.\n' +
  "aws-eks-cluster-encrypt-secrets: mandatory\n";

describe.each(nodes)("on Node $version", ({ node, version }) => {
  /** The CLI of the checkout, with programs run by this Node: the official language host takes that of the PATH. */
  const cli = (folder: string, ...args: readonly string[]) =>
    project.run(pulumi.installation.command, [...args, "--cwd", join(project.folder, folder), "--non-interactive"], {
      ...pulumi.environment,
      ...cloud.env,
      AWS_REGION: "eu-central-1",
      BERTH_PROGRAM_NODE: node,
    });
  const stack = `node-${version.split(".")[0]}`;

  test("the program runs under mocks", async () => {
    const said = await project.run(node, ["out/mocks.js"]);
    expect(said.trim().split("\n").sort()).toEqual([
      "berth:cluster:Cluster k8s",
      "berth:cluster:PodIdentity k8s-vpc-cni-identity",
      "berth:tunnel:Tunnel edge",
      "berth:workspace:Workspace alice",
      "kubernetes:core/v1:Namespace alice-namespace",
      "kubernetes:core/v1:Namespace edge-namespace",
    ]);
  });

  test("the program previews through the engine", async () => {
    await cli(".", "stack", "init", stack);
    const { steps } = JSON.parse(await cli(".", "preview", "--stack", stack, "--json"));
    const made = steps.map(({ op, urn }: { op: string; urn: string }) => `${op} ${urn.split("::").slice(2).join(" ")}`);
    expect(made).toEqual(
      expect.arrayContaining([
        "create berth:cluster:Cluster k8s",
        "create berth:tunnel:Tunnel edge",
        "create berth:workspace:Workspace alice",
        "create berth:workspace:Workspace$kubernetes:apps/v1:Deployment alice-deployment",
      ]),
    );
    expect(made.filter((line: string) => !line.startsWith("create "))).toEqual([]);
  });

  test("a mistake is told by option, value and fix, without a stack", async () => {
    await cli("mistaken", "stack", "init", `${stack}-mistaken`);
    const said = await cli("mistaken", "preview", "--stack", `${stack}-mistaken`).then(
      () => "There was none.",
      (error: Error) => error.message,
    );
    expect(said).toContain(
      'spec.cidr: found "8.8.0.0/16". Use private addresses, out of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10: ' +
        "the internet's own would be out of reach.",
    );
    expect(said).not.toMatch(/^\s+at |unhandled/m);
  });

  test("a rule of the policy pack is had alone", async () => {
    expect(await project.run(node, ["out/rule.js"])).toBe(ruleSays);
  });
});
