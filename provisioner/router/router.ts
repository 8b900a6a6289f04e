import type { Logger } from "pino";
import type { Registry } from "prom-client";
import { createAddressBehind } from "../api/addresses.ts";
import {
  addCodeOfSession,
  endFamily,
  exchangeCode,
  findLabel,
  findSessions,
  forgetOver,
  renewSessions,
  type SessionLimits,
} from "../store/access.ts";
import type { Database } from "../store/database.ts";
import type { Notifications } from "../store/notifications.ts";
import { addUsage, askToWake } from "../store/usage.ts";
import { Changes } from "./changes.ts";
import { createDoor } from "./door.ts";
import { createGate, type Visit } from "./gate.ts";
import { createGuesses } from "./guesses.ts";
import { type Listener, listen } from "./http/listener.ts";
import { type Patience, usualPatience } from "./http/party.ts";
import { Pool } from "./http/pool.ts";
import { Sweeper } from "./http/sweeper.ts";
import type { Locator } from "./locate.ts";
import { createRouterMetrics } from "./metrics.ts";
import { OpenThings } from "./open.ts";
import type { OriginRules } from "./origins.ts";
import { createOwnRoutes } from "./own-routes.ts";
import { createStrangers } from "./strangers.ts";
import { type TunnelPatience, usualTunnelPatience } from "./tunnel.ts";
import { createUsageLedger } from "./usage.ts";
import { createWatch } from "./watch.ts";

/** What an installation says of its router. */
export interface RouterSettings {
  readonly rules: OriginRules;
  readonly loginUrl: string | null;
  /** Addresses or CIDR blocks of proxies whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
  readonly sessions: SessionLimits;
  /** Most bytes of a request's body. */
  readonly mostBody: number;
  /** How long peers may take. @default as browsers and edges need */
  readonly patience?: Partial<Patience & TunnelPatience>;
  /** Milliseconds between two looks at deadlines. @default 1000 */
  readonly sweepEvery?: number;
  /** Milliseconds between two times that counts are written down. @default 5000 */
  readonly flushEvery?: number;
}

export interface RouterDeps {
  readonly settings: RouterSettings;
  readonly database: Database;
  readonly locator: Locator;
  readonly registry: Registry;
  readonly log: Logger;
}

/** What leads browsers to workspaces. Nothing that lasts is in it: any number of them may run beside one another. */
export interface Router {
  /** Begins to hear what changes. To be called with notifications of `route`. */
  follow(notifications: Notifications): void;
  /** Notifications are not heard any more: nothing that is remembered is believed. */
  onLost(): void;
  listen(place: { readonly host: string; readonly port: number }): Promise<Listener>;
  /**
   * Takes no more; what is under way gets so many milliseconds, then browsers are told to connect again. Nothing that was
   * counted is lost.
   */
  close(milliseconds: number): Promise<void>;
}

/** Milliseconds between two looks at all that is open, and two tidyings. */
const lookEvery = 60_000;
const tidyEvery = 600_000;
/** Milliseconds in which one workspace is asked to be woken once. */
const wakeEvery = 3000;
/** Sessions, codes and more that only the database can tell to be made up, per minute and address. */
const guessesPerMinute = 300;
/** Milliseconds that streams get to say goodbye to. */
const goodbye = 1500;

export function createRouter({ settings, database, locator, registry, log }: RouterDeps): Router {
  const { rules, loginUrl, sessions } = settings;
  const patience = { ...usualPatience, ...usualTunnelPatience, ...settings.patience };
  const sweeper = new Sweeper(settings.sweepEvery);
  const pool = new Pool(sweeper);
  const open = new OpenThings();
  const ledger = createUsageLedger((counts) => addUsage(database, counts));
  const listeners: Listener[] = [];
  const metrics = createRouterMetrics(registry, {
    streams: () => open.streams,
    connections: () => listeners.reduce((sum, { connections }) => sum + connections, 0),
    bytes: ledger.bytes,
  });
  const warn = (what: string) => (error: unknown) => log.warn({ err: error }, what);
  let notifications: Notifications | undefined;
  const find = (hashes: readonly string[]) => findSessions(database, hashes);
  const gate = createGate({ find, connected: () => notifications?.connected() ?? false });
  const woken = new Map<string, number>();
  const changes = new Changes();
  let closing = false;
  const watch = createWatch({
    ...{ find, gate, open },
    onWorkspace: (workspace) => {
      pool.forget(workspace);
      locator.forget(workspace);
      woken.delete(workspace);
      changes.tell(workspace);
    },
    onError: warn("What is open could not be looked at"),
  });
  const workspaceOf = (label: string) => findLabel(database, label);
  const strangers = createStrangers({ rules, loginUrl, workspaceOf });
  const wake = ({ workspace, person }: Visit) => {
    const now = performance.now();
    if (now - (woken.get(workspace) ?? Number.NEGATIVE_INFINITY) < wakeEvery) return;
    woken.set(workspace, now);
    askToWake(database, workspace, person).catch(warn("A workspace was not asked to wake"));
  };
  const own = createOwnRoutes({
    ...{ rules, workspaceOf },
    exchange: (code, host) => exchangeCode(database, { code, host }, sessions),
    codeFor: (session, host, path) => addCodeOfSession(database, session, { host, path }),
    async endFamily(session) {
      // Others hear of it from the database; here it holds for the very next request.
      for (const { hash, workspace } of await endFamily(database, session)) {
        watch.onChange(`session ${hash} ${workspace}`);
      }
    },
    visitOf: gate.ask,
    wake,
    nextChange: (workspace, milliseconds) =>
      closing || notifications?.connected() !== true ? null : changes.next(workspace, milliseconds),
  });
  const serve = createDoor({
    ...{ rules, gate, own, strangers, open, sweeper, patience, metrics, log },
    guesses: createGuesses(guessesPerMinute),
    addressOf: createAddressBehind(settings.trustedProxies),
    exchange: { pool, locator, ledger, mostBody: settings.mostBody },
    renew: (session) => void renewSessions(database, [session], sessions).catch(warn("A session was not renewed")),
    wake,
  });

  const timers = [
    setInterval(() => ledger.flush().catch(warn("Usage was not written down")), settings.flushEvery ?? 5000),
    setInterval(() => {
      // Whoever has a stream open uses their session, though nothing is asked any more.
      const used = [...new Set(open.of().map(({ session }) => session))];
      if (used.length > 0) renewSessions(database, used, sessions).catch(warn("Sessions were not renewed"));
      woken.clear();
      open.tidy();
      forgetOver(database).catch(warn("What is over was not forgotten"));
    }, tidyEvery),
    setInterval(() => void watch.look(), lookEvery),
  ];

  return {
    follow(heard) {
      notifications = heard;
      heard.listen("route", (payload) => {
        watch.onChange(payload);
        if (payload === null) changes.tell(null);
      });
    },
    onLost() {
      watch.onLost();
      changes.tell(null);
    },
    async listen(place) {
      const listener = await listen({ ...place, serve, sweeper, patience });
      listeners.push(listener);
      return listener;
    },
    async close(milliseconds) {
      closing = true;
      changes.tell(null);
      for (const listener of listeners) listener.leave();
      const left = Promise.all(listeners.map((listener) => listener.left));
      if (!(await within(left, milliseconds))) {
        for (const thing of open.of()) thing.end("restart");
        await within(left, goodbye);
        for (const listener of listeners) listener.cut();
      }
      for (const timer of timers) clearInterval(timer);
      watch.close();
      pool.close();
      sweeper.stop();
      await ledger.flush();
    },
  };
}

/** Whether it comes to an end in time. */
async function within(work: Promise<unknown>, milliseconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
