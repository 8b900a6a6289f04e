import { parseConfig } from "./config.ts";
import { runEntry, stopOnSignals } from "./entry.ts";
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

  stopOnSignals({ log, seconds: config.shutdownSeconds, stop: () => provisioner.stop() });
  const addresses = await provisioner.start();
  log.info(addresses, "Ready");
}

await runEntry(main);
