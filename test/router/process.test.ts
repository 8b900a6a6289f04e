import { once } from "node:events";
import { createServer } from "node:http";
import { beforeEach, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { startDns } from "../support/dns-server.ts";
import { startEntry } from "../support/entry.ts";
import { urlOf } from "../support/roles.ts";
import { baseDomain, useRouters } from "./harness.ts";

const routers = useRouters();
/** Ports of blueprints, with what leads to them: of one of them nobody else on this machine listens at all addresses. */
const candidates = [
  { blueprint: "desktop", before: "", port: 10_005 },
  { blueprint: "home", before: "gateway--", port: 4000 },
  { blueprint: "home", before: "", port: 3000 },
];
const ready = z.looseObject({ msg: z.literal("Ready"), router: z.string(), metrics: z.string() });

beforeEach(async () => {
  await routers.open();
});

/** A program at a blueprint's own port, on an address of its own as a pod has. */
async function serveAt(address: string) {
  const server = createServer((request, response) => response.end(`hello ${request.headers["x-forwarded-for"]}`));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  for (const candidate of candidates) {
    server.listen(candidate.port, address);
    const listening = await once(server, "listening").then(
      () => true,
      () => false,
    );
    if (listening) return candidate;
  }
  throw new Error("Other programs listen at all of these ports, on all addresses.");
}

const start = (environment: Readonly<Record<string, string>>) =>
  startEntry("router/main.ts", { BERTH_PORT: "0", BERTH_METRICS_PORT: "0", ...environment });

it("finds workspaces by the cluster's DNS, says that it lives and works, and ends in order", async () => {
  const address = `127.77.${process.pid % 250}.1`;
  const { blueprint, before } = await serveAt(address);
  const alice = await routers.addWorkspace("alice", { blueprint });
  const name = `workspace.${alice.id}.svc.cluster.local`;
  const dns = await startDns((asked) => (asked === name ? address : undefined));
  onTestFinished(() => dns.close());
  const router = start({
    DATABASE_URL: urlOf(routers.database(), "router"),
    BERTH_BASE_DOMAIN: baseDomain,
    BERTH_CLUSTER_DNS: dns.at,
    BERTH_TRUSTED_PROXIES: "127.0.0.1",
  });
  const { router: url, metrics } = ready.parse(JSON.parse(await router.ready()));
  const host = `${before}alice`;
  const headers = [`Cookie: ${await routers.cookie(alice, { host })}`, "X-Forwarded-For: 203.0.113.9"];
  const answer = await routers.ask({ url }, host, { headers });
  expect([answer.status, answer.body, dns.asked]).toEqual([200, "hello 203.0.113.9", [name]]);

  expect((await fetch(new URL("/healthz", metrics))).status).toBe(200);
  expect(await (await fetch(new URL("/readyz", metrics))).json()).toEqual({
    status: "ready",
    checks: { database: { ok: true } },
  });
  expect(await (await fetch(new URL("/metrics", metrics))).text()).toContain(
    'berth_router_requests_total{outcome="forwarded"} 1',
  );
  expect(await router.stop()).toBe(0);
  // What was counted a moment ago is not lost.
  const { rows } = await routers.database().pool.query("select workspace, requests from usage");
  expect(rows).toEqual([{ workspace: alice.id, requests: "1" }]);
  expect(router.output()).not.toMatch(/"level":(40|50|60)/);
});

it("says what is missing when it cannot start", async () => {
  const nowhere = await start({ BERTH_STATE: "/nonexistent" }).ended;
  expect(nowhere.err).toBe(
    "Berth cannot start:\n  DATABASE_URL: missing. Name the Postgres of the API and the engine, which says where a host name leads; or start those first, in the same BERTH_STATE.\n",
  );
  const wrong = await start({ BERTH_LOGIN_URL: "app.example.com", BERTH_CLUSTER_DNS: "dns.example.com" }).ended;
  expect(wrong.err).toMatch(/BERTH_LOGIN_URL: found "app\.example\.com"\. Write a URL without a fragment/);
  expect(wrong.err).toMatch(/BERTH_CLUSTER_DNS: found "dns\.example\.com"\. Write addresses/);
});
