/**
 * Brings the database to this version's shape, and ends: for a roll-out, before a process of the new version starts.
 * Those of the version before go on meanwhile, so that a change of the tables must suit them too. When asked to, it also
 * makes the role of each program. Every process that owns the tables does the migrations at its start: who runs a single
 * one needs no such step.
 */
import { UserError } from "../components/core/errors.ts";
import { parseConfig } from "./config.ts";
import { runEntry } from "./entry.ts";
import { createLog } from "./log.ts";
import { createQueue } from "./queue/queue.ts";
import { reachingDatabase } from "./startup.ts";
import { migrate, openDatabase } from "./store/database.ts";
import { passwordFrom } from "./store/password.ts";
import { makeRoles } from "./store/roles.ts";

await runEntry(async () => {
  const { databaseUrl, databasePassword, databaseRoles, logLevel } = parseConfig(process.env);
  if (databaseUrl === undefined) {
    const fix = "Name the Postgres to migrate: an embedded one is migrated by the process that starts it.";
    throw new UserError({ option: "DATABASE_URL", value: undefined, fix });
  }
  const log = createLog(logLevel);
  const password = databasePassword && passwordFrom(databasePassword);
  await reachingDatabase(databaseUrl, async () => {
    const database = openDatabase(databaseUrl, { password, connections: 2 });
    try {
      await migrate(database);
      const queue = createQueue(database);
      await queue.start();
      // Builds indexes anew that have grown, too: the engine, which does not own them, cannot.
      await queue.tidy();
      await queue.stop();
      // After the queue, whose tables they have rights on too.
      if (databaseRoles) await makeRoles(database);
    } finally {
      await database.close();
    }
  });
  log.info("The database has this version's shape");
});
