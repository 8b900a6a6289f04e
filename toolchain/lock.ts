import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as delay } from "node:timers/promises";

/** How long to wait between two tries of a lock that another process holds. */
const retryMs = 100;

/**
 * Runs `work` while no other process (and no other caller in this one) holds the lock of that file.
 *
 * The lock is SQLite's: an advisory lock of the kernel, so it ends with its holder, however that dies, and can
 * never be left behind. The file stays; `<file>.holder` says who holds it, for messages only.
 *
 * @param onWait is told once, before waiting, the process id of the holder where known.
 */
export async function withLock<T>(
  file: string,
  work: () => Promise<T>,
  onWait: (holder: string | undefined) => void = () => {},
): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    for (let told = false; !tryLock(database); told = true) {
      if (!told) onWait(readHolder(file));
      await delay(retryMs);
    }
    writeFileSync(`${file}.holder`, String(process.pid));
    try {
      return await work();
    } finally {
      rmSync(`${file}.holder`, { force: true });
    }
  } finally {
    database.close();
  }
}

/** Takes the lock if nobody holds it. */
function tryLock(database: DatabaseSync): boolean {
  try {
    database.exec("BEGIN EXCLUSIVE");
    return true;
  } catch (error) {
    if (error instanceof Error && /database is locked/.test(error.message)) return false;
    throw error;
  }
}

function readHolder(file: string): string | undefined {
  try {
    return readFileSync(`${file}.holder`, "utf8") || undefined;
  } catch {
    return undefined;
  }
}
