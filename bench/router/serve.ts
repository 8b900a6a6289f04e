/**
 * The router as it is deployed, with a database of its own and one workspace in it whose programs are the benchmark's.
 * Run in a process of its own: `node bench/router/serve.ts <folder> <port of /> <port of /bytes and /ws>`. Its first line
 * of output is JSON: where it listens, and the cookies of somebody who is let in.
 */
import { join } from "node:path";
import pino from "pino";
import { Registry } from "prom-client";
import { createRouter } from "../../provisioner/router/router.ts";
import { addCode, exchangeCode } from "../../provisioner/store/access.ts";
import { migrate, openDatabase } from "../../provisioner/store/database.ts";
import { startEmbeddedPostgres } from "../../provisioner/store/embedded.ts";
import { openNotifications } from "../../provisioner/store/notifications.ts";
import { workspaces } from "../../provisioner/store/schema.ts";

const [folder = "", pages = "", streams = ""] = process.argv.slice(2);
const postgres = await startEmbeddedPostgres({ folder: join(folder, "postgres"), throwaway: true });
const database = openDatabase(postgres.url);
await migrate(database);

const workspace = "ws-aaaaaaaaaaaaaaaa";
await database.queries.insert(workspaces).values({
  ...{ id: workspace, owner: "alice", name: "home", blueprint: "home", blueprintVersion: 1, parameters: {} },
  ...{ host: "alice", desired: "running", phase: "running", generation: 1, specGeneration: 1 },
});
const limits = { idleSeconds: 3600, mostSeconds: 86_400 };
const cookieFor = async (host: string): Promise<string> => {
  const { code } = await addCode(database.queries, { workspace, host, person: "alice", path: "/" });
  const made = await exchangeCode(database, { code, host }, limits);
  return `__Host-berth-session=${made?.token}`;
};

const router = createRouter({
  settings: {
    rules: { baseDomain: "ws.example.com", scheme: "https", productOrigins: [] },
    loginUrl: null,
    trustedProxies: [],
    sessions: limits,
    mostBody: Number.MAX_SAFE_INTEGER,
  },
  database,
  // The bare host's program and the gateway's, where the benchmark has them.
  locator: {
    locate: async (_, port) => ({ address: "127.0.0.1", port: Number(port === 3000 ? pages : streams) }),
    forget: () => undefined,
  },
  registry: new Registry(),
  log: pino({ level: "warn" }, pino.destination(2)),
});
const notifications = await openNotifications(postgres.url, { channels: ["route"], onLost: router.onLost });
router.follow(notifications);
const { url } = await router.listen({ host: "127.0.0.1", port: 0 });
const cookies = { pages: await cookieFor("alice"), streams: await cookieFor("gateway--alice") };
process.stdout.write(`${JSON.stringify({ port: Number(new URL(url).port), cookies })}\n`);

process.once("SIGTERM", async () => {
  await router.close(0);
  await notifications.close();
  await database.close();
  await postgres.stop();
  process.exit(0);
});
