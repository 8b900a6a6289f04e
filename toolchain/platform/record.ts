import { rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { readJson, writeJson } from "../json-file.ts";
import { processIdSchema } from "../processes.ts";
import { components, files } from "./components.ts";

const recordSchema = z.object({
  /** The versions of the programs, joined: a platform of other versions is not reused. */
  versions: z.string(),
  /** What its workspaces run on. Records of earlier versions say nothing: simulated nodes were all there was. */
  node: z.enum(["simulated", "real"]).default("simulated"),
  port: z.number().int(),
  throwaway: z.boolean(),
  processes: z.partialRecord(z.enum(components), processIdSchema),
  /** Who uses it: the last one to leave stops it. */
  users: z.array(processIdSchema),
});

/** What a state folder says about the platform that was started in it. */
export type PlatformRecord = z.infer<typeof recordSchema>;

/** Reads the record of a state folder; undefined when there is none that can be understood. */
export function readRecord(folder: string): PlatformRecord | undefined {
  return readJson(join(folder, files.record), recordSchema);
}

/** Writes the record, whole or not at all. */
export function writeRecord(folder: string, record: PlatformRecord): void {
  writeJson(join(folder, files.record), record);
}

/** Forgets the platform of that folder. */
export function removeRecord(folder: string): void {
  rmSync(join(folder, files.record), { force: true });
}
