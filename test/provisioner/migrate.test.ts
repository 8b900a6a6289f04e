import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { useTestDatabases } from "../support/postgres.ts";

const databases = useTestDatabases();
const entry = resolve(import.meta.dirname, "../../provisioner/migrate.ts");

/** Runs the program as a roll-out does. */
function runMigrations(environment: Readonly<Record<string, string>>) {
  return promisify(execFile)(process.execPath, [entry], {
    env: { PATH: process.env.PATH ?? "", BERTH_LOG_LEVEL: "info", ...environment },
  });
}

it("a roll-out's step makes all tables of an empty database, and does nothing the second time", async () => {
  const database = await databases.create();
  await database.pool.query("drop schema berth cascade; drop schema pgboss cascade");
  for (const _ of [1, 2]) {
    const { stdout } = await runMigrations({ DATABASE_URL: database.url });
    expect(stdout).toContain("The database has this version's shape");
  }
  const { rows } = await database.pool.query(
    "select (select count(*)::int from berth.workspaces) as workspaces, (select count(*)::int from pgboss.job) as jobs",
  );
  expect(rows).toEqual([{ workspaces: 0, jobs: 0 }]);
});

it("a roll-out's step that cannot be done fails and says why", async () => {
  await expect(runMigrations({ DATABASE_URL: "postgres://berth@127.0.0.1:1/berth" })).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining(
      'DATABASE_URL: found "postgres://berth@127.0.0.1:1/berth". It does not answer: start it, or correct the address.',
    ),
  });
  await expect(
    runMigrations({ DATABASE_URL: "postgres://berth@127.0.0.1:1/berth?sslmode=verify-full&sslrootcert=/nowhere.pem" }),
  ).rejects.toMatchObject({
    stderr: expect.stringContaining("A file that it names, such as sslrootcert, cannot be read."),
  });
  await expect(runMigrations({})).rejects.toMatchObject({
    stderr: expect.stringContaining("DATABASE_URL: missing. Name the Postgres to migrate"),
  });
});
