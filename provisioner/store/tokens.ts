import { and, desc, eq, isNull } from "drizzle-orm";
import type { TokenStore } from "../api/stores.ts";
import type { Database } from "./database.ts";
import { tokens } from "./schema.ts";

/** Tokens in the database. */
export function createTokenStore({ queries }: Database): TokenStore {
  return {
    async add(token) {
      await queries.insert(tokens).values(token);
    },
    async find(id) {
      const [found] = await queries.select().from(tokens).where(eq(tokens.id, id));
      return found ?? null;
    },
    list: () => queries.select().from(tokens).orderBy(desc(tokens.createdAt), desc(tokens.id)),
    async revoke(id, at) {
      await queries
        .update(tokens)
        .set({ revokedAt: at })
        .where(and(eq(tokens.id, id), isNull(tokens.revokedAt)));
      const found = await queries.select({ id: tokens.id }).from(tokens).where(eq(tokens.id, id));
      return found.length > 0;
    },
  };
}
