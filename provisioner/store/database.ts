import { fileURLToPath } from "node:url";
import { readMigrationFiles } from "drizzle-orm/migrator";
import { drizzle, type NodePgDatabase } from "drizzle-orm/node-postgres";
import { migrate as runMigrations } from "drizzle-orm/node-postgres/migrator";
import pg from "pg";
import { connectionOf } from "./connection.ts";
import type { Password } from "./password.ts";
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
  /** The present password, for a URL without one. */
  readonly password?: Password | undefined;
  /** Most connections at once. @default 10 */
  readonly connections?: number;
  /** Told about a connection that broke while idle; the pool makes a new one. */
  readonly onError?: (error: Error) => void;
}

/** Opens a pool of connections. Nothing is connected before the first query. */
export function openDatabase(url: string, options: DatabaseOptions = {}): Database {
  const pool = new pg.Pool({
    ...connectionOf(url, options.password),
    // A password that is asked for costs a request: such connections are kept longer than the usual ten seconds.
    ...(options.password === undefined ? {} : { idleTimeoutMillis: 600_000 }),
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

/** Runs what changes the tables' shape or rights, on one connection. Several at once wait for each other. */
export async function lockedForMigration(
  { pool }: Database,
  work: (client: pg.PoolClient) => Promise<void>,
): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query("select pg_advisory_lock($1)", [migrationLock]);
    await work(client);
    await client.query("select pg_advisory_unlock($1)", [migrationLock]);
    client.release();
  } catch (error) {
    // Ends the session, and with it the lock and what is not committed.
    client.release(true);
    throw error;
  }
}

const migrations = {
  migrationsFolder: fileURLToPath(new URL("./migrations", import.meta.url)),
  migrationsSchema: schemaName,
  migrationsTable: "migrations",
};

/** Brings the tables to this version's shape. */
export function migrate(database: Database): Promise<void> {
  return lockedForMigration(database, (client) => runMigrations(drizzle(client), migrations));
}

/** The tables are not of the shape that this version needs, and its user cannot make them so. */
export class ShapeError extends Error {
  override readonly name = "ShapeError";
}

/**
 * Brings the tables to this version's shape where the user may; else sees that they have it. Says which: a program that
 * may not make tables leaves the queue's alone too. A newer shape is taken: roll-outs make it while older programs run.
 */
export async function prepareTables(database: Database): Promise<"made" | "found"> {
  const { rows } = await database.pool.query<{ may: boolean }>(
    `select bool_and(case when oid is null then has_database_privilege(current_database(), 'CREATE')
       else has_schema_privilege(oid, 'CREATE') end) as may
     from unnest($1::text[]) as needed(name) left join pg_namespace on nspname = needed.name`,
    [[schemaName, "pgboss"]],
  );
  if (rows[0]?.may === true) {
    await migrate(database);
    return "made";
  }
  await checkShape(database);
  return "found";
}

async function checkShape({ pool }: Database): Promise<void> {
  const needed = Math.max(...readMigrationFiles(migrations).map(({ folderMillis }) => folderMillis));
  const table = `${schemaName}.${migrations.migrationsTable}`;
  const { rows: there } = await pool.query<{ readable: boolean }>(
    "select has_table_privilege(to_regclass($1), 'SELECT') as readable",
    [table],
  );
  if (there[0]?.readable !== true) throw new ShapeError("Its tables are not there, or not for this user.");
  const { rows } = await pool.query<{ newest: string | null }>(`select max(created_at) as newest from ${table}`);
  if (Number(rows[0]?.newest ?? 0) < needed) throw new ShapeError("Its tables are older than this version needs.");
}
