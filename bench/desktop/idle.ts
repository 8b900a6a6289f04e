import { setTimeout as delay } from "node:timers/promises";
import type { Browser } from "playwright-core";
import type { Berth } from "../../toolchain/berth.ts";
import { createClient } from "../../toolchain/client.ts";
import type { Idle } from "./fit.ts";
import { type Pod, podOf } from "./pod.ts";
import type { IdleFigures, IdleKind } from "./report.ts";
import { desktopParameters } from "./through.ts";
import { openWindow } from "./window.ts";

export interface IdleOptions {
  readonly berth: Berth;
  readonly browser: Browser;
  readonly note: (what: string) => void;
}

/** Seconds until what a start or a browser set going has come to rest, and those that are measured. */
const [settleSeconds, measuredSeconds] = [20, 30];

/** What workspaces use that nobody touches: first with no browser there, then with one that shows each. */
export async function measureIdle({
  berth,
  browser,
  note,
}: IdleOptions): Promise<Readonly<Record<IdleKind, IdleFigures>>> {
  const { node } = berth.cluster;
  if (node === null) throw new Error("There is no real node to measure on.");
  const client = createClient(berth.url, berth.token);
  const ids: string[] = [];
  const windows: { close(): Promise<void> }[] = [];
  const make = async (blueprint: IdleKind): Promise<string> => {
    const parameters = blueprint === "desktop" ? desktopParameters : {};
    const { workspace } = await client.create({ owner: `bench-idle-${blueprint}`, blueprint, parameters }, 120);
    ids.push(workspace.id);
    return workspace.id;
  };
  try {
    const made = { desktop: await make("desktop"), ide: await make("ide"), home: await make("home") };
    const pods = {
      desktop: await podOf(node, made.desktop),
      ide: await podOf(node, made.ide),
      home: await podOf(node, made.home),
    };
    note("without a browser");
    const alone = await restOf(pods);
    for (const id of ids) {
      const window = await openWindow(browser);
      windows.push(window);
      await window.open((await client.access(id)).url);
    }
    note("with a browser");
    const shown = await restOf(pods);
    const figures = (kind: IdleKind): IdleFigures => ({ alone: alone[kind], shown: shown[kind] });
    return { desktop: figures("desktop"), ide: figures("ide"), home: figures("home") };
  } finally {
    for (const window of windows) await window.close();
    for (const id of ids) await client.remove(id, "delete", 120);
  }
}

async function restOf(pods: Readonly<Record<IdleKind, Pod>>): Promise<Readonly<Record<IdleKind, Idle>>> {
  await delay(settleSeconds * 1000);
  const began = performance.now();
  const begin = ({ cpu }: Pod) => ({ cpu: cpu() });
  const before = { desktop: begin(pods.desktop), ide: begin(pods.ide), home: begin(pods.home) };
  await delay(measuredSeconds * 1000);
  const seconds = (performance.now() - began) / 1000;
  const used = (kind: IdleKind): Idle => ({
    memoryMiB: pods[kind].memory() / 2 ** 20,
    cpuShare: (pods[kind].cpu() - before[kind].cpu) / seconds,
  });
  return { desktop: used("desktop"), ide: used("ide"), home: used("home") };
}
