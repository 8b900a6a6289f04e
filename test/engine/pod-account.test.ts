import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { composeWorkspace } from "../../components/workspace/compose.ts";
import { podKubeconfig } from "../../provisioner/pod-kubeconfig.ts";
import { loadAccess } from "../../provisioner/runtimes/kubernetes/access.ts";
import { collectEvents, createTestEngine, newName, type TestEngine } from "../support/engine.ts";
import { layTestFoundation, type TestFoundation } from "../support/laid-foundation.ts";
import { usePlatform } from "../support/platform.ts";

let folder: string;
let foundation: TestFoundation;
let test: TestEngine;

// What the kubelet would put into a pod of the engine: its account's token and the cluster's authority, as files.
beforeAll(async () => {
  const { kubeconfig } = usePlatform();
  folder = await mkdtemp(join(tmpdir(), "berth-test-pod-account-"));
  foundation = await layTestFoundation(kubeconfig, folder);
  const { server, authority, token } = await loadAccess({ kubeconfig: foundation.engineKubeconfig });
  const account = join(folder, "account");
  await mkdir(account);
  await writeFile(join(account, "token"), (await token()) ?? "");
  await writeFile(join(account, "ca.crt"), authority ?? "");
  const { hostname, port } = new URL(server);
  const environment = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };
  test = await createTestEngine({
    kubeconfig: (await podKubeconfig(join(folder, "run"), environment, account)) ?? "",
    program: new URL("../../stacks/workspace.ts", import.meta.url),
  });
});
afterAll(async () => {
  await test?.dispose();
  await foundation?.dispose();
  await rm(folder, { recursive: true });
});

it("Pulumi's plugin deploys as the account of the pod, whose token it reads from its file", async () => {
  const stack = newName("ws");
  const spec = composeWorkspace({
    ...{ id: stack, owner: "alice", host: `${stack}.example.com`, blueprint: "home" },
    installation: foundation.installation,
    placement: { storageClassName: foundation.storageClass, priorityClassName: foundation.priorityClass },
  });
  const { events, onEvent } = collectEvents();
  await test.engine.deploy({ stack, spec, lease: newName("op"), deadline: 120_000, onEvent });
  expect(events.map(({ message }) => message)).toContain("created Deployment workspace-deployment");
  await test.engine.destroy({ stack, lease: newName("op"), deadline: 120_000 });
  expect(await test.stateFiles()).toEqual([]);
});
