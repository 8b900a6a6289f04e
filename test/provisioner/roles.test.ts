import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import type { databaseRoles } from "../../components/core/database-roles.ts";
import { createQueue } from "../../provisioner/queue/queue.ts";
import { reachingDatabase } from "../../provisioner/startup.ts";
import { type Database, openDatabase, prepareTables } from "../../provisioner/store/database.ts";
import { startEmbeddedPostgres } from "../../provisioner/store/embedded.ts";
import { makeRoles } from "../../provisioner/store/roles.ts";
import { useTestDatabases } from "../support/postgres.ts";
import { openAs, urlOf } from "../support/roles.ts";

const databases = useTestDatabases();
const opened: Database[] = [];
afterEach(async () => {
  for (const database of opened.splice(0)) await database.close();
});
const as = (database: Database, program: keyof typeof databaseRoles) => {
  const own = openAs(database, program);
  opened.push(own);
  return own;
};

/** Every right in the database that somebody has who is not its owner, a line each. */
async function rightsIn({ pool }: Database): Promise<readonly string[]> {
  const { rows } = await pool.query<{ line: string }>(`
    with named as (
      select 'database' as what, datacl as acl, datdba as owner, 'd' as kind from pg_database where datname = current_database()
      union all
      select 'schema ' || nspname, nspacl, nspowner, 'n' from pg_namespace where nspname in ('berth', 'pgboss')
      union all
      select nspname || '.' || relname, relacl, relowner, case relkind when 'S' then 's' else 'r' end
        from pg_class join pg_namespace on pg_namespace.oid = relnamespace
        where nspname in ('berth', 'pgboss') and relkind in ('r', 'p', 'v', 'm', 'S')
      union all
      select nspname || '.' || proname || '()', proacl, proowner, 'f'
        from pg_proc join pg_namespace on pg_namespace.oid = pronamespace where nspname in ('berth', 'pgboss')
      union all
      select 'by default ' || coalesce(nspname, 'everywhere') || ' ' || defaclobjtype::text, defaclacl, defaclrole, null
        from pg_default_acl left join pg_namespace on pg_namespace.oid = defaclnamespace
    ), granted as (
      -- Where nothing was ever granted, the defaults of Postgres hold.
      select what, owner, (aclexplode(coalesce(acl, acldefault(kind::"char", owner)))).* from named
      union all
      select nspname || '.' || relname || '(' || attname || ')', relowner, (aclexplode(attacl)).*
        from pg_attribute join pg_class on pg_class.oid = attrelid join pg_namespace on pg_namespace.oid = relnamespace
        where nspname in ('berth', 'pgboss')
    )
    select coalesce(rolname, 'everyone') || ': ' || string_agg(privilege_type, ' ' order by privilege_type) || ' on ' || what
      || case when bool_or(is_grantable) then ' with grant option' else '' end as line
    from granted left join pg_roles on pg_roles.oid = grantee where grantee <> owner group by rolname, what order by 1`);
  return rows.map(({ line }) => line);
}

const expected = `
berth_api: CONNECT on database
berth_api: DELETE INSERT SELECT UPDATE on berth.idempotency_keys
berth_api: DELETE INSERT SELECT UPDATE on berth.operations
berth_api: DELETE INSERT SELECT on berth.webhook_messages
berth_api: DELETE SELECT on berth.operation_lines
berth_api: INSERT SELECT UPDATE on berth.hosts
berth_api: INSERT SELECT UPDATE on berth.owners
berth_api: INSERT SELECT UPDATE on berth.tokens
berth_api: INSERT SELECT UPDATE on berth.workspaces
berth_api: INSERT SELECT on pgboss.job_common
berth_api: SELECT UPDATE on berth.volumes
berth_api: SELECT on berth.migrations
berth_api: SELECT on pgboss.queue
berth_api: SELECT on pgboss.version
berth_api: USAGE on schema berth
berth_api: USAGE on schema pgboss
berth_engine: CONNECT on database
berth_engine: DELETE INSERT SELECT UPDATE on berth.leases
berth_engine: DELETE INSERT SELECT UPDATE on berth.volumes
berth_engine: DELETE INSERT SELECT UPDATE on pgboss.job_common
berth_engine: DELETE SELECT UPDATE on pgboss.job_dependency
berth_engine: DELETE SELECT on berth.idempotency_keys
berth_engine: INSERT SELECT UPDATE on pgboss.job
berth_engine: INSERT on berth.operation_lines
berth_engine: SELECT UPDATE on berth.hosts
berth_engine: SELECT UPDATE on berth.operations
berth_engine: SELECT UPDATE on berth.workspaces
berth_engine: SELECT UPDATE on pgboss.queue
berth_engine: SELECT UPDATE on pgboss.version
berth_engine: SELECT on berth.migrations
berth_engine: USAGE on schema berth
berth_engine: USAGE on schema pgboss
berth_router: CONNECT on database
berth_router: SELECT on berth.hosts(label)
berth_router: SELECT on berth.hosts(released_at)
berth_router: SELECT on berth.hosts(workspace)
berth_router: SELECT on berth.owners(forgotten_at)
berth_router: SELECT on berth.owners(owner)
berth_router: SELECT on berth.workspaces(desired)
berth_router: SELECT on berth.workspaces(host)
berth_router: SELECT on berth.workspaces(id)
berth_router: SELECT on berth.workspaces(owner)
berth_router: SELECT on berth.workspaces(phase)
berth_router: USAGE on schema berth
berth_api: DELETE INSERT SELECT on berth.access_codes
berth_api: DELETE INSERT SELECT on berth.shares
berth_api: DELETE SELECT on berth.sessions
berth_api: DELETE SELECT on berth.wakes
berth_api: SELECT on berth.usage
berth_router: DELETE INSERT SELECT on berth.access_codes
berth_router: DELETE INSERT SELECT on berth.sessions
berth_router: INSERT SELECT UPDATE on berth.usage
berth_router: INSERT on berth.wakes
berth_router: SELECT on berth.migrations
berth_router: SELECT on berth.shares(person)
berth_router: SELECT on berth.shares(workspace)
berth_router: SELECT on berth.workspaces(blueprint)
berth_router: UPDATE on berth.sessions(expires_at)
berth_router: UPDATE on berth.sessions(renewed_at)
`
  .trim()
  .split("\n");

describe("the programs' roles", () => {
  it("have these rights and no other, and nobody else has any", async () => {
    const database = await databases.create();
    await makeRoles(database);
    expect(await rightsIn(database)).toEqual(expected.toSorted());
  });

  it("lose what they should not have, and get nothing of a table that came later", async () => {
    const database = await databases.create();
    await database.pool.query(`
      grant all on berth.tokens, berth.workspaces to berth_router; grant update (hash) on berth.tokens to berth_engine;
      grant create on schema berth to berth_api; grant usage on schema pgboss to berth_router;
      grant all on all sequences in schema berth to berth_api; grant select on berth.owners to public;
      alter default privileges in schema berth grant select on tables to berth_router, public;
      revoke select on berth.hosts from berth_api; create table berth.later (secret text)`);
    await makeRoles(database);
    await database.pool.query("create table berth.latest (secret text)");
    expect(await rightsIn(database)).toEqual(expected.toSorted());
  });

  it("are refused when one is more than a role that may log in", async () => {
    const database = await databases.create();
    const more = async (statement: string, undo: string) => {
      await database.pool.query(statement);
      const message = await makeRoles(database).then(
        () => "taken",
        (error: unknown) => (error instanceof Error ? error.message : error),
      );
      await database.pool.query(undo);
      return message;
    };
    const refusal = (found: string) =>
      `A role of a program must be able to log in, and nothing else. Take away: ${found}.`;
    expect(
      await more("alter role berth_router createdb bypassrls", "alter role berth_router nocreatedb nobypassrls"),
    ).toBe(refusal("berth_router is bypassrls, berth_router is createdb"));
    expect(await more("grant pg_read_all_data to berth_api", "revoke pg_read_all_data from berth_api")).toBe(
      refusal("berth_api is in role pg_read_all_data"),
    );
    expect(await more("alter table tokens owner to berth_router", "alter table tokens owner to current_user")).toBe(
      refusal("berth_router is owner of table tokens"),
    );
    expect(await more("select", "select")).toBe("taken");
  });
});

describe("a program that was broken into", () => {
  const row = `insert into workspaces (id, owner, name, blueprint, blueprint_version, parameters, host, desired, phase,
    generation, spec_generation) values ('ws-a', 'alice', 'home', 'home', 1, '{"secret":true}', 'alice', 'running', 'running', 1, 1)`;

  it("as the router reads where a host name leads and who may go there, and changes nothing of either", async () => {
    const database = await databases.create();
    await makeRoles(database);
    await database.pool.query(`${row}; insert into hosts (label, owner, workspace) values ('alice', 'alice', 'ws-a')`);
    const { pool } = as(database, "router");
    const { rows } = await pool.query(
      `select workspaces.id, workspaces.owner, phase, desired, forgotten_at from hosts
       join workspaces on workspaces.id = hosts.workspace left join owners on owners.owner = workspaces.owner
       where label = 'alice' and released_at is null`,
    );
    expect(rows).toEqual([{ id: "ws-a", owner: "alice", phase: "running", desired: "running", forgotten_at: null }]);
  });

  const everywhere = [
    "create table mine (x int)",
    "create table public.mine (x int)",
    "create temporary table mine (x int)",
    "create schema mine",
    "create database mine",
    "create role mine",
    "set role berth",
    "alter role berth_api superuser",
    "alter table workspaces add column mine text",
    "drop table workspaces",
    "truncate workspaces",
    "select * from pg_authid",
    "copy workspaces to program 'cat'",
    "copy (select 1) to '/tmp/mine'",
    "select pg_read_file('/etc/passwd')",
    "select pgboss.create_queue('mine', '{}')",
    "insert into migrations (hash, created_at) values ('x', 1)",
    "delete from workspaces",
    "insert into pgboss.queue (name) values ('mine')",
    "delete from pgboss.version",
  ];
  const attempts: Readonly<Record<keyof typeof databaseRoles, readonly string[]>> = {
    router: [
      ...["set role berth_api", "select * from workspaces", "select parameters from workspaces", "select * from hosts"],
      ...["select * from tokens", "select hash from tokens", "select * from operations", "select * from leases"],
      ...["update workspaces set owner = 'mallory'", "update hosts set workspace = 'ws-mine'"],
      ...["insert into owners (owner) values ('mallory')", "select id from workspaces for update"],
      ...["select * from pgboss.job", "select nextval('workspaces_sequence_seq')"],
      ...[
        "update sessions set person = 'mallory'",
        "update sessions set host = 'mallory'",
        "update sessions set ends_at = now()",
      ],
      ...[
        "insert into shares (workspace, person) values ('ws-a', 'mallory')",
        "delete from shares",
        "select * from wakes",
      ],
      ...["delete from wakes", "delete from usage", "update access_codes set person = 'mallory'"],
    ],
    api: [
      ...["set role berth_engine", "select * from leases", "delete from leases", "insert into volumes default values"],
      ...[
        "delete from volumes",
        "delete from tokens",
        "delete from hosts",
        "insert into operation_lines default values",
      ],
      ...[
        "insert into sessions default values",
        "update sessions set expires_at = now()",
        "insert into wakes default values",
        "update usage set requests = 0",
      ],
      ...[
        "update pgboss.job_common set state = 'completed'",
        "delete from pgboss.job_common",
        "select * from pgboss.job",
      ],
    ],
    engine: [
      ...[
        "set role berth_api",
        "select * from tokens",
        "insert into tokens default values",
        "update tokens set hash = ''",
      ],
      ...["select * from owners", "insert into workspaces default values", "insert into hosts default values"],
      ...["delete from operations", "select * from operation_lines", "select * from webhook_messages"],
      ...["update idempotency_keys set request = ''", "delete from pgboss.job"],
      ...["select * from sessions", "select * from access_codes", "select * from shares", "select * from usage"],
    ],
  };
  it.each(["router", "api", "engine"] as const)(
    "as the %s is refused everything that is not its own",
    async (program) => {
      const database = await databases.create();
      await makeRoles(database);
      const { pool } = as(database, program);
      const outcomes: string[] = [];
      for (const statement of [...everywhere, ...attempts[program]]) {
        const outcome = await pool.query(statement).then(
          () => "done",
          (error: unknown) => (error instanceof Error && "code" in error ? error.code : error),
        );
        if (outcome !== "42501") outcomes.push(`${statement}: ${outcome}`);
      }
      expect(outcomes).toEqual([]);
      // Postgres only warns of a grant by someone who may not grant.
      await pool.query("grant all on workspaces to public").catch(() => undefined);
      expect(await rightsIn(database)).toEqual(expected.toSorted());
    },
  );
});

describe("a program that does not own the tables", () => {
  const failure = (work: Promise<unknown>) =>
    work.then(
      () => "started",
      (error: unknown) => (error instanceof Error ? error.message : error),
    );
  const start = (database: Database) =>
    failure(
      reachingDatabase(database.url, async () => {
        const tables = await prepareTables(database);
        const queue = createQueue(database, { make: tables === "made", maintain: false });
        await queue.start();
        await queue.stop();
        return tables;
      }),
    );
  const fix = "Run provisioner/migrate.ts as their owner, or use a user that may make tables in it.";

  it("starts on what the migrations made, and on what newer ones did", async () => {
    const database = await databases.create();
    expect(await prepareTables(as(database, "api"))).toBe("found");
    expect(await prepareTables(database)).toBe("made");
    await database.pool.query("insert into berth.migrations (hash, created_at) values ('of a later version', 9e15)");
    expect(await start(as(database, "engine"))).toBe("started");
  });

  it("says what to do when the tables are older than it needs, or not there", async () => {
    const database = await databases.create();
    const shown = (program: "api" | "engine") =>
      `DATABASE_URL: found "${urlOf(database, program).replace(/:[^:]*@/, "@")}". `;
    await database.pool.query("update berth.migrations set created_at = created_at - 1");
    expect(await start(as(database, "api"))).toBe(
      `${shown("api")}Its tables are older than this version needs. ${fix}`,
    );
    await database.pool.query(
      "update berth.migrations set created_at = created_at + 1; update pgboss.version set version = 1",
    );
    expect(await start(as(database, "engine"))).toBe(
      `${shown("engine")}Its queue has another shape than this version needs. ${fix}`,
    );
    await database.pool.query("drop schema berth cascade");
    expect(await start(as(database, "api"))).toBe(
      `${shown("api")}Its tables are not there, or not for this user. ${fix}`,
    );
  });

  it("tidies the queue up as the engine", async () => {
    const database = await databases.create();
    await makeRoles(database);
    // Whatever is done at intervals is due.
    await database.pool.query("update pgboss.version set flow_on = null, reindex_on = null");
    const errors: Error[] = [];
    const own = as(database, "engine");
    const queue = createQueue(own, { make: false, onError: (error) => errors.push(error) });
    await queue.start();
    await own.transaction((transaction) => queue.enqueue(transaction, "ws-a"));
    await queue.fetch(1);
    await database.pool.query("update pgboss.job_common set heartbeat_on = now() - interval '1 day'");
    await queue.tidy();
    await queue.stop();
    const { rows } = await database.pool.query("select singleton_key, state from pgboss.job");
    expect([rows, errors]).toEqual([[{ singleton_key: "ws-a", state: "failed" }], []]);
  });
});

it("a roll-out's step makes the roles as RDS' master user, who is no superuser, and does nothing the second time", async () => {
  const folder = await mkdtemp(join(tmpdir(), "berth-roles-"));
  const postgres = await startEmbeddedPostgres({ folder, throwaway: true });
  onTestFinished(async () => {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const admin = openDatabase(postgres.url);
  await admin.pool.query("create role rds_iam; create role master login createrole createdb password 'of-the-master'");
  await admin.pool.query("grant rds_iam to master with admin true, inherit false, set false");
  await admin.pool.query("create database rds owner master");
  await admin.close();
  const url = postgres.url.replace(/\/\/[^@]*@/, "//master:of-the-master@").replace(/\w+$/, "rds");
  const database = openDatabase(url);
  const entry = resolve(import.meta.dirname, "../../provisioner/migrate.ts");
  for (const _ of [1, 2]) {
    const { stdout } = await promisify(execFile)(process.execPath, [entry], {
      env: { PATH: process.env.PATH ?? "", DATABASE_URL: url, BERTH_DATABASE_ROLES: "make" },
    });
    expect(stdout).toContain("The database has this version's shape");
    expect(await rightsIn(database)).toEqual(expected.toSorted());
  }
  const { rows } = await database.pool.query(
    `select member.rolname as role, granted.rolname as in from pg_auth_members
     join pg_roles member on member.oid = member join pg_roles granted on granted.oid = roleid
     where granted.rolname = 'rds_iam' and member.rolname <> 'master' order by 1`,
  );
  expect(rows).toEqual(["berth_api", "berth_engine", "berth_router"].map((role) => ({ role, in: "rds_iam" })));
  await database.close();
});
