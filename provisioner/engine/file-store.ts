import { cp, mkdir, open, readdir, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { StackStore } from "./stack-store.ts";

/** The folder of a `file://` backend. */
function backendFolder(url: string): string {
  return fileURLToPath(url.split("?")[0] ?? url);
}

/**
 * The backend without the sidecar files (`….attrs`) that Pulumi's storage library writes beside each file and nobody
 * reads: they double the writes, are not written atomically, and half a one makes its stack unreadable.
 */
export function withoutSidecars(url: string): string {
  if (!url.startsWith("file://") || /[?&]metadata=/.test(url)) return url;
  return `${url}${url.includes("?") ? "&" : "?"}metadata=skip`;
}

/**
 * Has whoever works on a stack of one backend go on with that of another, and takes the lock along: to be called when
 * nothing is read or written.
 */
export async function leadStacks(from: string, to: string): Promise<void> {
  const folderOf = (backend: string, name: string) => join(backendFolder(backend), ".pulumi", name);
  await cp(folderOf(from, "locks"), folderOf(to, "locks"), { recursive: true });
  for (const name of ["locks", "stacks"]) {
    await rm(folderOf(from, name), { recursive: true });
    await symlink(folderOf(to, name), folderOf(from, name));
  }
}

async function readOrNothing(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** Readers see the old file or the whole new one, and a power cut leaves one of them if it is `lasting`. */
async function writeAtomically(file: string, text: string, lasting = true): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  const handle = await open(temporary, "w", 0o600);
  try {
    await handle.writeFile(text);
    if (lasting) await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
}

interface Checkpoint {
  version: number;
  checkpoint: { latest?: { pending_operations?: unknown } };
}

/** A checkpoint of the version that Pulumi 3 writes, or nothing for half a file. */
function parseCheckpoint(text: string): Checkpoint | undefined {
  try {
    const parsed: Checkpoint | null = JSON.parse(text);
    return parsed?.version === 3 && typeof parsed.checkpoint === "object" ? parsed : undefined;
  } catch {
    return undefined;
  }
}

interface FileStack {
  readonly backend: string;
  readonly project: string;
  readonly stack: string;
  /** See `passphraseState`. */
  readonly encryption: string;
}

/**
 * Stacks of Pulumi's `file://` backend, in the project-scoped layout that it has had since 3.61:
 * `.pulumi/{stacks,history,backups}/<project>/<stack>…`, `.pulumi/locks/organization/<project>/<stack>/`.
 * Doing this by ourselves spares a CLI process (0.4 CPU-seconds) for each new stack.
 */
export function fileStore({ backend, project, stack, encryption }: FileStack): StackStore {
  const root = join(backendFolder(backend), ".pulumi");
  const file = join(root, "stacks", project, `${stack}.json`);
  const history = join(root, "history", project, stack);
  const locks = join(root, "locks", "organization", project, stack);
  const backups = join(root, "backups", project, stack);
  const exists = async () => (await stat(file).catch(() => undefined)) !== undefined;
  const emptyCheckpoint = () =>
    JSON.stringify({
      version: 3,
      checkpoint: {
        stack: `organization/${project}/${stack}`,
        latest: {
          manifest: { time: new Date(0).toISOString(), magic: "", version: "" },
          secrets_providers: { type: "passphrase", state: { salt: encryption } },
          metadata: {},
        },
      },
    });

  /** Pulumi writes files whole, by renaming; a half one comes from a disk that was full or lost power. */
  const mendCheckpoint = async () => {
    const text = await readOrNothing(file);
    if (text === undefined) return;
    let current = parseCheckpoint(text);
    let changed = false;
    if (current === undefined) {
      // The copy before the last write lacks at most one step, and what that made is adopted by name.
      const previous = await readOrNothing(`${file}.bak`);
      current = previous === undefined ? undefined : parseCheckpoint(previous);
      changed = true;
    }
    if (current === undefined) return await writeAtomically(file, emptyCheckpoint());
    if (current.checkpoint.latest?.pending_operations !== undefined) {
      delete current.checkpoint.latest.pending_operations;
      changed = true;
    }
    if (changed) await writeAtomically(file, JSON.stringify(current));
  };

  /** Everything beside the checkpoint itself: its sidecar, its copy, files that a killed run had not yet renamed. */
  const filesOfStack = async () => {
    const names = await readdir(dirname(file)).catch(() => []);
    return names.filter((name) => name.startsWith(`${stack}.json`)).map((name) => join(dirname(file), name));
  };

  return {
    exists,
    async ensure() {
      if (await exists()) return;
      await mkdir(dirname(file), { recursive: true });
      // A backend without it would be taken for one of the old layout.
      const meta = join(root, "meta.yaml");
      if ((await readOrNothing(meta)) === undefined) {
        await writeFile(meta, "version: 1\n", { flag: "wx" }).catch((error: unknown) => {
          if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
        });
      }
      // Half of it is mended like none; waiting for a busy disk takes up to a tenth of a second.
      await writeAtomically(file, emptyCheckpoint(), false);
    },
    async repair() {
      await rm(locks, { recursive: true, force: true });
      for (const leftover of await filesOfStack()) {
        if (/\.(tmp|attrs)$/.test(leftover)) await rm(leftover, { force: true });
      }
      await mendCheckpoint();
    },
    async prune() {
      await rm(history, { recursive: true, force: true });
    },
    async remove() {
      await Promise.all([
        ...[history, locks, backups].map((folder) => rm(folder, { recursive: true, force: true })),
        ...(await filesOfStack()).map((leftover) => rm(leftover, { force: true })),
      ]);
    },
  };
}
