import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Browser } from "playwright-core";
import { type Berth, startBerth } from "../../toolchain/berth.ts";
import { createClient } from "../../toolchain/client.ts";
import { imageReferences } from "../../toolchain/images/build.ts";
import { link } from "../../toolchain/real-node/network.ts";
import type { RealNode } from "../../toolchain/real-node/node.ts";
import { mostPods, registriesFolder } from "../../toolchain/real-node/settings.ts";
import { openBrowser } from "../../toolchain/system/browser.ts";
import type { Terminal } from "../../toolchain/terminal.ts";
import type { Room } from "./fit.ts";
import { runContainer } from "./floor.ts";
import { measureIdle } from "./idle.ts";
import { packImage, startRegistry } from "./registry.ts";
import { type DesktopFigures, middleRound, type Round, type ScrollFigures } from "./report.ts";
import { measureScrolling } from "./scroll.ts";
import { type Opened, openDesktop } from "./through.ts";
import { openWindow, type Window } from "./window.ts";

export interface DesktopBenchOptions {
  /** A folder that is thrown away. */
  readonly folder: string;
  readonly rounds: number;
}

/** The registry that the desktop's image is pulled from here, which stands on this machine. */
const registryName = "registry.bench.local";

/** Measures desktops of a Berth of its own on the machine's real node, and the container alone on the same node. */
export async function runDesktopBench(
  { folder, rounds }: DesktopBenchOptions,
  terminal: Terminal,
): Promise<DesktopFigures> {
  const images = await imageReferences(["desktop", "ide", "home", "sandbox"]);
  const [, tag = ""] = /:([^:]+)$/.exec(images.desktop ?? "") ?? [];
  // By a name of its own, so that it can be taken away without taking it from others.
  const image = `${registryName}/desktop:${tag}`;
  const environment = {
    BERTH_IMAGES: Object.entries({ ...images, desktop: image })
      .map(([name, reference]) => `${name}=${reference}`)
      .join(),
  };
  const berth = await startBerth(
    { state: join(folder, "berth"), node: "real", throwaway: true, port: 0, routerPort: 0, environment },
    terminal,
  );
  const browser = await openBrowser();
  try {
    const { node } = berth.cluster;
    if (node === null) throw new Error("There is no real node to measure on.");
    const room = roomOf();
    const offer = await terminal.step("Pack the desktop's image as registries have it", () =>
      offerImage(node, images.desktop ?? "", join(folder, "image")),
    );
    const bench = { berth, node, browser, image, digest: offer.digest, folder };
    try {
      const firstFrames = await terminal.step(`See desktops come, ${rounds} rounds`, (note) =>
        seeDesktops(bench, rounds, { note, info: terminal.info }),
      );
      const scroll = await terminal.step("Scroll a page", () => scrollOne(bench));
      const idle = await terminal.step("Leave a desktop, an IDE and a home alone", (note) =>
        measureIdle({ berth, browser, note }),
      );
      return { ...firstFrames, scroll, idle, room };
    } finally {
      await forget(bench);
      await offer.close();
    }
  } finally {
    await browser.close();
    await terminal.step("Stop everything", () => berth.stop());
  }
}

interface Bench {
  readonly berth: Berth;
  readonly node: Pick<RealNode, "ctr">;
  readonly browser: Browser;
  readonly image: string;
  /** Of its manifest. */
  readonly digest: string;
  readonly folder: string;
}

/** Starts a registry that the node can pull the image from. */
async function offerImage(node: Pick<RealNode, "ctr" | "useRegistry">, image: string, folder: string) {
  await forgetEarlier(node);
  await mkdir(folder, { recursive: true });
  const archive = join(folder, "image.tar");
  await node.ctr("images", "export", archive, image);
  const digest = await packImage(archive, folder);
  const registry = await startRegistry(folder, digest, link.host);
  node.useRegistry(registryName, registry.url);
  return { digest, close: registry.close };
}

/** Rounds with the image there for each with one that is pulled: these are short, and vary more. */
const warmRounds = 2;

/** In turns, so that whatever else the machine does meets all alike. The first one warms up, and does not count. */
async function seeDesktops(
  bench: Bench,
  rounds: number,
  { note, info }: { readonly note: (what: string) => void; readonly info: (what: string) => void },
): Promise<Pick<DesktopFigures, "warm" | "cold">> {
  const see = async (pull: boolean): Promise<Round> => {
    const image = pull ? "image pulled" : "image there";
    note(`the container alone, ${image}`);
    const floor = await container(bench, pull);
    note(`Berth, ${image}`);
    const { seconds: berth, timings } = await desktop(bench, pull);
    info(`${image}: ${floor.toFixed(2)} s alone, ${berth.toFixed(2)} s by Berth`);
    return { floor, berth, engine: (timings.deploy ?? 0) / 1000, ready: (timings.ready ?? 0) / 1000 };
  };
  await see(true);
  const [warm, cold]: [Round[], Round[]] = [[], []];
  for (let round = 1; round <= rounds; round += 1) {
    for (let again = 1; again <= warmRounds; again += 1) warm.push(await see(false));
    cold.push(await see(true));
  }
  return { warm: middleRound(warm), cold: middleRound(cold) };
}

async function container(bench: Bench, pull: boolean): Promise<number> {
  const { node, browser, image, folder } = bench;
  if (pull) await forget(bench);
  const registries = pull ? registriesFolder(join(folder, "berth", "node")) : null;
  return inWindow(browser, (window) => runContainer({ node, image, registries, folder, window }));
}

/** Opens a desktop of somebody new, and takes it away again. */
async function desktop(
  bench: Bench,
  pull: boolean,
  use: (opened: Opened, window: Window) => Promise<void> = async () => undefined,
): Promise<Opened> {
  const { berth, browser } = bench;
  if (pull) await forget(bench);
  const client = createClient(berth.url, berth.token);
  const owner = `bench-${Date.now()}`;
  return inWindow(browser, async (window) => {
    try {
      const opened = await openDesktop(berth, owner, window);
      await use(opened, window);
      return opened;
    } finally {
      // What is given its name by its blueprint.
      const made = await client.find(owner, "desktop");
      if (made !== undefined) await client.remove(made.id, "delete", 120);
    }
  });
}

async function scrollOne(bench: Bench): Promise<ScrollFigures> {
  let figures: ScrollFigures | undefined;
  await desktop(bench, false, async ({ id }, window) => {
    figures = await measureScrolling({ berth: bench.berth, workspace: id, window });
  });
  if (figures === undefined) throw new Error("Nothing was scrolled.");
  return figures;
}

/** Milliseconds in which what the one before left to do is done: the engine's next worker gets ready, the browser closes. */
const rest = 5_000;

async function inWindow<T>(browser: Browser, use: (window: Window) => Promise<T>): Promise<T> {
  const window = await openWindow(browser);
  try {
    await delay(rest);
    return await use(window);
  } finally {
    await window.close();
  }
}

/** Takes the image off the node by all its names, which the kubelet gives it several of, with all that was unpacked of it. */
async function forget({ node, digest }: Pick<Bench, "node" | "digest">): Promise<void> {
  const names = (await node.ctr("images", "list", "--quiet", `target.digest==${digest}`)).split("\n").filter(Boolean);
  if (names.length > 0) await node.ctr("images", "remove", "--sync", ...names);
}

/** Takes away what a run left that was killed: the node's images outlive it. */
async function forgetEarlier(node: Pick<RealNode, "ctr">): Promise<void> {
  const names = (await node.ctr("images", "list", "--quiet", `name~="^${registryName}/"`)).split("\n").filter(Boolean);
  for (const name of names) await forget({ node, digest: name.split("@")[1] ?? "none" });
  const left = names.filter((name) => !name.includes("@"));
  if (left.length > 0) await node.ctr("images", "remove", "--sync", ...left).catch(() => undefined);
}

/** What is left for workspaces beside the platform, which runs here too. */
function roomOf(): Room {
  const available = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1];
  return { memoryMiB: Math.floor(Number(available) / 1024), cpus: availableParallelism(), pods: mostPods };
}
