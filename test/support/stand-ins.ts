import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Call, Cloud, type CloudResource } from "../../toolchain/stand-ins/cloud.ts";
import type { Fault } from "../../toolchain/stand-ins/faults.ts";
import type { Values } from "../../toolchain/stand-ins/values.ts";

/** A stand-in cloud of a test's own. */
export interface TestCloud {
  readonly folder: string;
  /** What a program needs in its environment to use it. */
  readonly env: Readonly<Record<string, string>>;
  /** What exists, without what came with something else. */
  resources(type?: string): CloudResource[];
  /** The one of a type, by its logical name where there are several. */
  resource(type: string, name?: string): CloudResource;
  /** Every call so far, in order. */
  calls(): Call[];
  /** Forgets the calls. */
  forgetCalls(): void;
  /** Makes coming calls fail, or take long. */
  fail(...faults: readonly Fault[]): void;
  /** Makes a resource behind the engine's back. */
  put(resource: CloudResource): void;
  /** Changes a resource behind the engine's back. */
  drift(type: string, id: string, state: Values): void;
  /** Removes a resource behind the engine's back. */
  lose(type: string, id: string): void;
  /** Removes the cloud; for `afterAll`. */
  dispose(): Promise<void>;
}

export async function createCloud(): Promise<TestCloud> {
  const folder = await mkdtemp(join(tmpdir(), "berth-test-cloud-"));
  const cloud = new Cloud(folder);
  const callsFile = join(folder, "calls.jsonl");
  const found = (type: string, id: string): CloudResource => {
    const resource = cloud.get(type, id);
    if (!resource) throw new Error(`There is no ${type} ${id} in the cloud.`);
    return resource;
  };
  const resources = (type?: string) => cloud.list(type).filter(({ ownedBy }) => ownedBy === undefined);
  return {
    folder,
    // No Kubernetes: not that of whoever runs the tests.
    env: { BERTH_STAND_IN_CLOUD: folder, BERTH_STAND_IN_KUBECONFIG: join(folder, "kubeconfig") },
    resources,
    resource(type, name) {
      const all = resources(type).filter(({ urn }) => name === undefined || urn.endsWith(`::${name}`));
      const [only] = all;
      if (!only || all.length > 1) throw new Error(`There are ${all.length} of ${type} ${name ?? ""} in the cloud.`);
      return only;
    },
    calls: () =>
      read(callsFile)
        .split("\n")
        .filter((line) => line !== "")
        .map((line): Call => JSON.parse(line)),
    forgetCalls: () => writeFileSync(callsFile, ""),
    fail: (...faults) => writeFileSync(join(folder, "faults.json"), JSON.stringify(faults)),
    put: (resource) => cloud.put(resource),
    drift(type, id, state) {
      const resource = found(type, id);
      cloud.put({ ...resource, state: { ...resource.state, ...state } });
    },
    lose(type, id) {
      found(type, id);
      cloud.remove(type, id);
    },
    dispose: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
