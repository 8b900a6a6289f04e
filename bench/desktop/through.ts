import type { Operation } from "../../provisioner/contract/workspace.ts";
import type { Berth } from "../../toolchain/berth.ts";
import { createClient } from "../../toolchain/client.ts";
import type { Window } from "./window.ts";

/** What a desktop is given here: a small machine has not the two CPUs that are set aside for it by default. */
export const desktopParameters = { cpuRequest: "100m", memoryRequest: "512Mi" };

/** A desktop that somebody asked for, and sees. */
export interface Opened {
  readonly id: string;
  /** From the request to the first frame in the browser. */
  readonly seconds: number;
  /** Milliseconds of the operation by its parts. */
  readonly timings: Operation["timings"];
}

/**
 * Asks for a desktop as a product's backend does, and opens it at once: the router's page waits until the desktop is
 * there.
 */
export async function openDesktop(berth: Pick<Berth, "url" | "token">, owner: string, window: Window): Promise<Opened> {
  const client = createClient(berth.url, berth.token);
  const began = performance.now();
  const { workspace, operation } = await client.create({ owner, blueprint: "desktop", parameters: desktopParameters });
  const { url } = await client.access(workspace.id);
  await window.open(url);
  const seconds = ((await window.firstFrame) - began) / 1000;
  const { timings } = await client.operation(operation?.id ?? "");
  return { id: workspace.id, seconds, timings };
}
