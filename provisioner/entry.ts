import type { Logger } from "pino";
import { UserError } from "../components/core/errors.ts";

/** Runs a program; when it cannot start, says why and ends with 1. A user's mistake is told without a stack. */
export async function runEntry(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    const message =
      error instanceof UserError
        ? error.message
        : error instanceof Error
          ? (error.stack ?? error.message)
          : String(error);
    process.stderr.write(`Berth cannot start:\n${message.replace(/^/gm, "  ")}\n`);
    process.exit(1);
  }
}

interface Stopping {
  readonly log: Logger;
  /** Seconds that a stop may take; what has not ended a little later is ended by force. */
  readonly seconds: number;
  readonly stop: () => Promise<void>;
}

/** Stops the process in order when it is told to. */
export function stopOnSignals({ log, seconds, stop }: Stopping): void {
  let stopping: Promise<void> | undefined;
  const begin = (signal: string) => {
    if (stopping !== undefined) return;
    log.info({ signal }, "Stopping");
    stopping = stop().then(
      () => log.info("Stopped"),
      (error: unknown) => {
        log.fatal({ err: error }, "Did not stop in order");
        process.exitCode = 1;
      },
    );
    // What does not let go in time must not keep the process: the leases that it leaves are taken over.
    setTimeout(() => process.exit(1), (seconds + overtimeSeconds) * 1000).unref();
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => begin(signal));
  // A mistake of ours that nothing caught: what state we are in is not known, so end, and let the next start look.
  process.on("uncaughtException", (error) => {
    log.fatal({ err: error }, "An error that nothing caught");
    process.exitCode = 1;
    begin("uncaughtException");
  });
}

/** Whoever kills what does not stop (a pod's `terminationGracePeriodSeconds`) must wait for longer than this too. */
const overtimeSeconds = 15;
