import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { checkout } from "../paths.ts";
import { pagesOf } from "./pages.ts";
import { readEntries } from "./read.ts";
import { renderPages } from "./render.ts";

/** Where the reference is kept. */
export const referenceFolder = join(checkout, "docs", "reference");

/** The reference's files as the docstrings have them, by name. */
export async function generateReference(): Promise<ReadonlyMap<string, string>> {
  const entries = await readEntries();
  return renderPages(await pagesOf(entries), entries);
}

/** Writes them, and removes pages of domains that are no more. */
export async function writeReference(files: ReadonlyMap<string, string>): Promise<void> {
  await mkdir(referenceFolder, { recursive: true });
  for (const name of readdirSync(referenceFolder)) if (!files.has(name)) rmSync(join(referenceFolder, name));
  for (const [name, text] of files) writeFileSync(join(referenceFolder, name), text);
}
