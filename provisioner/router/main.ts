/** The router: what stands between browsers and workspaces, as a process of its own, in as many copies as are needed. */
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { Registry } from "prom-client";
import { UserError } from "../../components/core/errors.ts";
import { collectProcessMetrics } from "../api/metrics.ts";
import { createMetricsApp } from "../api/metrics-app.ts";
import { listen } from "../api/server.ts";
import { type Config, parseConfig } from "../config.ts";
import { runEntry, stopOnSignals } from "../entry.ts";
import { createLog } from "../log.ts";
import { checkReadiness } from "../readiness.ts";
import { explainListening, reachingDatabase } from "../startup.ts";
import { createStops } from "../stops.ts";
import { openDatabase, prepareTables } from "../store/database.ts";
import { embeddedPostgresUrl } from "../store/embedded.ts";
import { openNotifications } from "../store/notifications.ts";
import { passwordFrom } from "../store/password.ts";
import { takenLabels } from "../workspaces/settings.ts";
import { createLocator, createResolve } from "./locate.ts";
import { createRouter, type RouterSettings } from "./router.ts";

/** Milliseconds in which the connection on which changes are told must answer: what is revoked ends within two seconds. */
const heartbeat = 1000;

await runEntry(async () => {
  const config = parseConfig(process.env);
  const { http, metricsListener, databasePassword, shutdownSeconds } = config;
  const databaseUrl = config.databaseUrl ?? (await embeddedPostgresUrl(join(config.state, "postgres")));
  if (databaseUrl === null) {
    const fix =
      "Name the Postgres of the API and the engine, which says where a host name leads; or start those first, in the same BERTH_STATE.";
    throw new UserError({ option: "DATABASE_URL", value: undefined, fix });
  }
  const log = createLog(config.logLevel);
  const stops = createStops();
  const warn = (what: string) => (error: unknown) => log.warn({ err: error }, what);
  let deadline = Number.POSITIVE_INFINITY;
  let stopping = false;
  const left = () => Math.max(0, deadline - performance.now());
  stopOnSignals({
    log,
    seconds: shutdownSeconds,
    stop() {
      stopping = true;
      deadline = performance.now() + shutdownSeconds * 1000;
      return stops.run((name, error) => log.error({ err: error, part: name }, "A part did not stop in order"));
    },
  });

  const password = databasePassword && passwordFrom(databasePassword);
  const router = await reachingDatabase(databaseUrl, async () => {
    const database = openDatabase(databaseUrl, { password, onError: warn("A connection to the database broke") });
    stops.add("database", () => database.close());
    await prepareTables(database);
    const registry = new Registry();
    collectProcessMetrics(registry);
    const locator = createLocator(config.router.clusterDomain, createResolve(config.router.clusterDns));
    const made = createRouter({ settings: settingsOf(config), database, locator, registry, log });
    const notifications = await openNotifications(databaseUrl, {
      ...{ password, heartbeat, channels: ["route"] },
      onLost: made.onLost,
      onError: warn("The database's notifications broke"),
    });
    stops.add("notifications", () => notifications.close());
    made.follow(notifications);
    const look = async () => {
      // Who is on their way out takes nobody in.
      if (stopping) throw new Error("it is being stopped");
      await database.queries.execute(sql`select 1`);
    };
    const checks = [{ name: "database", reason: "the database does not answer", look }];
    const readiness = () =>
      checkReadiness(checks, { onUnready: (name, error) => log.warn({ err: error, part: name }, "Not ready") });
    return { ...made, metricsApp: createMetricsApp(registry, readiness) };
  });

  const explained = <T>(listening: Promise<T>, option: string, port: number): Promise<T> =>
    listening.catch((error: unknown) => {
      throw explainListening(error, option, port);
    });
  const startMetrics = async (place: NonNullable<typeof metricsListener>) => {
    const listening = listen(router.metricsApp, place.port, place.host);
    const listener = await explained(listening, "BERTH_METRICS_PORT", place.port);
    stops.add("metrics", () => listener.close(0));
    return listener.url;
  };
  const metrics = metricsListener === null ? null : await startMetrics(metricsListener);
  const { url } = await explained(router.listen(http), "BERTH_PORT", http.port);
  stops.add("router", () => router.close(left()));
  log.info({ router: url, metrics }, "Ready");
});

function settingsOf({ workspaces, router, http }: Config): RouterSettings {
  const { baseDomain, scheme, port } = workspaces;
  const { loginUrl, productOrigins, sessions, bodyBytes } = router;
  return {
    rules: { baseDomain, scheme, port, productOrigins, taken: takenLabels(workspaces) },
    ...{ loginUrl, sessions },
    trustedProxies: http.trustedProxies,
    mostBody: bodyBytes,
  };
}
