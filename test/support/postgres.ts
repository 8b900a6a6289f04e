import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { createQueue } from "../../provisioner/queue/queue.ts";
import { type Database, migrate, openDatabase } from "../../provisioner/store/database.ts";
import {
  type EmbeddedPostgres,
  endAbandonedPostgres,
  startEmbeddedPostgres,
} from "../../provisioner/store/embedded.ts";
import { processStart } from "../../provisioner/store/process-id.ts";
import { letRolesIn } from "./roles.ts";

const prefix = "berth-test-postgres-";

/** Databases for the tests of one file, each with our tables and nothing in them. */
export interface TestDatabases {
  /** A new database. What it opened is closed when the file's tests are over. */
  create(): Promise<Database>;
  /** The same database each time, emptied: quicker. Nothing may be using it any more. */
  empty(): Promise<Database>;
}

/** Starts a real Postgres for the tests of this file. Call it at the file's top. */
export function useTestDatabases(): TestDatabases {
  let folder: string | undefined;
  let postgres: EmbeddedPostgres | undefined;
  let template: Database | undefined;
  const opened: Database[] = [];
  let number = 0;

  beforeAll(async () => {
    await removeAbandoned();
    folder = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`));
    postgres = await startEmbeddedPostgres({ folder, throwaway: true });
    const first = openDatabase(postgres.url);
    await migrate(first);
    const queue = createQueue(first);
    await queue.start();
    await queue.stop();
    await letRolesIn(first);
    // A database that is a template may have no connections: work from another one.
    await first.close();
    template = openDatabase(postgres.url.replace(/\/berth$/, "/postgres"));
  });

  afterAll(async () => {
    for (const database of opened) await database.close();
    await template?.close();
    await postgres?.stop();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  let reused: Database | undefined;

  const create = async (): Promise<Database> => {
    if (postgres === undefined || template === undefined) throw new Error("Postgres was not started");
    number += 1;
    await template.pool.query(`create database test_${number} template berth`);
    const database = openDatabase(postgres.url.replace(/\/berth$/, `/test_${number}`), { connections: 20 });
    opened.push(database);
    return database;
  };

  return {
    create,
    async empty() {
      reused ??= await create();
      const { rows } = await reused.pool.query<{ name: string }>(
        "select quote_ident(tablename) as name from pg_tables where schemaname = 'berth' and tablename <> 'migrations'",
      );
      await reused.pool.query(
        `truncate ${rows.map(({ name }) => name).join()} restart identity; delete from pgboss.job`,
      );
      return reused;
    },
  };
}

/** What a killed run could not remove. */
async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const [, pid] = name.startsWith(prefix) ? (/^(\d+)-/.exec(name.slice(prefix.length)) ?? []) : [];
    if (pid === undefined || processStart(Number(pid)) !== undefined) continue;
    const left = join(tmpdir(), name);
    try {
      await endAbandonedPostgres(left);
      await rm(left, { recursive: true, force: true });
    } catch {
      // Another run's, which is under way.
    }
  }
}
