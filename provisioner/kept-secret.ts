import { randomBytes } from "node:crypto";
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** A secret of 256 random bits that is made once and kept in a file which only its owner can read. */
export async function keptSecret(file: string): Promise<string> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  // Whole or not at all: a start that dies in between must not leave an empty one, which would count as made.
  const fresh = `${file}.${randomBytes(6).toString("hex")}`;
  try {
    await writeFile(fresh, randomBytes(32).toString("base64url"), { mode: 0o600, flag: "wx", flush: true });
    if ((await readFile(file, "utf8").catch(() => "empty")).trim() === "") await rm(file, { force: true });
    await link(fresh, file);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  } finally {
    await rm(fresh, { force: true });
  }
  return (await readFile(file, "utf8")).trim();
}
