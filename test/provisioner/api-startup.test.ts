import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../provisioner/store/embedded.ts";
import { startEntry } from "../support/entry.ts";

let folder: string;
let postgres: EmbeddedPostgres;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "berth-startup-"));
  postgres = await startEmbeddedPostgres({ folder: join(folder, "postgres"), throwaway: true });
});
afterAll(async () => {
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The provisioner as a process, with this environment and nothing else. */
function run(env: Record<string, string>) {
  const entry = startEntry("main.ts", { BERTH_STATE: join(folder, "state"), BERTH_PORT: "0", ...env });
  const ready = async (): Promise<{ api: string; private: string; metrics: string }> => JSON.parse(await entry.ready());
  return { ...entry, ready };
}

const apiOnly = () => ({ BERTH_ROLES: "api", DATABASE_URL: postgres.url });

describe("a start that cannot be", () => {
  const refused = async (env: Record<string, string>) => {
    const { code, out, err } = await run(env).ended;
    expect(code).toBe(1);
    expect(out + err).not.toMatch(/\n\s+at |hunter2/);
    expect(err).toMatch(/^Berth cannot start:\n/);
    return err.split("\n").slice(1).join("\n");
  };

  test("names every wrong variable, its value and what to write", async () => {
    const message = await refused({ BERTH_PORT: "eighty", BERTH_ADMIN_TOKEN: "hunter2", BERTH_COLOUR: "blue" });
    expect(message).toContain('BERTH_PORT: found "eighty". Write a whole number from 0 to 65535.');
    expect(message).toContain('BERTH_ADMIN_TOKEN: found "(hidden)".');
    expect(message).toContain("BERTH_COLOUR: ");
  });

  test("names a database that does not answer, without its password", async () => {
    const message = await refused({ DATABASE_URL: "postgres://berth:hunter2@127.0.0.1:1/berth" });
    expect(message).toContain('DATABASE_URL: found "postgres://berth@127.0.0.1:1/berth". It does not answer');
  });

  test("names a database that refuses the password", async () => {
    const url = new URL(postgres.url);
    url.password = "hunter2";
    expect(await refused({ DATABASE_URL: url.href })).toContain("It refuses this user or password");
  });

  test("names a database that is not there", async () => {
    const url = new URL(postgres.url);
    url.pathname = "/nothing";
    expect(await refused({ DATABASE_URL: url.href })).toContain("There is no such database");
  });

  test("names a kubeconfig that is not there", async () => {
    const message = await refused({ DATABASE_URL: postgres.url, KUBECONFIG: "/nonexistent/kubeconfig" });
    expect(message).toContain('KUBECONFIG: found "/nonexistent/kubeconfig".');
  });

  test("names a cluster that does not answer", async () => {
    const kubeconfig = join(folder, "kubeconfig");
    await writeFile(
      kubeconfig,
      JSON.stringify({
        apiVersion: "v1",
        kind: "Config",
        "current-context": "x",
        contexts: [{ name: "x", context: { cluster: "x", user: "x" } }],
        clusters: [{ name: "x", cluster: { server: "https://127.0.0.1:1" } }],
        users: [{ name: "x", user: { token: "hunter2" } }],
      }),
    );
    const message = await refused({ DATABASE_URL: postgres.url, KUBECONFIG: kubeconfig });
    expect(message).toContain("The cluster at https://127.0.0.1:1 does not answer");
  });

  test("names a port that is taken", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const address = other.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const message = await refused({ ...apiOnly(), BERTH_PORT: String(port) });
    other.close();
    expect(message).toContain(`BERTH_PORT: found ${port}. Another program listens there`);
  });
});

describe("a provisioner", () => {
  test("shows the first admin token at the first start only, and ends in order when told to", async () => {
    const first = run(apiOnly());
    const { api } = await first.ready();
    const token = /berth_[a-z2-7]{16}_[a-z2-7]{52}/.exec(first.output())?.[0] ?? "";
    const authorization = { authorization: `Bearer ${token}` };
    expect((await fetch(new URL("/v1/tokens", api), { headers: authorization })).status).toBe(200);
    first.child.kill("SIGTERM");
    expect(await first.ended).toMatchObject({ code: 0, out: expect.stringContaining('"msg":"Stopped"') });

    const second = run(apiOnly());
    const again = await second.ready();
    expect(second.output()).not.toMatch(/berth_[a-z2-7]{16}_/);
    expect((await fetch(new URL("/v1/tokens", again.api), { headers: authorization })).status).toBe(200);
    second.child.kill("SIGINT");
    expect((await second.ended).code).toBe(0);
  });

  test("answers held requests and ends streams when told to stop", async () => {
    const token = "configured-token-".padEnd(40, "x");
    const provisioner = run({ ...apiOnly(), BERTH_ADMIN_TOKEN: token, BERTH_SHUTDOWN_DEADLINE: "60" });
    const { api } = await provisioner.ready();
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const create = (query: string, owner: string) =>
      fetch(new URL(`/v1/workspaces${query}`, api), {
        method: "POST",
        headers,
        body: JSON.stringify({ owner, blueprint: "home" }),
      });
    const begun = await create("", "alice");
    const log = await fetch(new URL(`${begun.headers.get("location")}/log`, api), { headers });
    const held = create("?wait=300", "bob");
    const listed = async () => {
      const list = await fetch(new URL("/v1/workspaces?owner=bob", api), { headers });
      return (await list.text()).includes('"bob"');
    };
    await expect.poll(listed, { timeout: 30_000 }).toBe(true);
    provisioner.child.kill("SIGTERM");
    expect((await held).status).toBe(202);
    expect(await log.text()).not.toContain("event: outcome");
    expect((await provisioner.ended).code).toBe(0);
  });

  test("serves the compatibility routes and the figures on listeners of their own, when asked to", async () => {
    const provisioner = run({ ...apiOnly(), BERTH_PRIVATE_PORT: "0", BERTH_METRICS_PORT: "0" });
    const addresses = await provisioner.ready();
    expect(await (await fetch(new URL("/health", addresses.private))).json()).toEqual({ status: "ok" });
    expect((await fetch(new URL("/containers", addresses.private))).status).toBe(200);
    expect((await fetch(new URL("/v1/tokens", addresses.private))).status).toBe(404);
    expect((await fetch(new URL("/containers", addresses.api))).status).toBe(401);
    expect(await (await fetch(new URL("/metrics", addresses.metrics))).text()).toContain("berth_http_request_seconds");
    for (const listener of [addresses.api, addresses.metrics]) {
      const ready = await fetch(new URL("/readyz", listener));
      expect(await ready.json()).toEqual({ status: "ready", checks: { database: { ok: true }, queue: { ok: true } } });
      expect(await (await fetch(new URL("/healthz", listener))).json()).toEqual({ status: "ok" });
    }
    expect((await fetch(new URL("/containers", addresses.metrics))).status).toBe(404);
  });

  test("cuts off who sends headers without end, and answers what is no HTTP with 400", async () => {
    const provisioner = run(apiOnly());
    const { api } = await provisioner.ready();
    const { port } = new URL(api);
    const say = async (text: string) => {
      const socket = connect(Number(port), "127.0.0.1");
      socket.write(text);
      const chunks: Buffer[] = [];
      for await (const chunk of socket) chunks.push(chunk);
      return Buffer.concat(chunks).toString();
    };
    expect(await say(`GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: ${"a".repeat(20_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 431/,
    );
    expect(await say("nonsense\r\n\r\n")).toMatch(/^HTTP\/1.1 400/);
    expect(await say("GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n")).toMatch(/^HTTP\/1.1 400/);
  });
});
