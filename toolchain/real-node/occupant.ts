import { rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { readJson, writeJson } from "../json-file.ts";
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
  return readJson(file(), recordSchema);
}

/** Writes it, whole or not at all. */
export function writeOccupant(occupant: Occupant): void {
  writeJson(file(), occupant);
}

export function removeOccupant(): void {
  rmSync(file(), { force: true });
}
