import { fileURLToPath } from "node:url";
import { drizzle, type NodePgDatabase } from "drizzle-orm/node-postgres";
import { migrate as runMigrations } from "drizzle-orm/node-postgres/migrator";
import pg from "pg";
import * as schema from "./schema.ts";

/** The database schema of our tables. */
const schemaName = "berth";

/** Our tables, by name. */
export type Schema = typeof schema;

/** What queries run on: the pool, or one transaction. */
export type Queries = NodePgDatabase<Schema>;

/** An open transaction: what is done on it happens together or not at all. */
export type Transaction = Parameters<Parameters<Queries["transaction"]>[0]>[0];

export interface Database {
  readonly url: string;
  readonly pool: pg.Pool;
  readonly queries: Queries;
  /** Runs `work` in one transaction, read committed; a throw rolls it back. */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** Most connections at once. @default 10 */
  readonly connections?: number;
  /** Told about a connection that broke while idle; the pool makes a new one. */
  readonly onError?: (error: Error) => void;
}

/** Opens a pool of connections. Nothing is connected before the first query. */
export function openDatabase(url: string, options: DatabaseOptions = {}): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.connections ?? 10,
    application_name: "berth",
    // Whoever connects: without it, Postgres looks into a schema of the user's name first.
    options: `-c search_path=${schemaName},public`,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  });
  pool.on("error", options.onError ?? (() => {}));
  const queries = drizzle(pool, { schema });
  return {
    url,
    pool,
    queries,
    transaction: (work) => queries.transaction(work),
    close: () => pool.end(),
  };
}

/** Any number that nobody else uses for an advisory lock in this database. */
const migrationLock = 6_237_841_001;

/** Brings the tables to this version's shape. Several at once wait for each other. */
export async function migrate(database: Database): Promise<void> {
  const client = await database.pool.connect();
  try {
    await client.query("select pg_advisory_lock($1)", [migrationLock]);
    await runMigrations(drizzle(client), {
      migrationsFolder: fileURLToPath(new URL("./migrations", import.meta.url)),
      migrationsSchema: schemaName,
      migrationsTable: "migrations",
    });
    await client.query("select pg_advisory_unlock($1)", [migrationLock]);
    client.release();
  } catch (error) {
    // Ends the session, and the lock with it.
    client.release(true);
    throw error;
  }
}
