import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { endChildren, endServer, findServer, launchServer, runInitdb, type Server } from "./embedded-server.ts";
import { processStart } from "./process-id.ts";

const database = "berth";
const user = "berth";

export interface EmbeddedPostgresOptions {
  /** Where its data, password and log are kept; made when it is not there. */
  readonly folder: string;
  /** @default a free one */
  readonly port?: number;
  /** For tests: nothing is synced to disk, so that a power cut loses everything. @default false */
  readonly throwaway?: boolean;
}

export interface EmbeddedPostgres {
  /** With the password; for this machine only. */
  readonly url: string;
  readonly port: number;
  /** Ends it after what is under way was rolled back; the data stays. */
  stop(): Promise<void>;
}

/**
 * Starts a real Postgres on the loopback, with the data of the last time. One that a killed run left over is ended
 * first; one whose starter still lives is refused.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { folder, throwaway = false } = options;
  await mkdir(folder, { recursive: true });
  const password = await readPassword(join(folder, "password"));
  const data = join(folder, "data");
  await endAbandonedPostgres(folder);
  await writeStarter(folder);
  if (!existsSync(join(data, "PG_VERSION"))) await initialise(folder, data, password, throwaway);

  const started = await start(folder, data, options);
  const address = (name: string) => addressOf(password, started.port, name);
  const stop = async () => {
    await endServer(started.server);
    await rm(starterFile(folder), { force: true });
  };
  try {
    await ensureDatabase(address("postgres"));
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: address(database), port: started.port, stop };
}

/** Address of the server that runs on a folder's data, for another process on this machine; null when none does. */
export async function embeddedPostgresUrl(folder: string): Promise<string | null> {
  const data = join(folder, "data");
  if (findServer(data) === undefined) return null;
  const port = (await readFile(join(data, "postmaster.pid"), "utf8")).split("\n")[3]?.trim();
  const password = (await readFile(join(folder, "password"), "utf8")).trim();
  return addressOf(password, Number(port), database);
}

function addressOf(password: string, port: number, name: string): string {
  return `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/${name}`;
}

/** Says whose the folder is, from before there is a server until it has ended. */
const starterFile = (folder: string) => join(folder, "starter");

async function writeStarter(folder: string): Promise<void> {
  const own = JSON.stringify({ pid: process.pid, started: processStart(process.pid) });
  await writeFile(`${starterFile(folder)}.new`, own);
  await rename(`${starterFile(folder)}.new`, starterFile(folder));
}

/** Process id of who uses the folder, while that one lives. */
async function livingStarter(folder: string): Promise<number | undefined> {
  try {
    const starter: unknown = JSON.parse(await readFile(starterFile(folder), "utf8"));
    if (typeof starter !== "object" || starter === null || !("pid" in starter) || !("started" in starter)) return;
    const { pid, started } = starter;
    return typeof pid === "number" && processStart(pid) === started ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** The password of this folder's database, made at the first start and readable by its user alone. */
async function readPassword(file: string): Promise<string> {
  try {
    return (await readFile(file, "utf8")).trim();
  } catch {
    const password = randomBytes(24).toString("base64url");
    await writeFile(`${file}.new`, `${password}\n`, { mode: 0o600 });
    await rename(`${file}.new`, file);
    return password;
  }
}

/** Ends a server on this folder whose starter is gone; throws when the starter still lives. */
export async function endAbandonedPostgres(folder: string): Promise<void> {
  const data = join(folder, "data");
  const server = findServer(data);
  const starter = await livingStarter(folder);
  if (starter !== undefined && (starter !== process.pid || server !== undefined)) {
    throw new Error(
      `The database in ${data} is in use by the process ${starter}: stop that one, or use another state folder.`,
    );
  }
  if (server !== undefined) await endServer(server);
  // A server that was killed leaves its children for a moment. Two on one folder would ruin it.
  await endChildren(data);
  // Its number may belong to another process by now, or still to its corpse: Postgres takes either for a running server.
  await rm(join(data, "postmaster.pid"), { force: true });
}

/** Makes the data folder in one go: a killed attempt leaves nothing that looks like one. */
async function initialise(folder: string, data: string, password: string, throwaway: boolean): Promise<void> {
  const fresh = join(folder, "data.new");
  const passwordFile = join(folder, "password.init");
  await rm(fresh, { recursive: true, force: true });
  await rm(data, { recursive: true, force: true });
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  try {
    await runInitdb(fresh, passwordFile, [
      `--username=${user}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale-provider=builtin",
      "--locale=C.UTF-8",
      "--no-instructions",
      ...(throwaway ? ["--no-sync"] : []),
    ]);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(fresh, data);
}

async function start(
  folder: string,
  data: string,
  options: EmbeddedPostgresOptions,
): Promise<{ readonly server: Server; readonly port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort());
    const server = await launchServer(folder, data, [
      ...["-p", String(port)],
      ...["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="],
      ...["-c", "max_connections=200"],
      ...(options.throwaway ? ["-c", "fsync=off", "-c", "full_page_writes=off"] : []),
    ]);
    const problem = await server.ready(port);
    if (problem === undefined) return { server, port };
    await endServer(server);
    // Children of a killed server end by themselves, a moment later; a free port may be taken by another meanwhile.
    const passing = /shared memory block|is the server already running|could not (?:bind|create any TCP)/i;
    if (attempt >= 10 || !passing.test(problem) || (options.port !== undefined && /could not bind/i.test(problem))) {
      throw new Error(`Postgres did not start:\n${problem}`);
    }
    await delay(200);
  }
}

async function ensureDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query("select 1 from pg_database where datname = $1", [database]);
    if (rowCount === 0) await client.query(`create database ${database}`);
  } finally {
    await client.end();
  }
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        typeof address === "object" && address !== null ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}
