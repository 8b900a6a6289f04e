import { randomBytes } from "node:crypto";
import { Writable } from "node:stream";
import pino from "pino";
import { Registry } from "prom-client";
import { afterEach } from "vitest";
import { createRouter, type Router, type RouterSettings } from "../../provisioner/router/router.ts";
import { addCode, exchangeCode } from "../../provisioner/store/access.ts";
import type { Database } from "../../provisioner/store/database.ts";
import { type Notifications, openNotifications } from "../../provisioner/store/notifications.ts";
import { useTestDatabases } from "../support/postgres.ts";
import { type RawAnswer, RawClient } from "../support/raw-client.ts";
import { openAs, urlOf } from "../support/roles.ts";
import { startBackend, startRawBackend, type WorkspaceBackend } from "../support/workspace-backend.ts";

export const baseDomain = "ws.example.com";
export const product = "https://app.example.com";
export const limits = { idleSeconds: 3600, mostSeconds: 86_400 };

/** One router, as it is deployed: with the rights of its role. */
export interface TestRouter {
  readonly router: Router;
  readonly url: string;
  readonly registry: Registry;
  readonly notifications: Notifications;
  /** All that it logged. */
  logged(): string;
  close(milliseconds?: number): Promise<void>;
}

export interface TestWorkspace {
  readonly id: string;
  readonly owner: string;
  readonly label: string;
}

/** The port that the bare host of a `home` leads to, and the one beside it. */
export const [shellPort, gatewayPort] = [3000, 4000];

/**
 * Routers and workspaces for the tests of one file. What a test started ends with it; with `keep`, by `end`. Call it at the
 * file's top.
 */
export function useRouters({ keep = false } = {}) {
  const databases = useTestDatabases();
  const ends: (() => Promise<unknown>)[] = [];
  /** Where the ports of workspaces are, on the loopback. */
  const places = new Map<string, number>();
  let database: Database;
  let count = 0;

  const end = async () => {
    for (const one of ends.splice(0).reverse()) await one();
    places.clear();
  };
  afterEach(async () => {
    if (!keep) await end();
  });

  /** A database of its own for the test, with the tables empty. */
  const open = async (): Promise<Database> => {
    database = await databases.empty();
    return database;
  };

  const locate = async (workspace: string, port: number) => {
    const found = places.get(`${workspace}:${port}`);
    return found === undefined ? null : { address: "127.0.0.1", port: found };
  };

  const startRouter = async (changes: Partial<RouterSettings> = {}, port = 0): Promise<TestRouter> => {
    const own = openAs(database, "router");
    let logs = "";
    const sink = new Writable({
      write(chunk, _encoding, done) {
        logs += String(chunk);
        done();
      },
    });
    const registry = new Registry();
    const router = createRouter({
      settings: {
        rules: { baseDomain, scheme: "https", productOrigins: [product] },
        loginUrl: null,
        trustedProxies: [],
        sessions: limits,
        mostBody: 1024 * 1024,
        sweepEvery: 20,
        flushEvery: 50,
        ...changes,
      },
      database: own,
      locator: { locate, forget: () => undefined },
      registry,
      log: pino({ level: "debug" }, sink),
    });
    const notifications = await openNotifications(urlOf(database, "router"), {
      channels: ["route"],
      retryDelay: 20,
      onLost: router.onLost,
    });
    router.follow(notifications);
    const { url } = await router.listen({ host: "127.0.0.1", port });
    let closing: Promise<void> | undefined;
    const close = (milliseconds = 0) => {
      closing ??= (async () => {
        await router.close(milliseconds);
        await notifications.close();
        await own.close();
      })();
      return closing;
    };
    ends.push(() => close());
    return { router, url, registry, notifications, logged: () => logs, close };
  };

  /** A workspace's row; `running` unless told otherwise. */
  const addWorkspace = async (
    label: string,
    more: { owner?: string; desired?: string; phase?: string; blueprint?: string } = {},
  ): Promise<TestWorkspace> => {
    count += 1;
    const { owner = label, desired = "running", phase = "running", blueprint = "home" } = more;
    const id = `ws-${randomBytes(10)
      .toString("hex")
      .slice(0, 16)
      .replace(/[0189]/g, "a")}`;
    await database.pool.query(
      `insert into workspaces (id, owner, name, blueprint, blueprint_version, parameters, host, desired, phase, generation,
        spec_generation) values ($1, $2, $3, $4, 1, '{}', $5, $6, $7, 1, 1)`,
      [id, owner, `home-${count}`, blueprint, label, desired, phase],
    );
    await database.pool.query(
      "insert into hosts (label, owner, workspace) values ($1, $2, $3) on conflict (label) do update set workspace = $3",
      [label, owner, id],
    );
    return { id, owner, label };
  };

  /** A program in a workspace that speaks HTTP. */
  const serve = async (
    { id }: TestWorkspace,
    port = shellPort,
    answer?: Parameters<typeof startBackend>[0],
  ): Promise<WorkspaceBackend> => {
    const backend = await startBackend(answer);
    places.set(`${id}:${port}`, backend.port);
    ends.push(() => backend.close());
    return backend;
  };

  /** A program in a workspace that does with its connections what it likes. */
  const serveRaw = async ({ id }: TestWorkspace, onConnection: Parameters<typeof startRawBackend>[0]) => {
    const backend = await startRawBackend(onConnection);
    places.set(`${id}:${shellPort}`, backend.port);
    ends.push(() => backend.close());
  };

  /** A code, as the API makes them. */
  const code = async (workspace: TestWorkspace, more: { host?: string; person?: string; path?: string } = {}) => {
    const { host = workspace.label, person = workspace.owner, path = "/" } = more;
    return (await addCode(database.queries, { workspace: workspace.id, host, person, path })).code;
  };

  /** A session's cookie, without the way through a browser. */
  const cookie = async (workspace: TestWorkspace, more: { host?: string; person?: string } = {}): Promise<string> => {
    const host = more.host ?? workspace.label;
    const made = await exchangeCode(database, { code: await code(workspace, more), host }, limits);
    if (made === null) throw new Error(`no session for ${host}`);
    return `__Host-berth-session=${made.token}`;
  };

  const client = async ({ url }: Pick<TestRouter, "url">): Promise<RawClient> => {
    const opened = await RawClient.open(url);
    ends.push(async () => opened.socket.destroy());
    return opened;
  };

  /** One request on a connection of its own. */
  const ask = async (
    router: Pick<TestRouter, "url">,
    label: string,
    request: { method?: string; target?: string; headers?: readonly string[]; body?: string } = {},
  ): Promise<RawAnswer> => {
    const { method = "GET", target = "/", headers = [], body = "" } = request;
    const opened = await client(router);
    const length = body === "" ? [] : [`Content-Length: ${body.length}`];
    const lines = [`${method} ${target} HTTP/1.1`, `Host: ${label}.${baseDomain}`, ...headers, ...length];
    opened.write(`${lines.join("\r\n")}\r\n\r\n${body}`);
    const answer = await opened.answer(method);
    opened.socket.destroy();
    return answer;
  };

  return { open, end, startRouter, addWorkspace, serve, serveRaw, code, cookie, client, ask, database: () => database };
}

/** What a browser sends when its user goes to a page. */
export const navigation = [
  "Sec-Fetch-Site: none",
  "Sec-Fetch-Mode: navigate",
  "Sec-Fetch-User: ?1",
  "Sec-Fetch-Dest: document",
  "Accept: text/html",
];
