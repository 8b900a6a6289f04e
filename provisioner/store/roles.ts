import { escapeIdentifier, type PoolClient } from "pg";
import { databaseRoles } from "../../components/core/database-roles.ts";
import { type Database, lockedForMigration } from "./database.ts";
import { type Grant, grants, schemasOf } from "./rights.ts";

const programs = ["api", "router", "engine"] as const satisfies readonly (keyof typeof databaseRoles)[];
const roles = programs.map((program) => databaseRoles[program]);
const everyRole = roles.join(", ");

/**
 * Makes the programs' roles, and gives each its rights and no other: those that it had and should not have are taken
 * away. All at once, so that who is connected never has less than before and after. For the owner of the tables, after
 * the migrations; again without effect.
 */
export async function makeRoles(database: Database): Promise<void> {
  await lockedForMigration(database, async (client) => {
    await client.query("begin");
    await makeThem(client);
    const name = escapeIdentifier(client.database ?? "");
    for (const statement of [...takeAway(name), ...give(name)]) await client.query(statement);
    await client.query("commit");
  });
}

/** A role of the name is taken as it is, password and all, unless it is more than a role that may log in. */
async function makeThem(client: PoolClient): Promise<void> {
  const { rows: there } = await client.query<{ name: string; inRds: boolean }>(
    "select rolname as name from pg_roles where rolname = any($1)",
    [[...roles, "rds_iam"]],
  );
  const known = new Set(there.map(({ name }) => name));
  for (const role of roles) if (!known.has(role)) await client.query(`create role ${role} login`);
  // Whoever is in it logs in with a token of IAM in place of a password:
  // https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.DBAccounts.html
  if (known.has("rds_iam")) await client.query(`grant rds_iam to ${everyRole}`);

  const { rows: wrong } = await client.query<{ role: string; more: string }>(
    `select rolname as role, more from pg_roles, lateral (values
       (rolsuper, 'superuser'), (rolcreaterole, 'createrole'), (rolcreatedb, 'createdb'),
       (rolreplication, 'replication'), (rolbypassrls, 'bypassrls')) as attribute(has, more)
     where rolname = any($1) and has
     union all
     select member.rolname, 'in role ' || granted.rolname from pg_auth_members
       join pg_roles member on member.oid = pg_auth_members.member
       join pg_roles granted on granted.oid = pg_auth_members.roleid
     where member.rolname = any($1) and granted.rolname <> 'rds_iam'
     union all
     -- Of what is its own it can give itself every right again: in this database, or a whole one.
     select distinct rolname, 'owner of ' || pg_describe_object(classid, objid, objsubid)
       from pg_shdepend join pg_roles on pg_roles.oid = refobjid
     where refclassid = 'pg_authid'::regclass and deptype = 'o' and rolname = any($1)
       and (dbid = 0 or dbid = (select oid from pg_database where datname = current_database()))
     order by 1, 2`,
    [roles],
  );
  if (wrong.length === 0) return;
  const found = wrong.map(({ role, more }) => `${role} is ${more}`).join(", ");
  throw new Error(`A role of a program must be able to log in, and nothing else. Take away: ${found}.`);
}

function takeAway(database: string): readonly string[] {
  const whose = `from public, ${everyRole}`;
  const kinds = ["tables", "sequences", "routines"];
  return [
    // By default everyone may connect and make temporary tables.
    `revoke all on database ${database} ${whose}`,
    `revoke all on schema berth, pgboss ${whose}`,
    ...kinds.flatMap((kind) => [
      `revoke all on all ${kind} in schema berth, pgboss ${whose}`,
      // A table of a later migration is nobody's until the code says whose it is.
      `alter default privileges in schema berth, pgboss revoke all on ${kind} ${whose}`,
    ]),
  ];
}

function give(database: string): readonly string[] {
  return [
    `grant connect on database ${database} to ${everyRole}`,
    ...programs.map((program) => `grant usage on schema ${schemasOf(program).join(", ")} to ${databaseRoles[program]}`),
    ...grants.map(grantStatement),
  ];
}

function grantStatement({ program, schema, table, right }: Grant): string {
  const what = right.map((one) => (typeof one === "string" ? one : `${one.verb} (${one.columns.join(", ")})`));
  return `grant ${what.join(", ")} on ${schema}.${table} to ${databaseRoles[program]}`;
}
