import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { embeddedUrl } from "../../toolchain/leftovers.ts";
import { isAlive, partsOf } from "./engine-processes.ts";
import type { TestProvisioner } from "./provisioner.ts";

/** Whom a test kills. */
export type Victim = "provisioner" | "worker" | "cli";

/** Kills parts of a provisioner in the middle of an operation. */
export interface Killer {
  /**
   * Waits until an engine operation of the workspace has the given part running, and kills it with SIGKILL. Resolves
   * with the lease under which it ran.
   */
  kill(victim: Victim, workspace: string): Promise<string>;
  close(): Promise<void>;
}

const withinMs = 60_000;

export async function createKiller(provisioner: TestProvisioner): Promise<Killer> {
  let client: pg.Client | undefined;
  const disconnect = async (): Promise<void> => {
    await client?.end().catch(() => {});
    client = undefined;
  };
  /** The embedded database dies with its provisioner, and comes back on another port. */
  const leaseOf = async (workspace: string): Promise<string | undefined> => {
    if (client === undefined) {
      const connecting = new pg.Client({ connectionString: await embeddedUrl(provisioner.state) });
      connecting.on("error", () => {});
      await connecting.connect();
      client = connecting;
    }
    const { rows } = await client.query<{ lease: string }>("select lease from leases where workspace = $1", [
      workspace,
    ]);
    return rows[0]?.lease;
  };
  return {
    async kill(victim, workspace) {
      const deadline = Date.now() + withinMs;
      while (Date.now() < deadline) {
        await delay(5);
        const lease = await leaseOf(workspace);
        if (lease === undefined) continue;
        const parts = partsOf(lease);
        // The command line runs in every case: it is in the middle of its work.
        const [cli] = parts.cli;
        if (cli === undefined) continue;
        if (victim === "provisioner") {
          await disconnect();
          await provisioner.kill();
          return lease;
        }
        const pid = victim === "cli" ? cli : parts.worker[0];
        if (pid === undefined || !isAlive(pid)) continue;
        process.kill(pid, "SIGKILL");
        return lease;
      }
      throw new Error(`${workspace}: no ${victim} to kill within ${withinMs} ms:\n${provisioner.log()}`);
    },
    close: disconnect,
  };
}
