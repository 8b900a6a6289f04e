import { join } from "node:path";
import { sql } from "drizzle-orm";
import type { Logger } from "pino";
import { Registry } from "prom-client";
import { blueprints } from "../components/workspace/blueprints/index.ts";
import { type Api, createApi } from "./api/app.ts";
import type { ApiDeps } from "./api/deps.ts";
import { collectProcessMetrics, createApiMetrics } from "./api/metrics.ts";
import { createMetricsApp } from "./api/metrics-app.ts";
import { listen } from "./api/server.ts";
import { ensureAdminToken } from "./api/tokens.ts";
import { createPrivateApi } from "./compat/private-api.ts";
import type { Config } from "./config.ts";
import { type EngineRole, startEngineRole } from "./engine-role.ts";
import { createQueue } from "./queue/queue.ts";
import { type Check, checkReadiness } from "./readiness.ts";
import { workspaceSettings } from "./settings.ts";
import { explainListening, reachingDatabase } from "./startup.ts";
import { createStops } from "./stops.ts";
import { openDatabase, prepareTables } from "./store/database.ts";
import { startEmbeddedPostgres } from "./store/embedded.ts";
import { openNotifications } from "./store/notifications.ts";
import { passwordFrom } from "./store/password.ts";
import { createTokenStore } from "./store/tokens.ts";
import { createWebhookStore } from "./store/webhooks.ts";
import { createAccessService } from "./workspaces/access.ts";
import { createWorkspaceService } from "./workspaces/create-service.ts";
import { startWaker } from "./workspaces/wakes.ts";

export interface ProvisionerOptions {
  readonly log: Logger;
  /** Shows the first admin token, once: it is kept nowhere. */
  readonly showAdminToken: (token: string) => void;
}

/** Where a started provisioner listens; null: not at all. */
export interface Addresses {
  readonly api: string | null;
  readonly private: string | null;
  readonly metrics: string | null;
}

export interface Provisioner {
  /** Throws a `UserError` when the configuration's database, cluster or ports cannot be had; nothing stays started. */
  start(): Promise<Addresses>;
  /** Takes no more work, lets what runs end or be handed over, and closes everything. */
  stop(): Promise<void>;
}

/** The provisioner of a configuration: database, queue, and what its roles ask for. */
export function createProvisioner(config: Config, { log, showAdminToken }: ProvisionerOptions): Provisioner {
  const stops = createStops();
  const warn = (what: string) => (error: unknown) => log.warn({ err: error }, what);

  const stopping = new AbortController();
  let deadline = Number.POSITIVE_INFINITY;
  const left = () => Math.max(0, deadline - performance.now());

  const stop = () => {
    deadline = performance.now() + config.shutdownSeconds * 1000;
    stopping.abort();
    return stops.run((name, error) => log.error({ err: error, part: name }, "A part did not stop in order"));
  };

  const startListener = async (
    app: Pick<Api, "fetch">,
    { host, port }: { host: string; port: number },
    option: string,
  ) => {
    const listener = await listen(app, port, host).catch((error: unknown) => {
      throw explainListening(error, option, port);
    });
    stops.add(option, () => listener.close(left()));
    return listener.url;
  };

  const startDatabase = async () => {
    const embedded =
      config.databaseUrl === undefined ? await startEmbeddedPostgres({ folder: join(config.state, "postgres") }) : null;
    if (embedded !== null) stops.add("postgres", () => embedded.stop());
    const url = embedded?.url ?? config.databaseUrl ?? "";
    const password = config.databasePassword && passwordFrom(config.databasePassword);
    return reachingDatabase(url, async () => {
      const database = openDatabase(url, { password, onError: warn("A connection to the database broke") });
      stops.add("database", () => database.close());
      const tables = await prepareTables(database);
      const notifications = await openNotifications(url, {
        password,
        onError: warn("The database's notifications broke"),
      });
      stops.add("notifications", () => notifications.close());
      const queue = createQueue(database, {
        onError: warn("The queue"),
        make: tables === "made",
        maintain: config.roles.engine,
      });
      await queue.start();
      stops.add("queue", () => queue.stop());
      return { database, notifications, queue };
    });
  };

  const start = async (): Promise<Addresses> => {
    const { database, notifications, queue } = await startDatabase();
    const checks: Check[] = [
      { name: "database", reason: "the database does not answer", look: () => database.queries.execute(sql`select 1`) },
      {
        name: "queue",
        reason: "the queue does not answer",
        look: () => database.queries.execute(sql`select 1 from pgboss.queue limit 1`),
      },
    ];
    const registry = new Registry();
    collectProcessMetrics(registry);
    let reserve: EngineRole["reserve"] | undefined;
    if (config.roles.engine) {
      const role = await startEngineRole({ config, database, queue, notifications, registry, log, stops });
      // Begun with the stop itself, beside the listeners: each has the whole of the time.
      let handedOver: Promise<void> | undefined;
      stopping.signal.addEventListener("abort", () => {
        handedOver = role.handOver(left());
        handedOver.catch(() => undefined);
      });
      stops.add("reconciler", () => handedOver);
      checks.push(...role.checks);
      reserve = role.reserve;
    }
    const readiness = () =>
      checkReadiness(checks, { onUnready: (name, error) => log.warn({ err: error, part: name }, "Not ready") });
    const metrics =
      config.metricsListener === null
        ? null
        : await startListener(createMetricsApp(registry, readiness), config.metricsListener, "BERTH_METRICS_PORT");
    if (!config.roles.api) return { api: null, private: null, metrics };

    const tokens = createTokenStore(database);
    const { http } = config;
    const settings = workspaceSettings(config);
    const waker = startWaker({ database, queue, notifications, settings, onError: warn("Waking workspaces") });
    stops.add("waker", () => waker.stop());
    const deps: ApiDeps = {
      service: createWorkspaceService({ database, queue, notifications, settings, ...(reserve && { reserve }) }),
      access: createAccessService({ database, queue, settings }),
      tokens,
      webhooks: createWebhookStore(database),
      blueprints,
      log,
      metrics: createApiMetrics(registry),
      readiness,
      signup: config.signup,
      compat: config.compat,
      limits: { bodyBytes: http.bodyBytes, requestsPerMinute: http.requestsPerMinute },
      corsOrigins: http.corsOrigins,
      trustedProxies: http.trustedProxies,
      stopping: stopping.signal,
      ...(http.adminToken === undefined ? {} : { adminToken: http.adminToken }),
    };
    const api = await startListener(createApi(deps), http, "BERTH_PORT");
    const place = config.privateListener;
    const privateUrl =
      place === null ? null : await startListener(createPrivateApi(deps, place.host), place, "BERTH_PRIVATE_PORT");
    // Last, when nothing can fail any more: a token that was stored and not shown would be lost.
    const first = http.adminToken === undefined ? await ensureAdminToken(tokens, new Date()) : null;
    if (first !== null) showAdminToken(first);
    return { api, private: privateUrl, metrics };
  };

  let starting: Promise<unknown> | undefined;
  return {
    async start() {
      const begun = start();
      starting = begun.catch(() => undefined);
      try {
        return await begun;
      } catch (error) {
        await stop();
        throw error;
      }
    },
    async stop() {
      // What is being started when the signal comes is stopped too, once it is there.
      await starting;
      await stop();
    },
  };
}
