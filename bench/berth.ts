import type { Berth } from "../toolchain/berth.ts";
import { createClient } from "../toolchain/client.ts";
import type { EngineFigures } from "./naive.ts";
import { inParallel, summarize, timed } from "./statistics.ts";
import { measureTree } from "./tree.ts";
import { blueprint } from "./workspaces.ts";

export interface BerthBenchOptions {
  readonly berth: Berth;
  readonly users: number;
  readonly concurrency: number;
}

/** Seconds that a request is held until the workspace is Ready, or gone. */
const wait = 300;

/** Berth through its HTTP API: each request is held until its operation has an outcome. */
export async function runBerth({ berth, users, concurrency }: BerthBenchOptions): Promise<EngineFigures> {
  const client = createClient(berth.url, berth.token);
  const create = async (owner: string): Promise<string> => {
    const { workspace, operation } = await client.create({ owner, blueprint }, wait);
    if (operation?.outcome !== "succeeded") throw new Error(`${workspace.id}: ${operation?.outcome ?? "no operation"}`);
    return workspace.id;
  };
  const remove = async (id: string): Promise<void> => {
    const { operation } = await client.remove(id, "delete", wait);
    if (operation?.outcome !== "succeeded") throw new Error(`${id}: ${operation?.outcome ?? "no operation"}`);
  };
  const meter = measureTree(berth.pid);
  try {
    await remove(await create("bench-warm-up"));
    meter.begin();
    const ids: string[] = [];
    const owners = Array.from({ length: users }, (_, index) => `bench-${index}`);
    const { each, wall } = await timed(owners, concurrency, async (owner) => ids.push(await create(owner)));
    await inParallel(ids, concurrency, remove);
    const { cpu, peakRssMiB } = meter.end();
    return { ...summarize(each, wall), cpuSecondsPerWorkspace: Math.round((cpu / users) * 1000) / 1000, peakRssMiB };
  } finally {
    meter.close();
  }
}
