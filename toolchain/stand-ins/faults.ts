import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** Something that goes wrong, or slowly, `times` times. */
export interface Fault {
  readonly operation: "create" | "update" | "delete" | "read";
  readonly type: string;
  /** The logical name. @default any */
  readonly name?: string | undefined;
  /** @default 1 */
  readonly times?: number | undefined;
  /** What the engine is told. Without it nothing fails: the call only takes longer. */
  readonly message?: string | undefined;
  /** How long the call takes, in milliseconds. @default 0 */
  readonly delayMs?: number | undefined;
  /**
   * `before`: nothing happens in the cloud. `after`: it happens, and the engine never learns of it, as when a connection
   * breaks. `partly`: it happens, and the engine is told what and that it is not finished (creates and updates only).
   * @default "before"
   */
  readonly when?: "before" | "after" | "partly" | undefined;
}

const faultsFile = "faults.json";

/** Takes the fault that is meant for a call, if there is one; no other call gets that turn of it. */
export async function takeFault(
  folder: string,
  call: { readonly operation: string; readonly type: string; readonly name: string },
): Promise<Fault | undefined> {
  const file = join(folder, faultsFile);
  if (!existsSync(file)) return undefined;
  const { withLock } = await import("../lock.ts");
  return withLock(join(folder, ".faults.lock"), async () => {
    const { parseFaults } = await import("./faults-schema.ts");
    const faults = parseFaults(readFileSync(file, "utf8"), file);
    const found = faults.find(
      ({ operation, type, name, times = 1 }) =>
        times > 0 && operation === call.operation && type === call.type && (name ?? call.name) === call.name,
    );
    if (!found) return undefined;
    const left = faults.map((fault) => (fault === found ? { ...fault, times: (fault.times ?? 1) - 1 } : fault));
    writeFileSync(file, JSON.stringify(left, null, 2));
    return found;
  });
}

/** Waits as long as a fault says; ends at once when the engine gives up. */
export async function waitFor(fault: Fault | undefined, signal: AbortSignal): Promise<void> {
  if (fault?.delayMs) await delay(fault.delayMs, undefined, { signal });
}
