import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { cacheFolder } from "../paths.ts";
import { processIdSchema } from "../processes.ts";

const recordSchema = z.object({
  /** Who started the node. */
  starter: processIdSchema,
  /** The first process inside; everything of the node ends with it. */
  init: processIdSchema.optional(),
  /** Whether the host forwarded packets before. */
  forwarding: z.string(),
});

/** The real node of this machine: there is one at a time, as it takes addresses of the host. */
export type Occupant = z.infer<typeof recordSchema>;

const file = (): string => join(cacheFolder(), "real-node", "occupant.json");

/** The lock under which an occupant comes and goes. */
export const occupantLock = (): string => join(cacheFolder(), "real-node", "lock");

/** Reads who occupies the machine; undefined when nobody does, or nothing that can be understood is there. */
export function readOccupant(): Occupant | undefined {
  try {
    return recordSchema.parse(JSON.parse(readFileSync(file(), "utf8")));
  } catch {
    return undefined;
  }
}

/** Writes it, whole or not at all. */
export function writeOccupant(occupant: Occupant): void {
  mkdirSync(dirname(file()), { recursive: true });
  writeFileSync(`${file()}.new`, JSON.stringify(occupant), { mode: 0o600 });
  renameSync(`${file()}.new`, file());
}

export function removeOccupant(): void {
  rmSync(file(), { force: true });
}
