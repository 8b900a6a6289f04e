import { beforeEach, expect, it } from "vitest";
import { RawClient } from "../support/raw-client.ts";
import { acceptHandshake, frame, handshake, readFrames } from "../support/websocket.ts";
import { baseDomain, type TestRouter, type TestWorkspace, useRouters } from "./harness.ts";

const routers = useRouters();
let alice: TestWorkspace;
let router: TestRouter;
beforeEach(async () => {
  await routers.open();
  alice = await routers.addWorkspace("alice");
});

const counted = async () => (await routers.database().pool.query("select * from usage")).rows[0];

async function openStream() {
  const accepted = Promise.withResolvers<RawClient>();
  await routers.serveRaw(alice, (socket) => acceptHandshake(socket, () => accepted.resolve(new RawClient(socket))));
  router = await routers.startRouter({ flushEvery: 10 });
  const client = await routers.client(router);
  const lines = [
    "GET /ws HTTP/1.1",
    `Host: alice.${baseDomain}`,
    `Cookie: ${await routers.cookie(alice)}`,
    ...handshake,
  ];
  client.write(`${lines.join("\r\n")}\r\n\r\n`);
  await client.answer();
  const inside = await accepted.promise;
  // The handshake itself is a use: what follows is looked at alone.
  await expect.poll(counted).toMatchObject({ requests: "1" });
  await routers.database().pool.query("update usage set last_used_at = '2020-01-01', messages = 0");
  return { client, inside };
}

const masked = { masked: true };

it("pings, pongs and goodbyes of an open stream are traffic, and no use", async () => {
  const { client, inside } = await openStream();
  const before = Number((await counted()).bytes_in);
  for (let count = 0; count < 10; count += 1) {
    client.write(frame("are you there", { opcode: 9, ...masked }));
    inside.write(frame("are you there", { opcode: 10 }));
  }
  await client.until(() => readFrames(client.received).frames.length === 10);
  await expect.poll(async () => Number((await counted()).bytes_in)).toBeGreaterThan(before + 100);
  expect(await counted()).toMatchObject({ messages: "0", last_used_at: new Date("2020-01-01") });
});

it("messages with data are use, in pieces as one, whichever side sends them", async () => {
  const { client, inside } = await openStream();
  const began = Date.now();
  client.write(frame("one", masked));
  client.write(frame("t", { fin: false, ...masked }));
  client.write(frame("ping", { opcode: 9, ...masked }));
  client.write(frame("wo", { opcode: 0, ...masked }));
  inside.write(frame("three"));
  await expect.poll(counted).toMatchObject({ messages: "3" });
  const { last_used_at: last } = await counted();
  expect(last.getTime()).toBeGreaterThanOrEqual(began);
});

it("what a router counted and could not write down is written down later", async () => {
  const { client } = await openStream();
  const { pool } = routers.database();
  await pool.query("revoke update on usage from berth_router");
  try {
    client.write(frame("one", masked));
    await expect.poll(() => router.logged()).toContain("Usage was not written down");
    client.write(frame("two", masked));
  } finally {
    await pool.query("grant update on usage to berth_router");
  }
  await expect.poll(counted).toMatchObject({ messages: "2" });
});
