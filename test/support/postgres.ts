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

const prefix = "berth-test-postgres-";

/** Databases for the tests of one file, each with our tables and nothing in them. */
export interface TestDatabases {
  /** A new database. What it opened is closed when the file's tests are over. */
  create(): Promise<Database>;
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
    folder = await mkdtemp(join(tmpdir(), prefix));
    postgres = await startEmbeddedPostgres({ folder, throwaway: true });
    const first = openDatabase(postgres.url);
    await migrate(first);
    const queue = createQueue(first);
    await queue.start();
    await queue.stop();
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

  return {
    async create() {
      if (postgres === undefined || template === undefined) throw new Error("Postgres was not started");
      number += 1;
      await template.pool.query(`create database test_${number} template berth`);
      const database = openDatabase(postgres.url.replace(/\/berth$/, `/test_${number}`), { connections: 20 });
      opened.push(database);
      return database;
    },
  };
}

/** What a killed run could not remove. */
async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(prefix)) continue;
    const left = join(tmpdir(), name);
    try {
      await endAbandonedPostgres(left);
      await rm(left, { recursive: true, force: true });
    } catch {
      // Another run's, which is under way.
    }
  }
}
