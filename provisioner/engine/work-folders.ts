import { mkdir, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { identityOf, processesOfLease, stillRuns } from "./processes.ts";

/** Folders of operations, each with the private files of one. */
export interface WorkFolders {
  /** Removes what runs that are dead have left. */
  sweep(): Promise<void>;
  create(lease: string, operation: WorkFiles): Promise<string>;
  remove(folder: string): Promise<void>;
}

interface WorkFiles {
  readonly project: string;
  /** Of stacks that were made with one. */
  readonly passphrase?: string;
  /** Folder of installed plugins; none: plugins come from PATH. */
  readonly plugins?: string;
}

const prefix = "op.";

/** @param root Folder that is ours alone, made when it is not there. */
export function workFolders(root: string): WorkFolders {
  const self = identityOf(process.pid);
  const inUse = new Set<string>();
  let counter = 0;
  return {
    async sweep() {
      await mkdir(root, { recursive: true, mode: 0o700 });
      for (const name of await readdir(root)) {
        if (!name.startsWith(prefix) || inUse.has(join(root, name))) continue;
        const { owner, lease } = parseWorkFolder(name);
        // Another provisioner on the same state, or a worker that has not yet seen its provisioner die.
        const alive = (owner !== self && stillRuns(owner)) || processesOfLease(lease).length > 0;
        if (!alive) await rm(join(root, name), { recursive: true, force: true });
      }
    },
    async create(lease, { project, passphrase, plugins }) {
      const folder = join(root, `${prefix}${self}.${lease}.${counter++}`);
      inUse.add(folder);
      await mkdir(join(folder, "home", ".pulumi"), { recursive: true, mode: 0o700 });
      await mkdir(join(folder, "tmp"), { mode: 0o700 });
      await Promise.all([
        writeFile(join(folder, "Pulumi.yaml"), `name: ${project}\nruntime: nodejs\n`),
        ...(passphrase === undefined ? [] : [writeFile(join(folder, "passphrase"), passphrase, { mode: 0o600 })]),
        // A file where Pulumi would make its folder of debug logs: nobody reads them, and they cost CPU time.
        writeFile(join(folder, "home", ".pulumi", "logs"), ""),
        ...(plugins === undefined ? [] : [symlink(plugins, join(folder, "home", ".pulumi", "plugins"))]),
      ]);
      return folder;
    },
    async remove(folder) {
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
      inUse.delete(folder);
    },
  };
}

/** What the name of an operation's folder says: the process that made it, as `identityOf` has it, and the lease. */
export function parseWorkFolder(name: string): { readonly owner: string; readonly lease: string } {
  const [, owner = "", lease = ""] = name.split(".");
  return { owner, lease };
}
