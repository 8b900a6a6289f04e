import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { readFile, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { LocalWorkspace, PulumiCommand, type UpResult } from "@pulumi/pulumi/automation/index.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { foundationNames, placementOn } from "../../components/platform/names.ts";
import { composeWorkspace, type WorkspaceOrder } from "../../components/workspace/compose.ts";
import { flattenPlan, planWorkspace } from "../../components/workspace/plan.ts";
import { type WorkspaceProgramOptions, workspaceProgram } from "../../stacks/workspace.ts";
import { at, pathOf, volumesOf } from "../support/cluster.ts";
import { createFoundation, foundationFor, newTag, type TestFoundation } from "../support/foundation.ts";
import { usePlatform } from "../support/platform.ts";
import { createTestPulumi, type TestPulumi } from "../support/pulumi.ts";

const tag = newTag();
const spec = foundationFor(tag);
const names = foundationNames(spec);
const id = `ws-stack-${tag}`;
const order: WorkspaceOrder = {
  ...{ id, owner: "alice@example.com", blueprint: "desktop", host: "alice.example.com" },
  installation: spec.installation,
  placement: placementOn(spec),
  identity: { token: "hush-hush-hush" },
};
const plan = planWorkspace(composeWorkspace(order));

let foundation: TestFoundation;
let pulumi: TestPulumi;
/** Of the engine's own identity. */
let kubeconfig: string;

beforeAll(async () => {
  pulumi = await createTestPulumi();
  foundation = await createFoundation(spec);
  kubeconfig = join(pulumi.folder, "engine.kubeconfig");
  await writeFile(kubeconfig, foundation.engineKubeconfig, { mode: 0o600 });
});

afterAll(async () => {
  await foundation?.dispose([id]);
  await pulumi.dispose();
});

async function stackOf(changes: Partial<WorkspaceOrder> = {}, options: WorkspaceProgramOptions = {}) {
  const wanted = composeWorkspace({ ...order, ...changes });
  const environment = Object.entries({ ...pulumi.environment, KUBECONFIG: kubeconfig });
  return LocalWorkspace.createOrSelectStack(
    {
      stackName: id,
      projectName: "berth",
      program: async () => workspaceProgram(wanted, { skipAwait: false, ...options }),
    },
    {
      pulumiCommand: await PulumiCommand.get({ root: pulumi.installation.root, skipVersionCheck: true }),
      envVars: Object.fromEntries(environment.flatMap(([key, value]) => (value === undefined ? [] : [[key, value]]))),
    },
  );
}

async function up(changes: Partial<WorkspaceOrder> = {}, options: WorkspaceProgramOptions = {}): Promise<UpResult> {
  return (await stackOf(changes, options)).up({ suppressProgress: true });
}

const read = async (manifest: Parameters<typeof pathOf>[0]) =>
  (await foundation.admin.call("GET", pathOf(manifest))).body;
const changesOf = ({ summary }: UpResult) => summary.resourceChanges;

const grown = { volumeSize: "30Gi", memoryLimit: "9Gi" };

// The tests of this block follow a workspace's life: each begins where the one before ended.
describe("a workspace's stack, run as the engine", () => {
  test("ends when the workspace is ready, with its outputs", async () => {
    const result = await up();
    expect(changesOf(result)).toEqual({ create: 15 });
    expect(Object.fromEntries(Object.entries(result.outputs).map(([name, { value }]) => [name, value]))).toEqual({
      url: "https://alice.example.com",
      namespace: id,
      address: `workspace.${id}.svc`,
    });
    expect(at(await read(plan.deployment), "status", "readyReplicas")).toBe(1);
  });

  test("changes nothing when nothing changed", async () => {
    expect(changesOf(await up())).toEqual({ same: 15 });
  });

  test("holds the workspace's identity in encrypted form only", async () => {
    const state = await readFile(join(pulumi.folder, "state", ".pulumi", "stacks", "berth", `${id}.json`), "utf8");
    expect(state).toContain(id);
    expect(state).not.toContain("hush-hush-hush");
    expect(state).not.toContain(Buffer.from("hush-hush-hush").toString("base64"));
  });

  test("neither wakes a sleeping workspace nor replaces its claim when its template changes", async () => {
    await foundation.engine.call("PATCH", `${pathOf(plan.deployment)}/scale`, { spec: { replicas: 0 } });
    const before = await read(plan.home);
    const result = await up({
      parameters: grown,
      placement: { ...placementOn(spec), storageClassName: "another" },
      existingVolume: "another",
      host: "other.example.com",
    });
    expect(Object.keys(changesOf(result) ?? {}).sort()).toEqual(["same", "update"]);
    expect(at(await read(plan.deployment), "spec", "replicas")).toBe(0);
    const after = await read(plan.home);
    expect(at(after, "metadata", "uid")).toBe(at(before, "metadata", "uid"));
    expect(at(after, "spec", "storageClassName")).toBe(names.storageClass);
    expect(at(after, "spec", "volumeName")).toBe(at(before, "spec", "volumeName"));
    expect(at(after, "spec", "resources", "requests", "storage")).toBe("30Gi");
  });

  test("fails rather than shrink or replace a claim", async () => {
    const uid = at(await read(plan.home), "metadata", "uid");
    await expect(up()).rejects.toThrow(/can not be less than status\.capacity/);
    expect(at(await read(plan.home), "metadata", "uid")).toBe(uid);
  });

  test("takes over what a run left that never wrote its state", async () => {
    const uid = at(await read(plan.namespace), "metadata", "uid");
    const stack = await stackOf();
    await stack.workspace.removeStack(id, { force: true });
    expect(changesOf(await up({ parameters: grown }))).toEqual({ create: 15 });
    expect(at(await read(plan.namespace), "metadata", "uid")).toBe(uid);
    expect(changesOf(await up({ parameters: grown }))).toEqual({ same: 15 });
  });

  test("takes everything along when it is destroyed, but the volume", async () => {
    const volumes = await volumesOf(foundation.admin, id);
    expect(volumes).toHaveLength(1);
    await (await stackOf()).destroy({ suppressProgress: true });
    for (const manifest of flattenPlan(plan)) {
      expect([manifest.kind, (await foundation.admin.call("GET", pathOf(manifest))).status]).toEqual([
        manifest.kind,
        404,
      ]);
    }
    expect(await volumesOf(foundation.admin, id)).toEqual(volumes);
  });
});

describe("the entry of the command line's stacks", () => {
  const checkout = resolve(import.meta.dirname, "..", "..");
  const run = promisify(execFile);
  const cli = (...args: string[]) =>
    run(pulumi.installation.command, [...args, "--non-interactive"], {
      cwd: pulumi.work,
      env: pulumi.environment,
    }).then(
      ({ stdout }) => ({ failed: false, stdout }),
      ({ stdout, stderr }: { stdout: string; stderr: string }) => ({ failed: true, stdout: `${stdout}${stderr}` }),
    );
  const configure = (stack: string, config: object) =>
    writeFile(join(pulumi.work, `Pulumi.${stack}.yaml`), stringify({ config }));

  beforeAll(async () => {
    // The checkout's own settings files stay as they are.
    for (const part of ["components", "policies", "stacks", "node_modules", "package.json"]) {
      await symlink(join(checkout, part), join(pulumi.work, part));
    }
    await writeFile(join(pulumi.work, "Pulumi.yaml"), readFileSync(join(checkout, "Pulumi.yaml")));
  });

  test("shows what the local stack would make", async () => {
    await configure("local", {
      "berth:installation": spec.installation,
      "berth:cluster": { kubeconfig: usePlatform().kubeconfig },
      "berth:storage": { provisioner: "kubernetes.io/host-path", volumeBindingMode: "Immediate" },
    });
    await cli("stack", "init", "local");
    const { failed, stdout } = await cli("preview", "--stack", "local");
    expect({ failed, stdout }).toEqual({ failed: false, stdout: expect.stringContaining("+ 25 to create") });
  });

  test("tells every mistake of a configuration at once, without a stack", async () => {
    await configure("local", { "berth:instalation": "local", "berth:storage": { provisioner: 5 } });
    const { failed, stdout } = await cli("preview", "--stack", "local");
    expect(failed).toBe(true);
    expect(stdout).toContain("berth:installation: missing.");
    expect(stdout).toContain("berth:storage.provisioner: found 5.");
    expect(stdout).toContain('berth:instalation: found "local". There is no such option');
    expect(stdout).not.toMatch(/\.ts:\d+/);
  });

  test("takes a stack of another name for a platform's, and tells what that lacks", async () => {
    await cli("stack", "init", "elsewhere");
    const { failed, stdout } = await cli("preview", "--stack", "elsewhere");
    expect(failed).toBe(true);
    expect(stdout).toContain("berth:network.cidr: missing. Write a text.");
    expect(stdout).not.toMatch(/\.ts:\d+/);
  });

  test("previews a single workspace from its spec", async () => {
    await configure(id, {
      "berth:cluster": { kubeconfig: usePlatform().kubeconfig },
      "berth:workspace": composeWorkspace(order),
    });
    await cli("stack", "init", id);
    const { failed, stdout } = await cli("preview", "--stack", id);
    expect({ failed, stdout }).toEqual({ failed: false, stdout: expect.stringContaining("+ 15 to create") });
  });
});
