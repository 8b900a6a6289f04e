import { expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { accepted } from "../../provisioner/contract/requests.ts";
import { startEntry } from "../support/entry.ts";
import { createWorld } from "../support/fakes/world.ts";
import { useTestDatabases } from "../support/postgres.ts";
import { urlOf } from "../support/roles.ts";

/** What answers to changes have: a create's has its estimate too. */
const answered = z.looseObject(accepted.shape);

const databases = useTestDatabases();
const token = "an-admin-token-of-32-characters!";

/** The API as a process of its own, as it is deployed; ended with the test. */
async function startApi(url: string) {
  const program = startEntry("main.ts", {
    BERTH_ROLES: "api",
    BERTH_PORT: "0",
    DATABASE_URL: url,
    BERTH_ADMIN_TOKEN: token,
  });
  const { api }: { api: string } = JSON.parse(await program.ready());
  const call = async (method: string, path: string, body?: object) => {
    const answer = await fetch(new URL(path, api), {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const said: unknown = await answer.json();
    return { status: answer.status, body: said };
  };
  const warnings = () =>
    program
      .output()
      .split("\n")
      .filter((line) => /"level":(40|50|60)/.test(line));
  return { call, stop: program.stop, warnings };
}

it("a workspace lives from its creation to its end between an API and an engine that own nothing", async () => {
  const database = await databases.create();
  const world = await createWorld(database);
  onTestFinished(() => world.close());
  await world.startReconciler();
  const api = await startApi(urlOf(database, "api"));
  const connected = await database.pool.query(
    "select distinct usename as who from pg_stat_activity where datname = current_database() and usename like 'berth\\_%' order by 1",
  );
  expect(connected.rows).toEqual([{ who: "berth_api" }, { who: "berth_engine" }]);

  const made = await api.call("POST", "/v1/workspaces?wait=60", { owner: "alice", blueprint: "home" });
  const { id } = answered.parse(made.body).workspace;
  const kinds: unknown[] = [];
  const path = `/v1/workspaces/${id}`;
  for (const answer of [
    made,
    await api.call("POST", `${path}/stop?wait=60`),
    await api.call("POST", `${path}/start?wait=60`),
    await api.call("DELETE", `${path}?wait=60&volumes=delete`),
  ]) {
    const { operation } = answered.parse(answer.body);
    kinds.push([answer.status, operation?.kind, operation?.outcome]);
  }
  expect(kinds).toEqual(
    ["create", "stop", "start", "delete"].map((kind, index) => [index === 0 ? 201 : 200, kind, "succeeded"]),
  );
  expect((await api.call("GET", "/readyz")).body).toEqual({
    status: "ready",
    checks: { database: { ok: true }, queue: { ok: true } },
  });
  expect(api.warnings()).toEqual([]);
  expect(await api.stop()).toBe(0);
});
