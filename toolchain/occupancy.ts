import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { SetupError } from "./errors.ts";
import { endProcess, identify, isAlive, processIdSchema } from "./processes.ts";
import type { Progress } from "./terminal.ts";

const recordSchema = z.object({ starter: processIdSchema, provisioner: processIdSchema.optional() });

/** Who runs Berth in a state folder, so that two never do and a killed one's provisioner is found. */
export interface Occupancy {
  /** Notes the provisioner's process, to be ended by the next start should this process be killed. */
  note(provisioner: number): void;
  leave(): void;
}

/** How long a provisioner gets to hand its work over. */
const endWithinMs = 45_000;

/**
 * Takes a state folder: ends the provisioner that a killed run left in it.
 *
 * @throws SetupError when Berth runs in it.
 */
export async function occupy(state: string, progress: Progress): Promise<Occupancy> {
  const file = join(state, "run", "berth.json");
  const found = read(file);
  if (found && isAlive(found.starter)) {
    throw new SetupError(
      `Berth runs already in ${state} (process ${found.starter.pid}). Stop it first, or set BERTH_STATE to another folder.`,
    );
  }
  const left = found?.provisioner;
  if (left && isAlive(left))
    await progress.step("End the provisioner that a killed run left", () => endProcess(left, endWithinMs));
  const starter = identify(process.pid);
  if (!starter) throw new Error("This process cannot find itself in the system's process table.");
  write(file, { starter });
  return {
    note: (pid) => write(file, { starter, provisioner: identify(pid) }),
    leave: () => rmSync(file, { force: true }),
  };
}

function read(file: string): z.infer<typeof recordSchema> | undefined {
  try {
    return recordSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}

function write(file: string, record: z.infer<typeof recordSchema>): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.new`, JSON.stringify(record), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
