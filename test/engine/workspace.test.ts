import { AppsV1Api, CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { composeWorkspace } from "../../components/workspace/compose.ts";
import { processesOfLease } from "../../provisioner/engine/processes.ts";
import { collectEvents, createTestEngine, newName, type TestEngine } from "../support/engine.ts";
import { environmentOf, partsOf } from "../support/engine-processes.ts";
import { usePlatform } from "../support/platform.ts";

const program = new URL("../../stacks/workspace.ts", import.meta.url);
const deadline = 120_000;

describe("The engine with the workspace's own program on a real API server", () => {
  let test: TestEngine;
  let core: CoreV1Api;
  let apps: AppsV1Api;
  beforeAll(async () => {
    const { kubeconfig } = usePlatform();
    const config = new KubeConfig();
    config.loadFromFile(kubeconfig);
    core = config.makeApiClient(CoreV1Api);
    apps = config.makeApiClient(AppsV1Api);
    test = await createTestEngine({ kubeconfig, program, idleWorkers: 2 });
  });
  afterAll(() => test?.dispose());

  const specOf = (stack: string, password = "not to be seen") =>
    composeWorkspace({
      id: stack,
      owner: "alice",
      host: `${stack}.example.com`,
      blueprint: "desktop",
      identity: { password },
    });
  const deploy = async (stack: string, spec = specOf(stack), more: object = {}) => {
    const { events, onEvent } = collectEvents();
    await test.engine.deploy({ stack, spec, lease: newName("op"), deadline, onEvent, ...more });
    return events.map((event) => event.message).sort();
  };
  const destroy = (stack: string, more: object = {}) =>
    test.engine.destroy({ stack, lease: newName("op"), deadline, ...more });
  /** Awaits are skipped: whoever wants to know when it is gone watches for that. */
  const expectGoing = async (stack: string) => {
    const { items } = await core.listNamespace({ fieldSelector: `metadata.name=${stack}` });
    expect(items.filter((namespace) => namespace.metadata?.deletionTimestamp === undefined)).toEqual([]);
  };

  it("makes the objects, leaves them alone, changes what changed, and takes all away", async () => {
    const stack = newName("ws");
    expect(await deploy(stack)).toContain("created Deployment workspace-deployment");
    const made = await apps.readNamespacedDeployment({ name: "workspace", namespace: stack });
    expect(made.metadata?.labels).toMatchObject({ "berth.dev/workspace": stack });

    expect(await deploy(stack)).toEqual([]);
    const untouched = await apps.readNamespacedDeployment({ name: "workspace", namespace: stack });
    expect(untouched.metadata?.resourceVersion).toBe(made.metadata?.resourceVersion);

    const spec = specOf(stack);
    const limits = { ...spec.shape.resources.limits, cpu: "3" };
    const smaller = { ...spec, shape: { ...spec.shape, resources: { ...spec.shape.resources, limits } } };
    expect(await deploy(stack, smaller)).toContain("updated Deployment workspace-deployment");
    const changed = await apps.readNamespacedDeployment({ name: "workspace", namespace: stack });
    expect(changed.spec?.template.spec?.containers[0]?.resources?.limits?.cpu).toBe("3");

    await destroy(stack);
    await expectGoing(stack);
    expect(await test.stateFiles()).toEqual([]);
  });

  it("gives the plugin neither the passphrase nor our environment, and survives its death", async () => {
    const stack = newName("ws");
    const lease = newName("op");
    const { onEvent, seen } = collectEvents();
    const died = test.engine
      .deploy({ stack, spec: specOf(stack), lease, deadline, onEvent })
      .catch((error: unknown) => error);
    await seen(/created kubernetes/, died);
    const { plugin } = partsOf(lease);
    expect(plugin).toHaveLength(1);
    for (const pid of plugin) {
      expect(environmentOf(pid)).toContain(`BERTH_LEASE=${lease}`);
      expect(environmentOf(pid)).not.toContain(test.options.passphrase);
      process.kill(pid, "SIGKILL");
    }
    expect(await died).toMatchObject({ name: "EngineError", kind: "crashed" });
    expect(processesOfLease(lease)).toEqual([]);
    await deploy(stack, specOf(stack), { repair: true });
    expect(await deploy(stack)).toEqual([]);
    await destroy(stack);
    await expectGoing(stack);
  });

  it.each(["worker", "cli"] as const)("adopts what was made when its %s is killed among the objects", async (part) => {
    const stack = newName("ws");
    const lease = newName("op");
    const { onEvent, seen } = collectEvents();
    const died = test.engine
      .deploy({ stack, spec: specOf(stack), lease, deadline, onEvent })
      .catch((error: unknown) => error);
    await seen(/created Namespace/, died);
    for (const pid of partsOf(lease)[part]) process.kill(pid, "SIGKILL");
    expect(await died).toMatchObject({ name: "EngineError", kind: "crashed" });
    expect(processesOfLease(lease)).toEqual([]);
    await deploy(stack, specOf(stack), { repair: true });
    expect(await deploy(stack)).toEqual([]);
    await destroy(stack);
    await expectGoing(stack);
    expect(await test.stateFiles()).toEqual([]);
  });

  it("finishes a destroy that was killed", async () => {
    const stack = newName("ws");
    await deploy(stack);
    const lease = newName("op");
    const { onEvent, seen } = collectEvents();
    const died = test.engine.destroy({ stack, lease, deadline, onEvent }).catch((error: unknown) => error);
    await seen(/deleted/, died);
    await test.engine.killLease(lease);
    expect(await died).toMatchObject({ name: "EngineError", kind: "crashed" });
    await destroy(stack, { repair: true });
    await expectGoing(stack);
    expect(await test.stateFiles()).toEqual([]);
  });

  it("makes again, by a repair, what was taken away behind its back", async () => {
    const stack = newName("ws");
    await deploy(stack);
    await core.deleteNamespace({ name: stack });
    await expect
      .poll(() => core.listNamespace({ fieldSelector: `metadata.name=${stack}` }).then(({ items }) => items.length), {
        timeout: 60_000,
      })
      .toBe(0);
    await deploy(stack, specOf(stack), { repair: true });
    const made = await apps.readNamespacedDeployment({ name: "workspace", namespace: stack });
    expect(made.metadata?.labels).toMatchObject({ "berth.dev/workspace": stack });
    await destroy(stack);
    await expectGoing(stack);
  });

  it("says in one line what the API server refuses, without the workspace's secrets", async () => {
    const stack = newName("ws");
    const spec = specOf(stack);
    const nonsense = { ...spec, placement: { ...spec.placement, nodeSelector: { "no label": "x" } } };
    const { events, onEvent } = collectEvents();
    const failure = await test.engine
      .deploy({ stack, spec: nonsense, lease: newName("op"), deadline, onEvent })
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({
      name: "EngineError",
      kind: "failed",
      message: expect.stringContaining("nodeSelector"),
    });
    expect(String(failure).split("\n")).toHaveLength(1);
    expect(JSON.stringify([events, String(failure)])).not.toContain("not to be seen");
    await destroy(stack);
    await expectGoing(stack);
  });

  it("provisions eight at once, and leaves no file of any", async () => {
    const stacks = Array.from({ length: 8 }, () => newName("ws"));
    await Promise.all(stacks.map((stack) => deploy(stack)));
    await Promise.all(stacks.map((stack) => destroy(stack)));
    await Promise.all(stacks.map(expectGoing));
    expect(test.engine.usage().running).toBe(0);
    expect(await test.stateFiles()).toEqual([]);
    expect(await test.workFolders()).toEqual([]);
  });
});
