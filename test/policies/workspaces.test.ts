import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { composeWorkspace } from "../../components/workspace/compose.ts";
import { EngineError } from "../../provisioner/engine/engine.ts";
import { collectEvents, createTestEngine, newName, type TestEngine } from "../support/engine.ts";
import { usePlatform } from "../support/platform.ts";

const program = new URL("../../stacks/workspace.ts", import.meta.url);
const rule = "kubernetes-pod-pin-image";

let core: CoreV1Api;
beforeAll(() => {
  const config = new KubeConfig();
  config.loadFromFile(usePlatform().kubeconfig);
  core = config.makeApiClient(CoreV1Api);
});

const specOf = (stack: string, image?: string) => {
  const spec = composeWorkspace({ id: stack, owner: "alice", host: `${stack}.example.com`, blueprint: "desktop" });
  return image === undefined ? spec : { ...spec, shape: { ...spec.shape, image } };
};

const namespaces = async (name: string) =>
  (await core.listNamespace({ fieldSelector: `metadata.name=${name}` })).items.length;

/** Runs one operation, and gives how it ended and what was told. */
async function deploy({ engine }: TestEngine, spec: ReturnType<typeof specOf>) {
  const { events, onEvent } = collectEvents();
  const request = { stack: spec.id, spec, lease: newName("op"), deadline: 120_000, onEvent };
  const ended = await engine.deploy(request).then(
    ({ timings }) => ({ timings }),
    (error: unknown) => ({ error }),
  );
  return { ...ended, events };
}

const destroy = ({ engine }: TestEngine, stack: string) =>
  engine.destroy({ stack, lease: newName("op"), deadline: 120_000 });

describe("an engine with policies as they are", () => {
  let judging: TestEngine;
  beforeAll(async () => {
    judging = await createTestEngine({ kubeconfig: usePlatform().kubeconfig, program, policies: {} });
  });
  afterAll(() => judging?.dispose());

  test("makes a workspace as it is shipped, and says what judging took", async () => {
    const spec = specOf(newName("ws"));
    expect(await deploy(judging, spec)).toMatchObject({
      timings: { policies: expect.any(Number), up: expect.any(Number) },
    });
    expect(await namespaces(spec.id)).toBe(1);
    await destroy(judging, spec.id);
  });

  test("refuses one that breaks a rule, names rule, resource and fix, and changes nothing", async () => {
    const spec = specOf(newName("ws"), "example.com/desktop:latest");
    const ended = await deploy(judging, spec);
    const error = "error" in ended ? ended.error : undefined;
    if (!(error instanceof EngineError)) throw new Error(`It was to be refused, and ended with ${String(error)}.`);
    expect(error.kind).toBe("refused");
    expect(error.message).toMatch(/^The platform's policies do not allow this; nothing was changed\. /);
    expect(error.message).toContain(`${rule}: workspace-deployment (kubernetes:apps/v1:Deployment): `);
    expect(ended.events).toContainEqual({ level: "error", message: expect.stringMatching(`^${rule}: `) });
    expect(await namespaces(spec.id)).toBe(0);
    expect(await judging.stateFiles()).toEqual([]);
  });

  test("leaves a workspace that is there as it was when a change of it is refused", async () => {
    const spec = specOf(newName("ws"));
    await deploy(judging, spec);
    const state = async () => {
      const files = await judging.stateFiles();
      return await Promise.all(files.map((file) => readFile(join(judging.state, file), "utf8")));
    };
    const before = await state();
    expect(await deploy(judging, specOf(spec.id, "example.com/desktop:latest"))).toMatchObject({
      error: { kind: "refused" },
    });
    expect(await state()).toEqual(before);
    await destroy(judging, spec.id);
  });
});

test("what a rule only advises is told, and done", async () => {
  const policies = { all: "advisory" };
  const advised = await createTestEngine({ kubeconfig: usePlatform().kubeconfig, program, policies });
  try {
    const spec = specOf(newName("ws"), "example.com/desktop:latest");
    const ended = await deploy(advised, spec);
    expect(ended).toMatchObject({ timings: { policies: expect.any(Number) } });
    expect(ended.events).toContainEqual({ level: "warn", message: expect.stringMatching(`^${rule}: `) });
    expect(await namespaces(spec.id)).toBe(1);
    await destroy(advised, spec.id);
  } finally {
    await advised.dispose();
  }
});
