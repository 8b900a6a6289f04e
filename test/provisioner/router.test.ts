import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { useTestDatabases } from "../support/postgres.ts";
import { urlOf } from "../support/roles.ts";

const databases = useTestDatabases();
const main = resolve(import.meta.dirname, "../../provisioner/router/main.ts");

it("the router lets nobody in, says that it lives, and ends in order", async () => {
  const url = urlOf(await databases.create(), "router");
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env.PATH ?? "", DATABASE_URL: url, BERTH_PORT: "0", BERTH_METRICS_PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "close");
  let out = "";
  child.stdout.on("data", (chunk) => {
    out += String(chunk);
  });
  const ready = () => out.split("\n").find((line) => line.includes('"msg":"Ready"'));
  while (ready() === undefined && child.exitCode === null) await Promise.race([once(child.stdout, "data"), ended]);
  const { router, metrics }: { router: string; metrics: string } = JSON.parse(ready() ?? "{}");

  for (const path of ["/", "/healthz", "/any/thing?at=all"]) {
    const answer = await fetch(new URL(path, router), { method: "POST", body: "x" });
    expect([answer.status, answer.headers.get("retry-after"), await answer.json()]).toEqual([
      503,
      "300",
      {
        type: "urn:berth:problem:unavailable",
        title: "Not available at the moment",
        status: 503,
        detail: "There is no way in to workspaces yet.",
        instance: expect.stringMatching(/^urn:berth:request:/),
      },
    ]);
  }
  expect((await fetch(new URL("/healthz", metrics))).status).toBe(200);
  expect(await (await fetch(new URL("/readyz", metrics))).json()).toEqual({
    status: "ready",
    checks: { database: { ok: true } },
  });
  child.kill("SIGTERM");
  await ended;
  expect(child.exitCode).toBe(0);
});
