import { getTableName } from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";
import type { DatabaseProgram } from "../../components/core/database-roles.ts";
import * as schema from "./schema.ts";

/** What a program may do with a table: whole, or with some of its columns. */
export type TableRight = readonly (
  | "SELECT"
  | "INSERT"
  | "UPDATE"
  | "DELETE"
  | { readonly verb: "SELECT" | "UPDATE"; readonly columns: readonly string[] }
)[];

/** The rights on one table by program; who is not named has none. */
type Rights = Readonly<Partial<Record<DatabaseProgram, TableRight>>>;

const read = ["SELECT"] as const;

function columns(verb: "SELECT" | "UPDATE", ...names: readonly string[]) {
  return { verb, columns: names };
}

/**
 * Who may do what with our tables: what the code does, and no more. A table that is not here does not compile: whoever
 * makes one decides. A row lock (`for update`) needs UPDATE.
 */
const ourTables = {
  owners: { api: ["SELECT", "INSERT", "UPDATE"], router: [columns("SELECT", "owner", "forgotten_at")] },
  workspaces: {
    api: ["SELECT", "INSERT", "UPDATE"],
    engine: ["SELECT", "UPDATE"],
    // Where a host name leads, by which ports, and who may go there: none of the parameters.
    router: [columns("SELECT", "id", "owner", "host", "blueprint", "desired", "phase")],
  },
  hosts: {
    api: ["SELECT", "INSERT", "UPDATE"],
    engine: ["SELECT", "UPDATE"],
    router: [columns("SELECT", "label", "workspace", "released_at")],
  },
  volumes: { api: ["SELECT", "UPDATE"], engine: ["SELECT", "INSERT", "UPDATE", "DELETE"] },
  operations: { api: ["SELECT", "INSERT", "UPDATE", "DELETE"], engine: ["SELECT", "UPDATE"] },
  operationLines: { api: ["SELECT", "DELETE"], engine: ["INSERT"] },
  leases: { engine: ["SELECT", "INSERT", "UPDATE", "DELETE"] },
  idempotencyKeys: { api: ["SELECT", "INSERT", "UPDATE", "DELETE"], engine: ["SELECT", "DELETE"] },
  tokens: { api: ["SELECT", "INSERT", "UPDATE"] },
  webhookMessages: { api: ["SELECT", "INSERT", "DELETE"] },
  // The router makes codes for a workspace's further ports, and takes each in exchange by deleting it.
  accessCodes: { api: ["SELECT", "INSERT", "DELETE"], router: ["SELECT", "INSERT", "DELETE"] },
  sessions: {
    api: ["SELECT", "DELETE"],
    // Whose a session is, at which host and until when at the latest, never changes.
    router: ["SELECT", "INSERT", "DELETE", columns("UPDATE", "renewed_at", "expires_at")],
  },
  shares: { api: ["SELECT", "INSERT", "DELETE"], router: [columns("SELECT", "workspace", "person")] },
  wakes: { api: ["SELECT", "DELETE"], router: ["INSERT"] },
  usage: { api: ["SELECT"], router: ["SELECT", "INSERT", "UPDATE"] },
} as const satisfies {
  readonly [Name in keyof typeof schema as (typeof schema)[Name] extends PgTable ? Name : never]: Rights;
};

/**
 * The queue's tables, by their names: the API sends; the engine takes, ends and tidies up. Jobs are in the partition
 * that queues share, and are read through the whole table too.
 */
const queueTables = {
  version: { api: read, engine: ["SELECT", "UPDATE"] },
  queue: { api: read, engine: ["SELECT", "UPDATE"] },
  job: { engine: ["SELECT", "INSERT", "UPDATE"] },
  job_common: { api: ["SELECT", "INSERT"], engine: ["SELECT", "INSERT", "UPDATE", "DELETE"] },
  job_dependency: { engine: ["SELECT", "UPDATE", "DELETE"] },
} as const satisfies Readonly<Record<string, Rights>>;

/** One line of the whole: what a program may do with a table. */
export interface Grant {
  readonly program: DatabaseProgram;
  readonly schema: "berth" | "pgboss";
  readonly table: string;
  readonly right: TableRight;
}

/** All of it. */
export const grants: readonly Grant[] = [
  ...Object.entries(ourTables).flatMap(([name, rights]) => grantsOf("berth", sqlName(name), rights)),
  // Which shape the tables have.
  ...grantsOf("berth", "migrations", { api: read, router: read, engine: read }),
  ...Object.entries(queueTables).flatMap(([name, rights]) => grantsOf("pgboss", name, rights)),
];

/** Whose tables a program meets at all. */
export function schemasOf(program: DatabaseProgram): readonly Grant["schema"][] {
  return [...new Set(grants.filter((grant) => grant.program === program).map((grant) => grant.schema))];
}

function grantsOf(schemaName: Grant["schema"], table: string, { api, router, engine }: Rights): Grant[] {
  const named = { schema: schemaName, table };
  return [
    ...(api === undefined ? [] : [{ ...named, program: "api" as const, right: api }]),
    ...(router === undefined ? [] : [{ ...named, program: "router" as const, right: router }]),
    ...(engine === undefined ? [] : [{ ...named, program: "engine" as const, right: engine }]),
  ];
}

function sqlName(name: string): string {
  const found = Object.entries(schema).find(([key]) => key === name)?.[1];
  if (found === undefined) throw new Error(`${name} is no table of the schema`);
  return getTableName(found);
}
