import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import {
  LocalWorkspace,
  PulumiCommand,
  type PulumiFn,
  type Stack,
  type UpOptions,
} from "@pulumi/pulumi/automation/index.js";
import { afterAll, beforeAll } from "vitest";
import { type CloudPackage, ensureCloudStandIns } from "../../toolchain/stand-ins/install.ts";
import { createTestPulumi, type TestPulumi } from "../support/pulumi.ts";
import { createCloud, type TestCloud } from "../support/stand-ins.ts";

/** How many resources an operation touched, by what it did; what stayed is left out. */
export type Changes = Readonly<Partial<Record<string, number>>>;

/** A stack of a test's own, on a cloud of its own. */
export interface CloudStack {
  readonly cloud: TestCloud;
  readonly stack: Stack;
  up(program: PulumiFn, options?: UpOptions): Promise<{ readonly changes: Changes; readonly outputs: Outputs }>;
  /** Runs an `up` that must fail; gives all that it said. */
  failingUp(program: PulumiFn): Promise<string>;
  preview(program: PulumiFn): Promise<{ readonly changes: Changes; readonly said: string }>;
  refresh(): Promise<Changes>;
  destroy(): Promise<Changes>;
}

type Outputs = Readonly<Record<string, unknown>>;

/** Makes stacks for the tests of a file, and clears them away after them. */
export function useCloud(packages: readonly CloudPackage[]): () => Promise<CloudStack> {
  let pulumi: TestPulumi | undefined;
  const clouds: TestCloud[] = [];
  beforeAll(async () => {
    pulumi = await createTestPulumi();
    ensureCloudStandIns(pulumi.installation.home, packages);
  });
  afterAll(async () => {
    await Promise.all(clouds.map((cloud) => cloud.dispose()));
    await pulumi?.dispose();
  });
  return async () => {
    if (!pulumi) throw new Error("Pulumi is there from beforeAll on.");
    const cloud = await createCloud();
    clouds.push(cloud);
    return new BenchStack(cloud, await createStack(pulumi, cloud));
  };
}

async function createStack(pulumi: TestPulumi, cloud: TestCloud): Promise<Stack> {
  const environment = Object.entries({ ...pulumi.environment, AWS_REGION: "eu-central-1", ...cloud.env });
  return LocalWorkspace.createStack(
    { stackName: `cloud-${cloud.folder.slice(-6).toLowerCase()}`, projectName: "cloud", program: async () => {} },
    {
      workDir: await mkdtemp(join(pulumi.work, "stack-")),
      pulumiHome: pulumi.installation.home,
      pulumiCommand: await PulumiCommand.get({ root: pulumi.installation.root, skipVersionCheck: true }),
      envVars: Object.fromEntries(environment.map(([name, value]) => [name, value ?? ""])),
    },
  );
}

class BenchStack implements CloudStack {
  readonly cloud: TestCloud;
  readonly stack: Stack;

  constructor(cloud: TestCloud, stack: Stack) {
    this.cloud = cloud;
    this.stack = stack;
  }

  async up(program: PulumiFn, options: UpOptions = {}) {
    const { summary, outputs } = await this.stack.up({ program, ...options });
    const values = Object.entries(outputs).map(([name, { value }]): [string, unknown] => [name, value]);
    return { changes: touched(summary.resourceChanges), outputs: Object.fromEntries(values) };
  }

  async failingUp(program: PulumiFn): Promise<string> {
    let said = "";
    const listen = (text: string): void => {
      said += text;
    };
    const outcome = await this.stack.up({ program, onOutput: listen, onError: listen }).then(
      () => "succeeded",
      () => "failed",
    );
    if (outcome !== "failed") throw new Error(`This was to fail, and did not:\n${said}`);
    return said;
  }

  async preview(program: PulumiFn) {
    const { changeSummary, stdout } = await this.stack.preview({ program, diff: true });
    return { changes: touched(changeSummary), said: stdout };
  }

  async refresh(): Promise<Changes> {
    return touched((await this.stack.refresh()).summary.resourceChanges);
  }

  async destroy(): Promise<Changes> {
    return touched((await this.stack.destroy()).summary.resourceChanges);
  }
}

function touched(changes: Readonly<Partial<Record<string, number>>> | undefined): Changes {
  return Object.fromEntries(Object.entries(changes ?? {}).filter(([kind]) => kind !== "same"));
}
