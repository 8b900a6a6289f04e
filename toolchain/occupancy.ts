import { rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { SetupError } from "./errors.ts";
import { readJson, writeJson } from "./json-file.ts";
import { endProcess, identify, isAlive, type ProcessId, processIdSchema } from "./processes.ts";
import type { Progress } from "./terminal.ts";

const recordSchema = z.object({ starter: processIdSchema, programs: z.array(processIdSchema).default([]) });

/** Who runs Berth in a state folder, so that two never do and a killed one's programs are found. */
export interface Occupancy {
  /** Notes a program's process, to be ended by the next start should this process be killed. */
  note(program: number): void;
  leave(): void;
}

/** How long a program gets to hand its work over. */
const endWithinMs = 45_000;

/**
 * Takes a state folder: ends the programs that a killed run left in it.
 *
 * @throws SetupError when Berth runs in it.
 */
export async function occupy(state: string, progress: Progress): Promise<Occupancy> {
  const file = join(state, "run", "berth.json");
  const found = readJson(file, recordSchema);
  if (found && isAlive(found.starter)) {
    throw new SetupError(
      `Berth runs already in ${state} (process ${found.starter.pid}). Stop it first, or set BERTH_STATE to another folder.`,
    );
  }
  // The router first: it reads what the provisioner keeps.
  const left = (found?.programs ?? []).filter(isAlive).reverse();
  if (left.length > 0) {
    await progress.step("End what a killed run left", async () => {
      for (const program of left) await endProcess(program, endWithinMs);
    });
  }
  const starter = identify(process.pid);
  if (!starter) throw new Error("This process cannot find itself in the system's process table.");
  writeJson(file, { starter, programs: [] });
  const programs: ProcessId[] = [];
  return {
    note(pid) {
      const program = identify(pid);
      if (program !== undefined) programs.push(program);
      writeJson(file, { starter, programs });
    },
    leave: () => rmSync(file, { force: true }),
  };
}
