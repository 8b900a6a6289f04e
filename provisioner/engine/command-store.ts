import type { StackStore } from "./stack-store.ts";

/** Runs the Pulumi CLI to its end; rejects with an `EngineError` when it fails. */
export type RunPulumi = (args: readonly string[]) => Promise<unknown>;

interface CommandStack {
  readonly stack: string;
  /** The operation's own folder. */
  readonly folder: string;
  /** `passphrase`, or the URL of a key: what encrypts the stack's secrets, if it has to be made. */
  readonly secretsProvider: string;
}

/** Stacks of any other backend (`s3://`, Pulumi Cloud, …), by way of the CLI. */
export function commandStore(run: RunPulumi, { stack, folder, secretsProvider }: CommandStack): StackStore {
  const tolerating = async (args: readonly string[], tolerated: RegExp) => {
    try {
      await run(args);
    } catch (error) {
      if (!(error instanceof Error && tolerated.test(error.message))) throw error;
    }
  };
  return {
    exists: async () => undefined,
    // The stack's state holds its data key, encrypted by the provider's, from its first moment: later operations, each
    // in a folder of its own, need nothing else of it.
    ensure: () =>
      tolerating(["stack", "init", stack, "--no-select", "--secrets-provider", secretsProvider], /already exists/),
    async repair() {
      await tolerating(["cancel", "--yes", "--stack", stack], /no stack named/);
      const file = `${folder}/stack.json`;
      try {
        await run(["stack", "export", "--stack", stack, "--file", file]);
      } catch (error) {
        if (error instanceof Error && /no stack named/.test(error.message)) return;
        throw error;
      }
      // Importing drops pending operations. The export holds secrets only encrypted, in the operation's own folder.
      await run(["stack", "import", "--stack", stack, "--file", file]);
    },
    // Its history goes with the stack; until then a backend's own lifecycle rules may prune it.
    prune: async () => {},
    remove: () => tolerating(["stack", "rm", stack, "--yes", "--remove-backups"], /no stack named/),
  };
}
