import { expect, it } from "vitest";
import { openDatabase } from "../../provisioner/store/database.ts";
import { openNotifications } from "../../provisioner/store/notifications.ts";
import { eventually } from "../support/fakes/world.ts";
import { useTestDatabases } from "../support/postgres.ts";

const databases = useTestDatabases();

it("a password that was rotated holds for every new connection, and breaks no old one", async () => {
  const admin = await databases.create();
  await admin.pool.query("create role rotated login superuser password 'first'");
  const url = admin.url.replace(/\/\/[^@]*@/, "//rotated@");
  let current = "first";
  const asked: string[] = [];
  const password = async () => {
    asked.push(current);
    return current;
  };
  const database = openDatabase(url, { password, connections: 2 });
  const notifications = await openNotifications(url, { password, retryDelay: 1 });
  const heard: (string | null)[] = [];
  notifications.listen("work", (payload) => heard.push(payload));
  const old = await database.pool.connect();

  await admin.pool.query("alter role rotated password 'second'");
  current = "second";
  expect((await old.query("select current_user as who")).rows).toEqual([{ who: "rotated" }]);
  // The other place in the pool: a connection that has to be made.
  expect((await database.pool.query("select current_user as who")).rows).toEqual([{ who: "rotated" }]);
  await admin.pool.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'berth-notifications'",
  );
  await eventually(
    () => heard,
    (seen) => seen.includes(null),
  );
  expect(asked).toEqual(["first", "first", "second", "second"]);

  old.release();
  await notifications.close();
  await database.close();
});

it("without the password there is no connection", async () => {
  const admin = await databases.create();
  await admin.pool.query("create role locked login password 'right'");
  const url = admin.url.replace(/\/\/[^@]*@/, "//locked@");
  const wrong = openDatabase(url, { password: async () => "wrong" });
  await expect(wrong.pool.query("select 1")).rejects.toMatchObject({ code: "28P01" });
  await wrong.close();
  const none = openDatabase(url, { password: () => Promise.reject(new Error("nobody knows it")) });
  await expect(none.pool.query("select 1")).rejects.toThrow("nobody knows it");
  await none.close();
});
