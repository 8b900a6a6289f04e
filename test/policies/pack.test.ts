import { afterEach, describe, expect, test } from "vitest";
import { composeWorkspace } from "../../components/workspace/compose.ts";
import { usePlatform } from "../support/platform.ts";
import { type Edit, PlatformStack, type Settings } from "../support/platform-stack.ts";

// The pack as a person runs it: by the CLI and the real engine, over the entry and the configuration of the checkout.
let stack: PlatformStack | undefined;
afterEach(async () => {
  await stack?.dispose();
  stack = undefined;
});

async function judged(name: string, edit?: Edit, settings?: Settings): Promise<{ ended: number | null; said: string }> {
  stack ??= await PlatformStack.create(name, usePlatform().kubeconfig, configurations[name]?.());
  const { code, said } = await stack.judgedPreview(edit, settings);
  return { ended: code, said };
}

const workspace = "ws-mfrggzdfmztwq2lk";

/** Of the programs that need to know the run's cluster. */
const configurations: Readonly<Record<string, () => Settings>> = {
  local: () => ({
    installation: "local",
    cluster: { kubeconfig: usePlatform().kubeconfig },
    storage: { provisioner: "kubernetes.io/host-path", volumeBindingMode: "Immediate" },
  }),
  [workspace]: () => ({
    cluster: { kubeconfig: usePlatform().kubeconfig },
    workspace: composeWorkspace({ id: workspace, owner: "alice", blueprint: "desktop", host: "alice.example.com" }),
  }),
};

/** What was said of each broken rule, as `[level]  rule  (type: name)`, with its words. */
const verdicts = (said: string) => said.match(/\[(mandatory|advisory)\] {2}.*/g) ?? [];

describe.each(["dev", "prod", "local", workspace])("the program of %s", (name) => {
  test("keeps every rule, without an exception", async () => {
    const { ended, said } = await judged(name);
    expect({ ended, verdicts: verdicts(said) }).toEqual({ ended: 0, verdicts: [] });
    expect(said).toMatch(/✅ berth@v\d+\.\d+\.\d+ \(local: policies\)/);
  });
});

describe("a program that breaks a rule", () => {
  test("as a whole fails, and is told the rule, what is wrong and the fix", async () => {
    const { ended, said } = await judged("dev", (config) => {
      config.budget.monthlyUsd = 100;
    });
    expect(ended).not.toBe(0);
    expect(verdicts(said)).toEqual(["[mandatory]  stack-stay-under-budget  (pulumi:pulumi:Stack: berth-dev)"]);
    expect(said).toMatch(/The stack: This costs \$[\d,.]+ a month, \$[\d,.]+ above the budget of \$100\.00:/);
    expect(said).toContain("Make less or smaller, or raise the budget.");
  });

  const rule = "kubernetes-pod-pin-image";
  const resource = "workspace-deployment";
  const edit: Edit = (config) => {
    config.workspace.shape.image = "ghcr.io/example/desktop:latest";
  };
  const off = { "kubernetes-pod-trust-registry": "disabled" };
  const verdict = (level: string) => `[${level}]  ${rule}  (kubernetes:apps/v1:Deployment: ${resource})`;

  test("in one resource fails with its name, and passes where that is only advised", async () => {
    const refused = await judged(workspace, edit, off);
    expect(refused.ended).not.toBe(0);
    expect(verdicts(refused.said)).toEqual([verdict("mandatory")]);
    expect(refused.said).toContain(`${resource} (kubernetes:apps/v1:Deployment): `);

    const advised = await judged(workspace, edit, { ...off, [rule]: "advisory" });
    expect([advised.ended, verdicts(advised.said)]).toEqual([0, [verdict("advisory")]]);
  });

  test("passes where it is excepted, until a day", async () => {
    const exception = { resource: "workspace-*", reason: "a trial", until: "2999-12-31" };
    const excepted = await judged(workspace, edit, { ...off, [rule]: { exceptions: [exception] } });
    expect([excepted.ended, verdicts(excepted.said)]).toEqual([0, []]);

    const past = { ...exception, until: "2020-01-31" };
    const over = await judged(workspace, edit, { ...off, [rule]: { exceptions: [past] } });
    expect(over.ended).not.toBe(0);
    expect(over.said).toContain('The exception for "workspace-*" (a trial) ended on 2020-01-31.');
  });
});

test("a wrong setting is told before anything runs", async () => {
  const settings = { "stack-stay-under-budget": { budgetUsd: "100" } };
  const { ended, said } = await judged(workspace, undefined, settings);
  expect(ended).not.toBe(0);
  expect(said).toContain("stack-stay-under-budget");
  expect(said).toContain("budgetUsd");
});
