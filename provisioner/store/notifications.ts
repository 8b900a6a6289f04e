import { sql } from "drizzle-orm";
import pg from "pg";
import { connectionOf } from "./connection.ts";
import type { Transaction } from "./database.ts";
import type { Password } from "./password.ts";

/**
 * What is told through the database: an operation changed (its id); there is work (the id of a workspace to look at, or
 * `volumesChanged`); somebody stands before a sleeping workspace (its id); what a router knows has changed (see
 * `readRouteChange`). The last two are told by triggers.
 */
export type Channel = "operation" | "work" | "wake" | "route";

/** Payload of `work`: volumes are to be deleted. */
export const volumesChanged = "volumes";

const channelNames: Readonly<Record<Channel, string>> = {
  operation: "berth_operation",
  work: "berth_work",
  wake: "berth_wake",
  route: "berth_route",
};

/** Tells every listener when, and only if, the transaction commits. */
export async function notify(
  transaction: Pick<Transaction, "execute">,
  channel: "operation" | "work",
  payload: string,
) {
  await transaction.execute(sql`select pg_notify(${channelNames[channel]}, ${payload})`);
}

export interface Notifications {
  /**
   * Calls back with each payload; with `null` when some may have been missed (after a reconnect), so look at
   * everything. Returns what ends it.
   */
  listen(channel: Channel, listener: (payload: string | null) => void): () => void;
  /** Whether what is told is heard at the moment. */
  connected(): boolean;
  close(): Promise<void>;
}

export interface NotificationsOptions {
  /** The present password, for a URL without one. */
  readonly password?: Password | undefined;
  /** What is listened for. @default operation, work and wake */
  readonly channels?: readonly Channel[];
  /** Milliseconds before a lost connection is tried again. @default 500 */
  readonly retryDelay?: number;
  /**
   * Milliseconds in which the connection must answer, asked as often: one that is silently dead is known to be lost.
   * @default TCP's keepalive alone
   */
  readonly heartbeat?: number;
  /** Told at once when the connection is lost: what is told from then on is not heard. */
  readonly onLost?: () => void;
  readonly onError?: (error: Error) => void;
}

/** Listens on one connection of its own, which is made anew when it breaks. Resolves when the first one listens. */
export async function openNotifications(url: string, options: NotificationsOptions = {}): Promise<Notifications> {
  const { channels = ["operation", "work", "wake"] } = options;
  const listeners: Readonly<Record<Channel, Set<(payload: string | null) => void>>> = {
    operation: new Set(),
    work: new Set(),
    wake: new Set(),
    route: new Set(),
  };
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const connect = async (): Promise<void> => {
    const next = new pg.Client({
      ...connectionOf(url, options.password),
      application_name: "berth-notifications",
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    });
    const lost = (error?: Error) => {
      if (error !== undefined) options.onError?.(error);
      if (client === next) {
        client = undefined;
        options.onLost?.();
        retry();
      }
    };
    next.on("error", lost);
    next.on("end", () => lost());
    next.on("notification", ({ channel, payload }) => {
      const name = channels.find((known) => channelNames[known] === channel);
      if (name !== undefined) for (const listener of [...listeners[name]]) listener(payload ?? "");
    });
    try {
      await next.connect();
      await next.query(channels.map((channel) => `listen ${channelNames[channel]}`).join("; "));
    } catch (error) {
      await next.end().catch(() => {});
      throw error;
    }
    if (closed) await next.end();
    else client = next;
  };

  const retry = () => {
    if (closed) return;
    timer = setTimeout(() => {
      connect().then(
        () => {
          for (const set of Object.values(listeners)) for (const listener of [...set]) listener(null);
        },
        (error: unknown) => {
          options.onError?.(error instanceof Error ? error : new Error(String(error)));
          retry();
        },
      );
    }, options.retryDelay ?? 500);
  };

  await connect();
  const { heartbeat } = options;
  const beat = heartbeat === undefined ? undefined : setInterval(() => ask(client, heartbeat), heartbeat);
  return {
    connected: () => client !== undefined,
    listen(channel, listener) {
      // A function of its own for each call: the same listener may be given twice.
      const entry = (payload: string | null) => listener(payload);
      listeners[channel].add(entry);
      return () => {
        listeners[channel].delete(entry);
      };
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      clearInterval(beat);
      const last = client;
      client = undefined;
      await last?.end();
    },
  };
}

/** Ends a connection that does not answer in time. */
function ask(client: pg.Client | undefined, milliseconds: number): void {
  if (client === undefined) return;
  const late = setTimeout(() => client.connection.stream.destroy(new Error("no answer in time")), milliseconds);
  const answered = () => clearTimeout(late);
  // What it fails with is told by the connection's own events.
  client.query("select 1").then(answered, answered);
}
