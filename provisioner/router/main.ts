/**
 * The router, as far as there is one: it holds the place of the door to the workspaces, knows the database, and lets
 * nobody in.
 */
import { sql } from "drizzle-orm";
import { Registry } from "prom-client";
import { UserError } from "../../components/core/errors.ts";
import { collectProcessMetrics } from "../api/metrics.ts";
import { createMetricsApp } from "../api/metrics-app.ts";
import { listen } from "../api/server.ts";
import { parseConfig } from "../config.ts";
import { runEntry, stopOnSignals } from "../entry.ts";
import { createLog } from "../log.ts";
import { checkReadiness } from "../readiness.ts";
import { explainListening, reachingDatabase } from "../startup.ts";
import { createStops } from "../stops.ts";
import { openDatabase } from "../store/database.ts";
import { passwordFrom } from "../store/password.ts";
import { createRouter } from "./router.ts";

await runEntry(async () => {
  const { http, metricsListener, databaseUrl, databasePassword, shutdownSeconds, logLevel } = parseConfig(process.env);
  if (databaseUrl === undefined) {
    const fix = "Name the Postgres of the API and the engine: it says which workspace a host name leads to.";
    throw new UserError({ option: "DATABASE_URL", value: undefined, fix });
  }
  const log = createLog(logLevel);
  const stops = createStops();
  let deadline = Number.POSITIVE_INFINITY;
  const stop = () => {
    deadline = performance.now() + shutdownSeconds * 1000;
    return stops.run((name, error) => log.error({ err: error, part: name }, "A part did not stop in order"));
  };
  stopOnSignals({ log, seconds: shutdownSeconds, stop });

  const start = async (app: Parameters<typeof listen>[0], place: { host: string; port: number }, option: string) => {
    const listener = await listen(app, place.port, place.host).catch((error: unknown) => {
      throw explainListening(error, option, place.port);
    });
    stops.add(option, () => listener.close(Math.max(0, deadline - performance.now())));
    return listener.url;
  };

  const password = databasePassword && passwordFrom(databasePassword);
  const look = () => database.queries.execute(sql`select 1`);
  const database = await reachingDatabase(databaseUrl, async () => {
    const onError = (error: Error) => log.warn({ err: error }, "A connection to the database broke");
    const opened = openDatabase(databaseUrl, { password, onError });
    stops.add("database", () => opened.close());
    await opened.queries.execute(sql`select 1`);
    return opened;
  });
  const registry = new Registry();
  collectProcessMetrics(registry);
  const checks = [{ name: "database", reason: "the database does not answer", look }];
  const readiness = () =>
    checkReadiness(checks, { onUnready: (name, error) => log.warn({ err: error, part: name }, "Not ready") });
  const metrics =
    metricsListener === null
      ? null
      : await start(createMetricsApp(registry, readiness), metricsListener, "BERTH_METRICS_PORT");
  const router = await start(createRouter(), http, "BERTH_PORT");
  log.info({ router, metrics }, "Ready");
});
