import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { sql } from "drizzle-orm";
import pino from "pino";
import { blueprints } from "../../components/workspace/blueprints/index.ts";
import { type Api, createApi } from "../../provisioner/api/app.ts";
import type { ApiDeps } from "../../provisioner/api/deps.ts";
import { createApiMetrics } from "../../provisioner/api/metrics.ts";
import { issueToken } from "../../provisioner/api/tokens.ts";
import { createPrivateApi } from "../../provisioner/compat/private-api.ts";
import { type CreatedAnswer, created } from "../../provisioner/contract/requests.ts";
import { createQueue } from "../../provisioner/queue/queue.ts";
import { addCode, exchangeCode } from "../../provisioner/store/access.ts";
import { migrate, openDatabase } from "../../provisioner/store/database.ts";
import { startEmbeddedPostgres } from "../../provisioner/store/embedded.ts";
import { openNotifications } from "../../provisioner/store/notifications.ts";
import { createTokenStore } from "../../provisioner/store/tokens.ts";
import { addUsage, type UsageCount } from "../../provisioner/store/usage.ts";
import { createWebhookStore } from "../../provisioner/store/webhooks.ts";
import { createAccessService } from "../../provisioner/workspaces/access.ts";
import { createWorkspaceService } from "../../provisioner/workspaces/create-service.ts";
import type { WorkspaceSettings } from "../../provisioner/workspaces/settings.ts";
import { letRolesIn, openAs } from "../support/roles.ts";

/** An answer with its body read. `json` is whatever came: tests say what they expect of it. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: the shape of an answer is what the tests are about
  readonly json: any;
}

/** Calls with one token. */
export interface Caller {
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  post(path: string, body?: object, headers?: Record<string, string>): Promise<Answer>;
  put(path: string): Promise<Answer>;
  patch(path: string, body: object): Promise<Answer>;
  delete(path: string): Promise<Answer>;
  /** Creates a workspace; throws when that is refused. */
  create(body: object, headers?: Record<string, string>): Promise<CreatedAnswer>;
}

/** An operation that is under way. */
export interface UnderWay {
  readonly id: string;
  readonly workspace: string;
  readonly kind: string;
}

type Outcome = "succeeded" | "failed";
type Failure = { readonly code: string; readonly message: string };

/** The API on a real Postgres; the tests play the reconciler. */
export async function createHarness(
  options: { maxPerOwner?: number; corsOrigins?: readonly string[] } & Pick<
    WorkspaceSettings,
    "costs" | "budgets"
  > = {},
) {
  const folder = await mkdtemp(join(tmpdir(), "berth-api-"));
  const postgres = await startEmbeddedPostgres({ folder, throwaway: true });
  const { url } = postgres;
  const database = openDatabase(url);
  await migrate(database);
  const owned = createQueue(database);
  await owned.start();
  await owned.stop();
  await letRolesIn(database);
  // The API has the rights of its role; what the tests do by themselves has all.
  const ofApi = openAs(database, "api");
  const notifications = await openNotifications(ofApi.url);
  const queue = createQueue(ofApi, { make: false, maintain: false });
  await queue.start();
  const settings: WorkspaceSettings = {
    installation: "test",
    baseDomain: "workspace.example.com",
    workspacesPerOwner: options.maxPerOwner ?? 5,
    costs: options.costs ?? {},
    budgets: options.budgets ?? {},
  };
  const service = createWorkspaceService({ database: ofApi, queue, notifications, settings });
  const tokens = createTokenStore(ofApi);
  const webhookSecret = `whsec_${Buffer.alloc(24, 5).toString("base64")}`;
  let logs = "";
  const sink = new Writable({
    write(chunk, _encoding, done) {
      logs += String(chunk);
      done();
    },
  });
  const deps: ApiDeps = {
    service,
    access: createAccessService({ database: ofApi, queue, settings }),
    tokens,
    webhooks: createWebhookStore(ofApi),
    blueprints,
    log: pino({ level: "debug" }, sink),
    metrics: createApiMetrics(),
    readiness: async () => ({ database: { ok: true }, cluster: { ok: true }, queue: { ok: true } }),
    signup: { secrets: [webhookSecret], blueprint: "home" },
    compat: { holdSeconds: 60 },
    limits: { requestsPerMinute: 100_000, refusalsPerMinute: 100_000 },
    corsOrigins: options.corsOrigins ?? [],
  };
  const app = createApi(deps);
  const variant = (changes: Partial<ApiDeps>) => ({ ...deps, metrics: createApiMetrics(), ...changes });
  const issue = async (scope: "admin" | "service" | "user", owner?: string, expiresInDays?: number, at = new Date()) =>
    issueToken(tokens, { name: "test", scope, owner, expiresInDays }, at);

  const all = async (query: ReturnType<typeof sql>) => (await database.queries.execute(query)).rows;

  /** The oldest operation under way, as soon as there is one. */
  const nextOperation = async (): Promise<UnderWay> => {
    const deadline = AbortSignal.timeout(20_000);
    for (;;) {
      const [row] = await all(
        sql`select id, workspace, kind from operations where outcome is null order by created_at limit 1`,
      );
      if (row !== undefined) return { id: String(row.id), workspace: String(row.workspace), kind: String(row.kind) };
      deadline.throwIfAborted();
    }
  };

  /** Ends an operation as the reconciler would. */
  const settle = async (id: string, outcome: Outcome, error?: Failure): Promise<void> => {
    await database.transaction(async (transaction) => {
      const { rows } = await transaction.execute(
        sql`update operations set outcome = ${outcome}, error = ${error === undefined ? null : JSON.stringify(error)}::jsonb,
          attempts = 1, started_at = now(), finished_at = now() where id = ${id} and outcome is null returning workspace, kind`,
      );
      const [row] = rows;
      if (row === undefined) throw new Error(`${id} is not under way`);
      const { workspace, kind } = row;
      await transaction.execute(
        outcome === "failed"
          ? sql`update workspaces set phase = 'needs-attention', message = ${error?.message ?? null} where id = ${workspace}`
          : sql`update workspaces set observed_generation = generation, deployed_generation = spec_generation,
              phase = case desired when 'deleted' then 'deleted' when 'stopped' then 'stopped' else 'running' end,
              ready_at = case desired when 'running' then now() else null end where id = ${workspace}`,
      );
      if (kind === "delete")
        await transaction.execute(sql`update hosts set released_at = now() where workspace = ${workspace}`);
      await transaction.execute(sql`select pg_notify('berth_operation', ${id})`);
    });
  };

  const tables = [
    "workspaces",
    "operations",
    "operation_lines",
    "hosts",
    "volumes",
    "idempotency_keys",
    "webhook_messages",
    "access_codes",
    "sessions",
    "shares",
    "wakes",
    "usage",
  ];

  return {
    app,
    service,
    webhookSecret,
    now: () => new Date(),
    tokens: {
      admin: (await issue("admin")).secret,
      service: (await issue("service")).secret,
      alice: (await issue("user", "alice")).secret,
      bob: (await issue("user", "bob")).secret,
    },
    expiredToken: async () => (await issue("service", undefined, 1, new Date(Date.now() - 2 * 86_400_000))).secret,
    async revokedToken() {
      const { token, secret } = await issue("service");
      await tokens.revoke(token.id, new Date());
      return secret;
    },
    /** Calls the API with a token, or with none. */
    as: (token: string | null) => createCaller(app, token),
    /** The same on another app with other settings. */
    async another(changes: Partial<ApiDeps>) {
      const other = createApi(variant(changes));
      return (token: string | null) => createCaller(other, token);
    },
    anotherApp: async (changes: Partial<ApiDeps>): Promise<Api> => createApi(variant(changes)),
    privateApp: (host: string): Api => createPrivateApi(variant({}), host),
    nextOperation,
    settle,
    async settleNext(outcome: Outcome, error?: Failure): Promise<string> {
      const { id } = await nextOperation();
      await settle(id, outcome, error);
      return id;
    },
    async writeLine(operation: string, message: string): Promise<void> {
      await database.transaction(async (transaction) => {
        await transaction.execute(sql`update operations set lines = lines + 1 where id = ${operation}`);
        await transaction.execute(
          sql`insert into operation_lines (operation, sequence, at, level, message)
            select id, lines, now(), 'info', ${message} from operations where id = ${operation}`,
        );
        await transaction.execute(sql`select pg_notify('berth_operation', ${operation})`);
      });
    },
    /** A session, as a router makes one. */
    async addSession(workspace: string, host: string, person: string): Promise<void> {
      const { code } = await addCode(database.queries, { workspace, host, person, path: "/" });
      const made = await exchangeCode(database, { code, host }, { idleSeconds: 60, mostSeconds: 60 });
      if (made === null) throw new Error(`${person} may not open ${workspace}`);
    },
    /** What a router counted. */
    addUsage: (count: UsageCount) => addUsage(database, [count]),
    /** How many rows each table has, the queue's too. */
    async rows(): Promise<Record<string, number>> {
      const counts = [...tables, "owners", "tokens"].map(
        (table) => sql`(select count(*)::int from ${sql.identifier(table)}) as ${sql.identifier(table)}`,
      );
      const [row = {}] = await all(
        sql`select ${sql.join([...counts, sql`(select count(*)::int from pgboss.job) as queue`], sql`, `)}`,
      );
      return Object.fromEntries(Object.entries(row).map(([table, count]) => [table, Number(count)]));
    },
    /** All that a table holds, as text. */
    dump: async (table: string) => JSON.stringify(await all(sql`select * from ${sql.identifier(table)}`)),
    logged: () => logs,
    /**
     * Forgets all but the tokens. By deleting, in one statement for the sake of references: truncating waits for readers
     * that are still going away, and they for it.
     */
    async clear(): Promise<void> {
      const deletions = [...tables, "owners", "leases"].map(
        (table) => sql`${sql.identifier(`of_${table}`)} as (delete from ${sql.identifier(table)})`,
      );
      await database.queries.execute(sql`with ${sql.join(deletions, sql`, `)} delete from pgboss.job`);
    },
    async close(): Promise<void> {
      await queue.stop();
      await notifications.close();
      await ofApi.close();
      await database.close();
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
export type Harness = Awaited<ReturnType<typeof createHarness>>;

function createCaller(app: Api, token: string | null): Caller {
  const call = async (
    method: string,
    path: string,
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
    const answer = await app.request(path, {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = /json/.test(answer.headers.get("content-type") ?? "");
    return { status: answer.status, headers: answer.headers, text, json: isJson ? JSON.parse(text) : undefined };
  };
  return {
    get: (path, headers) => call("GET", path, undefined, headers),
    post: (path, body, headers) => call("POST", path, body, headers),
    put: (path) => call("PUT", path),
    patch: (path, body) => call("PATCH", path, body),
    delete: (path) => call("DELETE", path),
    async create(body, headers) {
      const answer = await call("POST", "/v1/workspaces", body, headers);
      if (answer.status >= 300) throw new Error(`${answer.status} ${answer.text}`);
      return created.parse(answer.json);
    },
  };
}
