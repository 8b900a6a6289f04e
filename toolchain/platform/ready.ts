import { setTimeout as delay } from "node:timers/promises";
import { SetupError } from "../errors.ts";
import { ask, ensureObject, NoAnswer } from "./api.ts";
import { kwokAccess, simulatedNode } from "./components.ts";
import { type Access, adminAccess, type Listening } from "./credentials.ts";
import type { RunningComponent } from "./launch.ts";

/** How long the whole platform may take to get ready. */
const readyWithinMs = 120_000;

/** Polls until `probe` gives a value; fails at the deadline, or as soon as one of the programs has ended. */
export async function until<T>(
  what: string,
  running: readonly RunningComponent[],
  signal: AbortSignal,
  probe: () => Promise<T | undefined>,
): Promise<T> {
  const deadline = Date.now() + readyWithinMs;
  let last = "";
  for (;;) {
    if (signal.aborted) throw new SetupError("Interrupted while Kubernetes was starting.");
    for (const component of running) component.check();
    try {
      const value = await probe();
      if (value !== undefined) return value;
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      last = ` (${error.message})`;
    }
    if (Date.now() > deadline) {
      const logs = running.map((component) => component.logTail()).join("\n");
      throw new Error(`${what} was not there after ${readyWithinMs / 1000} s${last}.\n${logs}`);
    }
    await delay(25);
  }
}

/** What `probe` gives once it succeeds; its error when it does not in time, or the program's as soon as that has ended. */
export async function untilAnswering<T>(
  program: Pick<RunningComponent, "check">,
  probe: () => Promise<T>,
  milliseconds: number,
): Promise<T> {
  const deadline = performance.now() + milliseconds;
  for (;;) {
    program.check();
    try {
      return await probe();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await delay(50);
    }
  }
}

/** Waits until the API server says that it is ready; gives the way in for its administrator. */
export function untilServing(
  folder: string,
  listening: Listening,
  running: readonly RunningComponent[],
  signal: AbortSignal,
): Promise<Access> {
  return until("The API server", running, signal, async () => {
    let access: Access;
    try {
      access = adminAccess(folder, listening);
    } catch {
      return undefined; // It has not written its certificate yet.
    }
    return (await ask(access, "GET", "/readyz", undefined, 2000)).status === 200 ? access : undefined;
  });
}

/** Adds the simulated nodes, and the right to play their kubelets. */
export async function addNodes(access: Access, count: number): Promise<void> {
  const roles = "/apis/rbac.authorization.k8s.io/v1";
  await ensureObject(access, `${roles}/clusterroles`, kwokAccess.role);
  await ensureObject(access, `${roles}/clusterrolebindings`, kwokAccess.binding);
  for (let index = 1; index <= count; index += 1) {
    await ensureObject(access, "/api/v1/nodes", simulatedNode(`simulated-${index}`));
  }
}

/** Ready: every node says so, and the controllers have made the first service account. */
export async function untilReady(
  access: Access,
  nodes: number,
  running: readonly RunningComponent[],
  signal: AbortSignal,
): Promise<void> {
  await until("A ready node", running, signal, async () => {
    const { text } = await ask(access, "GET", "/api/v1/nodes");
    const ready = text.match(/"type":\s*"Ready",\s*"status":\s*"True"/g)?.length ?? 0;
    return ready >= nodes ? true : undefined;
  });
  await until("The controllers' first service account", running, signal, async () => {
    const { status } = await ask(access, "GET", "/api/v1/namespaces/default/serviceaccounts/default");
    return status === 200 ? true : undefined;
  });
}
