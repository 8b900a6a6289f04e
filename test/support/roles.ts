import { type DatabaseProgram, databaseRoles } from "../../components/core/database-roles.ts";
import { type Database, openDatabase } from "../../provisioner/store/database.ts";
import { makeRoles } from "../../provisioner/store/roles.ts";

const password = "of-a-role-of-the-tests";

/** Makes the programs' roles, and lets them log in where there is no IAM. */
export async function letRolesIn(database: Database): Promise<void> {
  await makeRoles(database);
  for (const role of Object.values(databaseRoles))
    await database.pool.query(`alter role ${role} password '${password}'`);
}

/** A database's address for one of the programs. */
export function urlOf(database: Pick<Database, "url">, program: DatabaseProgram): string {
  const url = new URL(database.url);
  url.username = databaseRoles[program];
  url.password = password;
  return url.href;
}

/** A database as one of the programs has it. */
export function openAs(database: Pick<Database, "url">, program: DatabaseProgram): Database {
  return openDatabase(urlOf(database, program));
}
