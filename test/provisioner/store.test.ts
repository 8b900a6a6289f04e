import { describe, expect, it } from "vitest";
import { issueToken } from "../../provisioner/api/tokens.ts";
import { migrate, openDatabase } from "../../provisioner/store/database.ts";
import { type Notifications, notify, openNotifications } from "../../provisioner/store/notifications.ts";
import { isProvablyDead, ownHolder } from "../../provisioner/store/process-id.ts";
import { createTokenStore } from "../../provisioner/store/tokens.ts";
import { createWebhookStore } from "../../provisioner/store/webhooks.ts";
import { deadHolder, eventually } from "../support/fakes/world.ts";
import { useTestDatabases } from "../support/postgres.ts";

const databases = useTestDatabases();

describe("migrations", () => {
  it("run once when several start at once, and again without effect", async () => {
    const made = await databases.create();
    await made.pool.query("drop schema berth cascade");
    await Promise.all([migrate(made), migrate(made), migrate(made)]);
    await migrate(made);
    const { rows } = await made.pool.query("select count(*)::int as count from workspaces");
    expect(rows).toEqual([{ count: 0 }]);
    const { rows: locks } = await made.pool.query("select * from pg_locks where locktype = 'advisory'");
    expect(locks).toEqual([]);
  });

  it("put the tables where every user of the database finds them", async () => {
    const made = await databases.create();
    await made.pool.query("create role someone login password 'else'; grant usage on schema berth to someone");
    await made.pool.query("grant select on all tables in schema berth to someone");
    const other = openDatabase(made.url.replace(/\/\/[^@]*@/, "//someone:else@"));
    expect((await other.pool.query("select * from workspaces")).rows).toEqual([]);
    await other.close();
  });

  it("say which database cannot be reached", async () => {
    const nowhere = openDatabase("postgres://berth:secret@127.0.0.1:1/berth");
    await expect(migrate(nowhere)).rejects.toThrow(/ECONNREFUSED/);
    await nowhere.close();
  });
});

describe("a transaction", () => {
  it("leaves nothing when it throws, and tells nobody", async () => {
    const database = await databases.create();
    const notifications = await openNotifications(database.url);
    const heard: (string | null)[] = [];
    notifications.listen("work", (payload) => heard.push(payload));
    await expect(
      database.transaction(async (transaction) => {
        await notify(transaction, "work", "never");
        await transaction.execute("insert into owners (owner) values ('alice')");
        throw new Error("no");
      }),
    ).rejects.toThrow("no");
    await database.transaction((transaction) => notify(transaction, "work", "always"));
    await eventually(
      () => heard,
      (seen) => seen.length > 0,
    );
    expect(heard).toEqual(["always"]);
    expect((await database.pool.query("select * from owners")).rows).toEqual([]);
    await notifications.close();
  });
});

describe("notifications", () => {
  /** Breaks the listening connection, as a restart of the database would. */
  const cut = (database: Awaited<ReturnType<typeof databases.create>>) =>
    database.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 'berth-notifications' and datname = current_database()`,
    );

  it("come back after the connection broke, and say that some may have been missed", async () => {
    const database = await databases.create();
    const errors: Error[] = [];
    const notifications: Notifications = await openNotifications(database.url, {
      retryDelay: 10,
      onError: (error) => errors.push(error),
    });
    const heard: (string | null)[] = [];
    const stop = notifications.listen("operation", (payload) => heard.push(payload));
    await cut(database);
    await eventually(
      () => heard,
      (seen) => seen.includes(null),
    );
    await database.transaction((transaction) => notify(transaction, "operation", "op-1"));
    await eventually(
      () => heard,
      (seen) => seen.includes("op-1"),
    );
    expect(errors.length).toBeGreaterThan(0);
    stop();
    await database.transaction((transaction) => notify(transaction, "operation", "op-2"));
    expect(heard).not.toContain("op-2");
    await notifications.close();
  });

  it("end for good when closed", async () => {
    const database = await databases.create();
    const notifications = await openNotifications(database.url, { retryDelay: 1 });
    await notifications.close();
    const { rows } = await eventually(
      () =>
        database.pool.query(
          "select pid from pg_stat_activity where application_name = 'berth-notifications' and datname = current_database()",
        ),
      ({ rowCount }) => rowCount === 0,
    );
    expect(rows).toEqual([]);
  });
});

describe("tokens", () => {
  it("are found, listed newest first, and revoked once", async () => {
    const store = createTokenStore(await databases.create());
    const early = new Date("2026-01-01T00:00:00Z");
    const late = new Date("2026-01-02T00:00:00Z");
    const { token: first, secret } = await issueToken(store, { name: "first", scope: "admin" }, early);
    const { token: second } = await issueToken(
      store,
      { name: "a user", scope: "user", owner: "alice", expiresInDays: 1 },
      late,
    );
    expect(await store.find(first.id)).toEqual(first);
    expect(await store.find(second.id)).toEqual(second);
    expect(await store.find("aaaaaaaaaaaaaaaa")).toBeNull();
    expect((await store.list()).map(({ name }) => name)).toEqual(["a user", "first"]);
    expect(JSON.stringify(await store.list())).not.toContain(secret);
    expect(await store.revoke(first.id, late)).toBe(true);
    expect(await store.revoke(first.id, new Date())).toBe(true);
    expect((await store.find(first.id))?.revokedAt).toEqual(late);
    expect(await store.revoke("aaaaaaaaaaaaaaaa", late)).toBe(false);
  });
});

describe("webhook messages", () => {
  it("are remembered, and forgotten after a month", async () => {
    const database = await databases.create();
    const store = createWebhookStore(database);
    expect(await store.seen("msg_1")).toBe(false);
    await store.remember("msg_1", "user.created", new Date());
    await store.remember("msg_1", "user.created", new Date());
    expect(await store.seen("msg_1")).toBe(true);
    await database.pool.query("update webhook_messages set at = now() - interval '31 days'");
    await store.remember("msg_2", "user.created", new Date());
    expect([await store.seen("msg_1"), await store.seen("msg_2")]).toEqual([false, true]);
  });
});

describe("a holder", () => {
  it("is provably dead only where its process id means something", () => {
    const here = ownHolder();
    expect(isProvablyDead(here, here)).toBe(false);
    expect(isProvablyDead({ ...here, started: "1" }, here)).toBe(true);
    expect(isProvablyDead(deadHolder(), here)).toBe(true);
    expect(isProvablyDead({ ...deadHolder(), boot: "another" }, here)).toBe(false);
    expect(isProvablyDead({ ...deadHolder(), namespace: "pid:[1]" }, here)).toBe(false);
  });
});
