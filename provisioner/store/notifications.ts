import { sql } from "drizzle-orm";
import pg from "pg";
import { connectionOf } from "./connection.ts";
import type { Transaction } from "./database.ts";
import type { Password } from "./password.ts";

/**
 * What is told through the database: an operation changed (its id), or there is work (the id of a workspace to look at,
 * or `volumesChanged`).
 */
export type Channel = "operation" | "work";

/** Payload of `work`: volumes are to be deleted. */
export const volumesChanged = "volumes";

const channelNames: Readonly<Record<Channel, string>> = { operation: "berth_operation", work: "berth_work" };

/** Tells every listener when, and only if, the transaction commits. */
export async function notify(transaction: Pick<Transaction, "execute">, channel: Channel, payload: string) {
  await transaction.execute(sql`select pg_notify(${channelNames[channel]}, ${payload})`);
}

export interface Notifications {
  /**
   * Calls back with each payload; with `null` when some may have been missed (after a reconnect), so look at
   * everything. Returns what ends it.
   */
  listen(channel: Channel, listener: (payload: string | null) => void): () => void;
  close(): Promise<void>;
}

export interface NotificationsOptions {
  /** The present password, for a URL without one. */
  readonly password?: Password | undefined;
  /** Milliseconds before a lost connection is tried again. @default 500 */
  readonly retryDelay?: number;
  readonly onError?: (error: Error) => void;
}

/** Listens on one connection of its own, which is made anew when it breaks. Resolves when the first one listens. */
export async function openNotifications(url: string, options: NotificationsOptions = {}): Promise<Notifications> {
  const listeners: Readonly<Record<Channel, Set<(payload: string | null) => void>>> = {
    operation: new Set(),
    work: new Set(),
  };
  const channelOf = (name: string): Channel | undefined =>
    name === channelNames.operation ? "operation" : name === channelNames.work ? "work" : undefined;
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
        retry();
      }
    };
    next.on("error", lost);
    next.on("end", () => lost());
    next.on("notification", ({ channel, payload }) => {
      const name = channelOf(channel);
      if (name !== undefined) for (const listener of [...listeners[name]]) listener(payload ?? "");
    });
    try {
      await next.connect();
      await next.query(`listen ${channelNames.operation}; listen ${channelNames.work}`);
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
  return {
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
      const last = client;
      client = undefined;
      await last?.end();
    },
  };
}
