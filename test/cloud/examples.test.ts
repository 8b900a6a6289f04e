import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkout } from "../../toolchain/paths.ts";
import { ensureCloudStandIns } from "../../toolchain/stand-ins/install.ts";
import { at, type Caller, connect, volumesOf } from "../support/cluster.ts";
import { newTag } from "../support/foundation.ts";
import { linkPackage } from "../support/package.ts";
import { usePlatform } from "../support/platform.ts";
import { createTestPulumi, type TestPulumi } from "../support/pulumi.ts";
import { createCloud, type TestCloud } from "../support/stand-ins.ts";

let pulumi: TestPulumi;
let cloud: TestCloud;

beforeAll(async () => {
  pulumi = await createTestPulumi();
  ensureCloudStandIns(pulumi.installation.home);
  cloud = await createCloud();
});
afterAll(async () => {
  await cloud?.dispose();
  await pulumi?.dispose();
});

/** A copy of an example, installed, and what runs the commands of its README there. */
async function installed(example: string, values: Readonly<Record<string, string>> = {}) {
  const folder = join(pulumi.work, example);
  await cp(join(checkout, "examples", example), folder, { recursive: true });
  await linkPackage(folder);
  const readme = readFileSync(join(folder, "README.md"), "utf8");
  return async (part: string): Promise<string> => {
    const shown = new RegExp(`<!-- ${part}:start -->\\s*\`\`\`sh\\n([\\s\\S]*?)\`\`\``).exec(readme)?.[1];
    if (shown === undefined) throw new Error(`the README of ${example} shows no ${part}`);
    const commands = Object.entries(values).reduce((text, [from, to]) => {
      if (part === "commands" && !text.includes(from)) throw new Error(`the README of ${example} says no ${from}`);
      return text.replaceAll(from, to);
    }, shown);
    const run = promisify(execFile)("bash", ["-euc", commands], {
      cwd: folder,
      env: { ...pulumi.environment, ...cloud.env, PULUMI_COLOR: "never" },
    });
    const { stdout } = await run.catch((error: Error & { stdout?: string; stderr?: string }) => {
      throw new Error(`${error.message}\n${error.stdout ?? ""}\n${error.stderr ?? ""}`);
    });
    return stdout;
  };
}

describe("examples/import-a-component", () => {
  test("previews a program of one's own with components in it, as its README shows", async () => {
    const run = await installed("import-a-component");
    const preview = await run("commands");
    for (const type of [
      "berth:network:Network",
      "berth:database:Database",
      "aws:ec2:SecurityGroup",
      "aws:rds:Instance",
    ]) {
      expect(preview).toContain(type);
    }
    expect(preview).toMatch(/Outputs:\n +appSecurityGroup/);
    expect(preview).toMatch(/\+ \d+ to create/);
    expect(cloud.resources()).toEqual([]);
  });
});

describe("examples/bring-your-own-cluster", () => {
  const tag = `t${newTag()}`;
  const namespace = `ws-${tag}-alice`;
  let admin: Caller;
  let run: (part: string) => Promise<string>;

  beforeAll(async () => {
    const { kubeconfig } = usePlatform();
    admin = await connect(kubeconfig);
    run = await installed("bring-your-own-cluster", {
      "~/.kube/config": kubeconfig,
      "installation demo": `installation ${tag}\npulumi config set volumeBindingMode Immediate`,
      "rancher.io/local-path": "kubernetes.io/host-path",
    });
  });

  test("ends with a workspace that its Service leads to, as its README shows", async () => {
    const said = await run("commands");
    expect(said).toContain("https://alice.workspace.example.com");
    expect(said).toContain(`workspace.${namespace}.svc`);
    const { body } = await admin.call(
      "GET",
      `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices?labelSelector=kubernetes.io/service-name=workspace`,
    );
    expect(at(body, "items", 0, "endpoints", 0, "conditions", "ready")).toBe(true);
    expect(at(body, "items", 0, "ports")).toContainEqual(expect.objectContaining({ port: 3000 }));
  });

  test("takes everything away again but the volume", async () => {
    const volumes = await volumesOf(admin, namespace);
    expect(volumes).toHaveLength(1);
    expect(await run("down")).toMatch(/- \d+ deleted/);
    for (const path of [
      `/api/v1/namespaces/${namespace}`,
      `/api/v1/namespaces/${tag}-system`,
      `/apis/storage.k8s.io/v1/storageclasses/${tag}-workspace`,
      `/apis/rbac.authorization.k8s.io/v1/clusterroles/${tag}-engine`,
    ]) {
      expect((await admin.call("GET", path)).status, path).toBe(404);
    }
    for (const volume of volumes) {
      expect((await admin.call("DELETE", `/api/v1/persistentvolumes/${volume}`)).status).toBe(200);
    }
  });
});
