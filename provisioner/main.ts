import { UserError } from "../components/core/errors.ts";
import { parseConfig } from "./config.ts";
import { createLog } from "./log.ts";
import { createProvisioner } from "./provisioner.ts";

async function main(): Promise<void> {
  const config = parseConfig(process.env);
  const log = createLog(config.logLevel);
  const provisioner = createProvisioner(config, {
    log,
    showAdminToken: (token) =>
      process.stdout.write(`\nThe first admin token, shown this once and stored hashed: keep it.\n\n  ${token}\n\n`),
  });

  let stopping: Promise<void> | undefined;
  const stop = (signal: string) => {
    if (stopping !== undefined) return;
    log.info({ signal }, "Stopping");
    stopping = provisioner.stop().then(
      () => log.info("Stopped"),
      (error: unknown) => {
        log.fatal({ err: error }, "Did not stop in order");
        process.exitCode = 1;
      },
    );
    // What does not let go in time must not keep the process: the leases that it leaves are taken over.
    setTimeout(() => process.exit(1), (config.shutdownSeconds + 15) * 1000).unref();
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => stop(signal));
  // A mistake of ours that nothing caught: what state we are in is not known, so end, and let the next start look.
  process.on("uncaughtException", (error) => {
    log.fatal({ err: error }, "An error that nothing caught");
    process.exitCode = 1;
    stop("uncaughtException");
  });

  const addresses = await provisioner.start();
  log.info(addresses, "Ready");
}

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
