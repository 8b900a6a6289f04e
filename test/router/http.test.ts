import { beforeEach, expect, it } from "vitest";
import { baseDomain, useRouters } from "./harness.ts";

const routers = useRouters();
beforeEach(async () => {
  await routers.open();
});

it("somebody with a session reaches the workspace, which hears where the request came from, and not how they got in", async () => {
  const alice = await routers.addWorkspace("alice");
  const backend = await routers.serve(alice);
  const router = await routers.startRouter();
  const session = await routers.cookie(alice);
  const answer = await routers.ask(router, "alice", {
    target: "/some/page?with=query",
    headers: [`Cookie: theme=dark; ${session}; lang=en`, "X-Forwarded-For: 1.2.3.4", "User-Agent: test"],
  });
  expect([answer.status, answer.body]).toEqual([200, "hello from the workspace"]);
  expect(backend.seen).toEqual([
    {
      method: "GET",
      url: "/some/page?with=query",
      body: "",
      headers: expect.anything(),
      rawHeaders: [
        ...["Host", `alice.${baseDomain}`, "cookie", "theme=dark; lang=en", "user-agent", "test"],
        ...["X-Forwarded-For", "127.0.0.1", "X-Forwarded-Host", `alice.${baseDomain}`, "X-Forwarded-Proto", "https"],
      ],
    },
  ]);
});
