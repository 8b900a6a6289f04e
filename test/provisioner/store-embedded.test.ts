import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type EmbeddedPostgres,
  endAbandonedPostgres,
  startEmbeddedPostgres,
} from "../../provisioner/store/embedded.ts";
import { processStart } from "../../provisioner/store/process-id.ts";

let folder: string;
const children: ChildProcess[] = [];
const servers: EmbeddedPostgres[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "berth-test-embedded-"));
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
  }
  for (const server of servers.splice(0)) await server.stop();
  await endAbandonedPostgres(folder);
  await rm(folder, { recursive: true, force: true });
});

async function start(throwaway = false): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ folder, throwaway });
  servers.push(server);
  return server;
}

async function query<T extends object>(url: string, text: string): Promise<readonly T[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T>(text)).rows;
  } finally {
    await client.end();
  }
}

/** Starts the database in a process of its own, and gives its address. */
async function startElsewhere(): Promise<{ child: ChildProcess; url: string }> {
  const module = new URL("../../provisioner/store/embedded.ts", import.meta.url).href;
  const code = `const { startEmbeddedPostgres } = await import(${JSON.stringify(module)});
    const { url } = await startEmbeddedPostgres({ folder: ${JSON.stringify(folder)}, throwaway: true });
    console.log(url); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  const [output] = await once(child.stdout, "data");
  return { child, url: String(output).trim() };
}

async function serverPid(): Promise<number> {
  return Number((await readFile(join(folder, "data/postmaster.pid"), "utf8")).split("\n")[0]);
}

describe("the embedded database", () => {
  it("keeps its data and its password from one start to the next, on the loopback only", async () => {
    const first = await start();
    await query(first.url, "create table kept as select 42 as answer");
    expect(
      await query(first.url, "select current_setting('listen_addresses') as at, current_setting('fsync') as fsync"),
    ).toEqual([{ at: "127.0.0.1", fsync: "on" }]);
    const wrong = first.url.replace(/:[^:@]+@/, ":wrong@");
    await expect(query(wrong, "select 1")).rejects.toThrow(/password/);
    await first.stop();
    const second = await start();
    expect(await query(second.url, "select * from kept")).toEqual([{ answer: 42 }]);
    expect((await stat(join(folder, "password"))).mode & 0o777).toBe(0o600);
    await second.stop();
    await second.stop();
  });

  it("ends the server that a killed process left, and finds what was committed", async () => {
    const { child, url } = await startElsewhere();
    await query(url, "create table kept as select 42 as answer");
    const pid = await serverPid();
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(processStart(pid)).toBeDefined();
    const next = await start();
    expect(processStart(pid)).toBeUndefined();
    expect(await query(next.url, "select * from kept")).toEqual([{ answer: 42 }]);
    await next.stop();
  });

  it("recovers from a server that was killed itself", async () => {
    const { child, url } = await startElsewhere();
    await query(url, "create table kept as select 42 as answer");
    process.kill(await serverPid(), "SIGKILL");
    child.kill("SIGKILL");
    await once(child, "exit");
    const next = await start();
    expect(await query(next.url, "select * from kept")).toEqual([{ answer: 42 }]);
    await next.stop();
  });

  it("is refused to a second process while the first one lives", async () => {
    const { child, url } = await startElsewhere();
    await expect(start()).rejects.toThrow(`is in use by the process ${child.pid}`);
    expect(await query(url, "select 1 as one")).toEqual([{ one: 1 }]);
  });

  it("never touches a process that only has the number of an earlier server", async () => {
    const first = await start();
    await first.stop();
    await writeFile(join(folder, "data/postmaster.pid"), `${process.pid}\n`);
    const second = await start();
    expect(await query(second.url, "select 1 as one")).toEqual([{ one: 1 }]);
    await second.stop();
  });

  it("begins anew after a first start that was killed half-way", async () => {
    const first = await start(true);
    await first.stop();
    await rm(join(folder, "data/PG_VERSION"));
    await writeFile(join(folder, "data.new"), "half");
    const second = await start(true);
    expect(await query(second.url, "select 1 as one")).toEqual([{ one: 1 }]);
    await second.stop();
  });
});
