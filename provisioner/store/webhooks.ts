import { eq, lt, sql } from "drizzle-orm";
import type { WebhookStore } from "../api/stores.ts";
import type { Database } from "./database.ts";
import { webhookMessages } from "./schema.ts";

/** Webhook messages in the database; those older than a month are forgotten: their signatures are long out of time. */
export function createWebhookStore({ queries }: Database): WebhookStore {
  return {
    async seen(id) {
      const found = await queries.select().from(webhookMessages).where(eq(webhookMessages.id, id));
      return found.length > 0;
    },
    async remember(id, type, at) {
      await queries.insert(webhookMessages).values({ id, type, at }).onConflictDoNothing();
      await queries.delete(webhookMessages).where(lt(webhookMessages.at, sql`now() - interval '30 days'`));
    },
  };
}
