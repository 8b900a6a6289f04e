import { beforeEach, describe, expect, it } from "vitest";
import type { RawAnswer } from "../support/raw-client.ts";
import { baseDomain, gatewayPort, navigation, product, shellPort, type TestRouter, useRouters } from "./harness.ts";

const routers = useRouters();
let router: TestRouter;
beforeEach(async () => {
  await routers.open();
  router = await routers.startRouter();
});

const originOf = (name: string) => `https://${name}.${baseDomain}`;
/** The value that an answer sets a cookie of ours to. */
const cookieOf = (answer: RawAnswer, name: string) =>
  (answer.headers.get("set-cookie") ?? [])
    .map((line) => new RegExp(`^__Host-berth-${name}=([^;]*); (.*)$`).exec(line))
    .find((match) => match !== null)
    ?.slice(1);

/** Opens the page that exchanges codes, and answers what it keeps the exchange to. */
async function openPage(host: string): Promise<{ nonce: string; cookie: string; page: RawAnswer }> {
  const page = await routers.ask(router, host, { target: "/.berth/enter", headers: navigation });
  const [nonce = ""] = cookieOf(page, "nonce") ?? [];
  return { nonce, cookie: `Cookie: __Host-berth-nonce=${nonce}`, page };
}

interface Exchange {
  readonly code: string;
  readonly nonce?: string;
  readonly headers?: readonly string[];
  readonly origin?: string;
}

function exchange(host: string, { code, nonce, headers = [], origin = originOf(host) }: Exchange): Promise<RawAnswer> {
  return routers.ask(router, host, {
    method: "POST",
    target: "/.berth/session",
    headers: [`Origin: ${origin}`, "Sec-Fetch-Site: same-origin", ...headers],
    body: JSON.stringify({ code, nonce }),
  });
}

/** The whole way in, as a browser goes it. */
async function enter(host: string, code: string): Promise<RawAnswer> {
  const { nonce, cookie } = await openPage(host);
  return exchange(host, { code, nonce, headers: [cookie] });
}

describe("a code", () => {
  it("becomes a session at its host, in a cookie that no script reads and no other page shares", async () => {
    const alice = await routers.addWorkspace("alice");
    await routers.serve(alice);
    const { nonce, cookie, page } = await openPage("alice");
    expect(page.status).toBe(200);
    expect(page.headers.get("referrer-policy")).toEqual(["no-referrer"]);
    expect(page.headers.get("cache-control")).toEqual(["no-store"]);
    const [policy = ""] = page.headers.get("content-security-policy") ?? [];
    expect(policy).toMatch(/^default-src 'none'; style-src 'nonce-[^']+'; script-src 'nonce-[^']+'; connect-src /);
    expect(policy).toContain(`frame-ancestors 'self' ${product}`);
    expect(page.body).not.toMatch(/https?:\/\//);

    const code = await routers.code(alice, { path: "/docs?page=1#top" });
    const answer = await exchange("alice", { code, nonce, headers: [cookie] });
    expect([answer.status, JSON.parse(answer.body).path]).toEqual([200, "/docs?page=1#top"]);
    const [token, attributes] = cookieOf(answer, "session") ?? [];
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(attributes).toBe(
      "Max-Age=86399; Path=/; Secure; HttpOnly; SameSite=None; Partitioned".replace(
        "86399",
        /\d+/.exec(attributes ?? "")?.[0] ?? "",
      ),
    );
    const seen = await routers.ask(router, "alice", { headers: [`Cookie: __Host-berth-session=${token}`] });
    expect([seen.status, seen.body]).toEqual([200, "hello from the workspace"]);
  });

  it("works once, however many try it at once", async () => {
    const alice = await routers.addWorkspace("alice");
    const code = await routers.code(alice);
    const { nonce, cookie } = await openPage("alice");
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => exchange("alice", { code, nonce, headers: [cookie] })),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array(7).fill(403)]);
  });

  it("works within a minute", async () => {
    const alice = await routers.addWorkspace("alice");
    const code = await routers.code(alice);
    const { rows } = await routers
      .database()
      .pool.query("select extract(epoch from expires_at - now())::float8 as left from access_codes");
    expect(rows[0].left).toBeGreaterThan(50);
    expect(rows[0].left).toBeLessThanOrEqual(60);
    await routers.database().pool.query("update access_codes set expires_at = now() - interval '1 millisecond'");
    expect((await enter("alice", code)).status).toBe(403);
  });

  it("is used up by a try at another host", async () => {
    const alice = await routers.addWorkspace("alice");
    await routers.addWorkspace("mallory");
    const code = await routers.code(alice);
    expect((await enter("mallory", code)).status).toBe(403);
    expect((await enter("alice", code)).status).toBe(403);
  });

  const wrong: readonly (readonly [string, (code: string, nonce: string, cookie: string) => Promise<RawAnswer>])[] = [
    [
      "with another nonce",
      (code, _nonce, cookie) => exchange("alice", { code, nonce: "x".repeat(43), headers: [cookie] }),
    ],
    ["without a nonce", (code, _nonce, cookie) => exchange("alice", { code, headers: [cookie] })],
    ["without the nonce's cookie", (code, nonce) => exchange("alice", { code, nonce })],
    [
      "from another origin",
      (code, nonce, cookie) => exchange("alice", { code, nonce, headers: [cookie], origin: "https://evil.example" }),
    ],
    [
      "from a sibling",
      (code, nonce, cookie) => exchange("alice", { code, nonce, headers: [cookie], origin: originOf("mallory") }),
    ],
    [
      "from a port of its own",
      (code, nonce, cookie) => exchange("alice", { code, nonce, headers: [cookie], origin: originOf("4000--alice") }),
    ],
    [
      "from the product's page",
      (code, nonce, cookie) => exchange("alice", { code, nonce, headers: [cookie], origin: product }),
    ],
    [
      "without an origin",
      (code, nonce, cookie) =>
        routers.ask(router, "alice", {
          method: "POST",
          target: "/.berth/session",
          headers: [cookie],
          body: JSON.stringify({ code, nonce }),
        }),
    ],
    [
      "in a form",
      (code, nonce, cookie) =>
        routers.ask(router, "alice", {
          method: "POST",
          target: "/.berth/session",
          headers: [cookie, `Origin: ${originOf("alice")}`],
          body: `code=${code}&nonce=${nonce}`,
        }),
    ],
    [
      "in a body that is too long",
      (code, nonce, cookie) =>
        routers.ask(router, "alice", {
          method: "POST",
          target: "/.berth/session",
          headers: [cookie, `Origin: ${originOf("alice")}`],
          body: `${JSON.stringify({ code, nonce })}${" ".repeat(4000)}`,
        }),
    ],
    [
      "in a query",
      (code, _nonce, cookie) =>
        routers.ask(router, "alice", { target: `/.berth/session?code=${code}`, headers: [cookie] }),
    ],
  ];
  it.each(wrong)("is refused %s, and not used up by it", async (_name, send) => {
    const alice = await routers.addWorkspace("alice");
    const code = await routers.code(alice);
    const { nonce, cookie } = await openPage("alice");
    const answer = await send(code, nonce, cookie);
    expect([403, 405]).toContain(answer.status);
    expect(answer.headers.has("set-cookie")).toBe(false);
    expect((await exchange("alice", { code, nonce, headers: [cookie] })).status).toBe(200);
  });

  it("of somebody who may not come in any more opens nothing", async () => {
    const alice = await routers.addWorkspace("alice");
    const code = await routers.code(alice, { person: "bob" });
    expect((await enter("alice", code)).status).toBe(403);
  });

  it("of a workspace that is on its way out opens nothing", async () => {
    const alice = await routers.addWorkspace("alice");
    const code = await routers.code(alice);
    await routers.database().pool.query("update workspaces set desired = 'deleted', phase = 'deleting'");
    expect((await enter("alice", code)).status).toBe(403);
  });

  it("is given to nobody who is not on the page: the page is for browsers that go there", async () => {
    for (const headers of [[], ["Sec-Fetch-Site: same-origin", "Sec-Fetch-Mode: cors", "Sec-Fetch-Dest: empty"]]) {
      const answer = await routers.ask(router, "alice", { target: "/.berth/enter", headers });
      expect([answer.status, answer.headers.has("set-cookie")]).toEqual([404, false]);
    }
  });
});

describe("a session", () => {
  it("is for whoever the database names, and not for who the host is called after", async () => {
    const workspace = await routers.addWorkspace("alice", { owner: "bob" });
    await routers.serve(workspace);
    expect((await enter("alice", await routers.code(workspace, { person: "alice" }))).status).toBe(403);
    expect((await enter("alice", await routers.code(workspace, { person: "bob" }))).status).toBe(200);
    await routers.database().pool.query("insert into shares (workspace, person) values ($1, 'carol')", [workspace.id]);
    expect((await enter("alice", await routers.code(workspace, { person: "carol" }))).status).toBe(200);
  });

  it("lasts longer while it is used, up to its end, and the browser is told", async () => {
    const alice = await routers.addWorkspace("alice");
    await routers.serve(alice);
    const cookie = await routers.cookie(alice);
    const { pool } = routers.database();
    expect((await routers.ask(router, "alice", { headers: [`Cookie: ${cookie}`] })).headers.has("set-cookie")).toBe(
      false,
    );
    await pool.query(
      "update sessions set renewed_at = now() - interval '2 hours', expires_at = now() + interval '1 minute'",
    );
    router.router.onLost();
    const answer = await routers.ask(router, "alice", { headers: [`Cookie: ${cookie}`] });
    expect(cookieOf(answer, "session")?.[0]).toBe(cookie.split("=")[1]);
    await expect
      .poll(
        async () =>
          (await pool.query("select extract(epoch from expires_at - now()) > 3000 as longer from sessions")).rows[0]
            .longer,
      )
      .toBe(true);
    await pool.query(
      "update sessions set renewed_at = now() - interval '2 hours', ends_at = now() + interval '1 minute'",
    );
    router.router.onLost();
    await routers.ask(router, "alice", { headers: [`Cookie: ${cookie}`] });
    await expect
      .poll(
        async () => (await pool.query("select expires_at = ends_at as at_the_end from sessions")).rows[0].at_the_end,
      )
      .toBe(true);
  });

  it("that is over opens nothing", async () => {
    const alice = await routers.addWorkspace("alice");
    const cookie = await routers.cookie(alice);
    await routers.database().pool.query("update sessions set expires_at = now()");
    expect((await routers.ask(router, "alice", { headers: [`Cookie: ${cookie}`] })).status).toBe(401);
  });

  it("ends with all that came of the same code when the person leaves", async () => {
    const alice = await routers.addWorkspace("alice");
    await routers.serve(alice);
    const cookie = await routers.cookie(alice);
    const other = await routers.cookie(alice);
    const port = await routers.ask(router, "alice", {
      target: "/.berth/port?to=gateway&path=%2Fapi",
      headers: [...navigation, `Cookie: ${cookie}`],
    });
    const [, code = ""] = port.headers.get("location")?.[0]?.split("#") ?? [];
    const gateway = cookieOf(await enter("gateway--alice", code), "session")?.[0];
    const leave = (origin: string) =>
      routers.ask(router, "alice", {
        method: "POST",
        target: "/.berth/leave",
        headers: [`Cookie: ${cookie}`, `Origin: ${origin}`],
      });
    expect((await leave("https://evil.example")).status).toBe(403);
    expect((await leave(originOf("alice"))).status).toBe(204);
    const status = async (host: string, value: string) =>
      (await routers.ask(router, host, { headers: [`Cookie: ${value}`] })).status;
    expect([
      await status("alice", cookie),
      await status("gateway--alice", `__Host-berth-session=${gateway}`),
      await status("alice", other),
    ]).toEqual([401, 401, 200]);
  });
});

describe("a stranger", () => {
  it("is told alike of a host with a workspace, one that had one, and one that never had", async () => {
    await routers.addWorkspace("alice");
    await routers.addWorkspace("asleep", { desired: "stopped", phase: "stopped" });
    await routers.addWorkspace("gone", { desired: "deleted", phase: "deleted" });
    const ask = async (headers: readonly string[], method = "GET") => {
      const answers: string[] = [];
      for (const host of ["alice", "asleep", "gone", "never-was"]) {
        const { head, body } = await routers.ask(router, host, { method, headers });
        // But for what is made anew for each answer.
        answers.push(
          `${head}\n${body}`.replaceAll(/nonce(?:-|=")[^'"]*|urn:berth:request:[-\w]+/g, "").replaceAll(host, ""),
        );
      }
      return new Set(answers).size;
    };
    expect(await ask(navigation)).toBe(1);
    expect(await ask([])).toBe(1);
    expect(await ask(["Service-Worker: script"])).toBe(1);
    expect(await ask([...navigation, "Cookie: __Host-berth-seen=abcdefghijklmnopqrstuv"])).toBe(1);
    expect(await ask(["Origin: https://app.example.com", "Access-Control-Request-Method: PUT"], "OPTIONS")).toBe(1);
  });

  it("is shown a page where no login is configured, and a problem where no page is wanted", async () => {
    const page = await routers.ask(router, "alice", { headers: navigation });
    expect([page.status, page.headers.get("content-type")]).toEqual([401, ["text/html; charset=utf-8"]]);
    const problem = await routers.ask(router, "alice", { headers: ["Accept: application/json"] });
    expect([problem.status, JSON.parse(problem.body)]).toEqual([
      401,
      {
        type: "urn:berth:problem:unauthenticated",
        title: "You are not signed in",
        status: 401,
        detail: "Open the workspace from where you found it: that gives this browser a session.",
        instance: expect.stringMatching(/^urn:berth:request:/),
      },
    ]);
  });

  it("is sent to the product's login, which is told where they wanted to go", async () => {
    const other = await routers.startRouter({ loginUrl: "https://app.example.com/login?from=berth" });
    const answer = await routers.ask(other, "alice", { target: "/docs?a=b&c=d", headers: navigation });
    const back = encodeURIComponent(`${originOf("alice")}/docs?a=b&c=d`);
    expect([answer.status, answer.headers.get("location")]).toEqual([
      303,
      [`https://app.example.com/login?from=berth&return=${back}`],
    ]);
    const framed = navigation.map((line) => line.replace("document", "iframe"));
    const frame = await routers.ask(other, "alice", { headers: framed });
    expect([frame.status, frame.body.includes('target="_top"')]).toEqual([401, true]);
    const script = await routers.ask(other, "alice", { headers: ["Sec-Fetch-Mode: cors"] });
    expect(script.status).toBe(401);
  });
});

describe("a host whose workspace is another one now", () => {
  it("has the browser forget what the earlier one left, before the new one is shown", async () => {
    const first = await routers.addWorkspace("alice");
    const entered = await enter("alice", await routers.code(first));
    const [seen] = cookieOf(entered, "seen") ?? [];
    await routers.database().pool.query("update workspaces set desired = 'deleted', phase = 'deleted'");
    const cookies = `Cookie: theme=dark; __Host-berth-seen=${seen}`;
    const dead = await routers.ask(router, "alice", { headers: [...navigation, cookies] });
    expect([dead.status, dead.headers.get("clear-site-data")]).toEqual([401, ['"cache", "storage"']]);

    const second = await routers.addWorkspace("alice", { owner: "bob" });
    const { nonce } = await openPage("alice");
    const again = async (code: string, cookie: string) =>
      exchange("alice", { code, nonce, headers: [`${cookie}; __Host-berth-nonce=${nonce}`] });
    const reused = await again(await routers.code(second), cookies);
    expect(reused.headers.get("clear-site-data")).toEqual(['"cache", "storage"']);
    expect(reused.headers.get("set-cookie")?.[0]).toBe("theme=; Max-Age=0; Path=/; Secure");
    const [now] = cookieOf(reused, "seen") ?? [];
    expect(now).not.toBe(seen);
    // Whoever comes back to the same one keeps theirs.
    const back = await again(await routers.code(second), `Cookie: theme=dark; __Host-berth-seen=${now}`);
    expect([back.status, back.headers.has("clear-site-data")]).toEqual([200, false]);
    const known = [...navigation, `Cookie: __Host-berth-seen=${now}`];
    expect((await routers.ask(router, "alice", { headers: known })).headers.has("clear-site-data")).toBe(false);
  });

  it("has the earlier one's service worker taken out", async () => {
    const answer = await routers.ask(router, "alice", {
      target: "/sw.js",
      headers: ["Service-Worker: script", "Sec-Fetch-Site: same-origin", "Sec-Fetch-Dest: serviceworker"],
    });
    expect([answer.status, answer.headers.get("clear-site-data")]).toEqual([404, ['"cache", "storage"']]);
  });

  it("gives its ports' codes where no service worker of the earlier one can be, which has them forget it first", async () => {
    await routers.addWorkspace("alice", { desired: "deleted", phase: "deleted" });
    const second = await routers.addWorkspace("alice", { owner: "bob" });
    const port = await routers.ask(router, "alice", {
      target: "/.berth/port?to=gateway&path=/x",
      headers: [...navigation, `Cookie: ${await routers.cookie(second)}`],
    });
    const beside = originOf("enter--alice");
    const [page = "", code = ""] = port.headers.get("location")?.[0]?.split("#") ?? [];
    expect(page).toBe(`${beside}/.berth/clean?port=gateway`);
    const cleaning = await routers.ask(router, "enter--alice", {
      target: page.slice(beside.length),
      headers: navigation,
    });
    expect([cleaning.status, cleaning.body.includes(`clean("${originOf("gateway--alice")}")`)]).toEqual([200, true]);
    const forget = (origin: string, ...headers: string[]) =>
      routers.ask(router, "gateway--alice", {
        method: "POST",
        target: "/.berth/forget",
        headers: [`Origin: ${origin}`, ...headers],
      });
    const forgotten = await forget(beside, "Cookie: __Host-berth-seen=of-the-earlier-one");
    expect([forgotten.status, forgotten.headers.get("clear-site-data")]).toEqual([204, ['"cache", "storage"']]);
    expect(forgotten.headers.get("access-control-allow-origin")).toEqual([beside]);
    for (const other of [originOf("alice"), originOf("gateway--alice"), originOf("enter--mallory"), product])
      expect((await forget(other)).status).toBe(403);
    const entered = await enter("gateway--alice", code);
    const [seen] = cookieOf(entered, "seen") ?? [];
    expect((await forget(beside, `Cookie: __Host-berth-seen=${seen}`)).headers.has("clear-site-data")).toBe(false);
  });

  it("shows no page of a workspace where browsers begin", async () => {
    const alice = await routers.addWorkspace("alice");
    const backend = await routers.serve(alice);
    const cookie = `Cookie: ${await routers.cookie(alice, { host: "enter--alice" })}`;
    expect((await routers.ask(router, "enter--alice", { headers: [cookie] })).status).toBe(404);
    for (const host of ["alice", "gateway--alice"])
      expect((await routers.ask(router, host, { target: "/.berth/clean", headers: navigation })).status).toBe(404);
    expect(backend.seen).toEqual([]);
  });

  it("is not opened by a session or a code of the earlier one", async () => {
    const first = await routers.addWorkspace("alice");
    const cookie = await routers.cookie(first);
    const code = await routers.code(first);
    await routers.database().pool.query("update workspaces set desired = 'deleted', phase = 'deleted'");
    const second = await routers.addWorkspace("alice", { owner: "bob" });
    const backend = await routers.serve(second);
    expect((await routers.ask(router, "alice", { headers: [`Cookie: ${cookie}`] })).status).toBe(401);
    expect((await enter("alice", code)).status).toBe(403);
    expect(backend.seen).toEqual([]);
  });
});

describe("a port's host", () => {
  it("has a session of its own, which the bare host's gives without a word", async () => {
    const alice = await routers.addWorkspace("alice");
    await routers.serve(alice, shellPort);
    await routers.serve(alice, gatewayPort, (request, response) => response.end(`gateway ${request.url}`));
    const cookie = await routers.cookie(alice);
    const first = await routers.ask(router, "gateway--alice", { target: "/api/me?x=1", headers: navigation });
    const [location = ""] = first.headers.get("location") ?? [];
    expect([first.status, location]).toEqual([
      303,
      `${originOf("alice")}/.berth/port?to=gateway&path=%2Fapi%2Fme%3Fx%3D1`,
    ]);
    const second = await routers.ask(router, "alice", {
      target: location.slice(originOf("alice").length),
      headers: [...navigation, `Cookie: ${cookie}`],
    });
    const [page = "", code = ""] = second.headers.get("location")?.[0]?.split("#") ?? [];
    expect([second.status, page]).toEqual([303, `${originOf("gateway--alice")}/.berth/enter`]);
    const third = await enter("gateway--alice", code);
    expect([third.status, JSON.parse(third.body).path]).toEqual([200, "/api/me?x=1"]);
    const session = `Cookie: __Host-berth-session=${cookieOf(third, "session")?.[0]}`;
    expect((await routers.ask(router, "gateway--alice", { target: "/api/me", headers: [session] })).body).toBe(
      "gateway /api/me",
    );
    // By number it is the same program, and another host.
    expect((await routers.ask(router, "4000--alice", { headers: [session] })).status).toBe(401);
  });

  it("that browsers may not reach is not there, with or without a session", async () => {
    const alice = await routers.addWorkspace("alice");
    await routers.serve(alice, 5000);
    const cookie = await routers.cookie(alice);
    for (const to of ["5000", "nothing", "22", "agent"]) {
      const answer = await routers.ask(router, "alice", {
        target: `/.berth/port?to=${to}&path=/`,
        headers: [...navigation, `Cookie: ${cookie}`],
      });
      expect([to, answer.status]).toEqual([to, 404]);
    }
    const direct = await routers.cookie(alice, { host: "5000--alice" });
    expect((await routers.ask(router, "5000--alice", { headers: [`Cookie: ${direct}`] })).status).toBe(404);
  });

  it("is given sessions as often as somebody needs, and not as often as a script can ask", async () => {
    const alice = await routers.addWorkspace("alice");
    const cookie = await routers.cookie(alice);
    const next = async (): Promise<string | undefined> => {
      const answer = await routers.ask(router, "alice", {
        target: "/.berth/port?to=gateway&path=/",
        headers: [...navigation, `Cookie: ${cookie}`],
      });
      return answer.headers.get("location")?.[0]?.split("#")[1];
    };
    let given = 0;
    for (let code = await next(); code !== undefined && given < 200; code = await next()) {
      given += 1;
      if (given % 2 === 0) expect((await enter("gateway--alice", code)).status).toBe(200);
    }
    expect(given).toBe(99);
    // Another browser of the same person has its own.
    const other = await routers.ask(router, "alice", {
      target: "/.berth/port?to=gateway&path=/",
      headers: [...navigation, `Cookie: ${await routers.cookie(alice)}`],
    });
    expect(other.headers.get("location")?.[0]).toMatch(/#[\w-]{43}$/);
  });

  it("is opened beside the bare one at once, so that its page may call it", async () => {
    const alice = await routers.addWorkspace("alice");
    await routers.serve(alice, gatewayPort, (_request, response) => response.end("gateway"));
    const entered = await enter("alice", await routers.code(alice));
    const { beside } = JSON.parse(entered.body);
    expect(beside).toEqual([{ origin: originOf("gateway--alice"), code: expect.stringMatching(/^[\w-]{43}$/) }]);
    const cross = { code: beside[0].code, origin: originOf("alice"), headers: ["Sec-Fetch-Mode: cors"] };
    const answer = await exchange("gateway--alice", cross);
    expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([200, [originOf("alice")]]);
    const session = `Cookie: __Host-berth-session=${cookieOf(answer, "session")?.[0]}`;
    const called = await routers.ask(router, "gateway--alice", {
      headers: [session, `Origin: ${originOf("alice")}`, "Sec-Fetch-Site: same-site", "Sec-Fetch-Mode: cors"],
    });
    expect([called.status, called.body]).toEqual([200, "gateway"]);
  });
});

it("no code, token or query stands in the log", async () => {
  const alice = await routers.addWorkspace("alice");
  const code = await routers.code(alice);
  const entered = await enter("alice", code);
  const token = cookieOf(entered, "session")?.[0] ?? "?";
  await routers.ask(router, "alice", {
    target: "/?secret=of-the-query",
    headers: [`Cookie: __Host-berth-session=${token}`],
  });
  await routers.ask(router, "alice", { target: `/?code=${code}`, headers: ["Cookie: __Host-berth-session=nonsense"] });
  expect(router.logged()).not.toBe("");
  expect(router.logged()).not.toMatch(new RegExp(`${code}|${token}|of-the-query|nonsense`));
});

it("cookies that a sibling's page left for the whole domain lock nobody out: they are taken away, and only they do that", async () => {
  const alice = await routers.addWorkspace("alice");
  const backend = await routers.serve(alice);
  const cookie = await routers.cookie(alice);
  const left = (bytes: number) => `Cookie: ${cookie}; tossed=${"x".repeat(bytes)}`;
  const answerTo = async (...headers: string[]) => {
    const { status, headers: told } = await routers.ask(router, "alice", { headers });
    return [status, told.get("clear-site-data")];
  };
  expect(await answerTo(left(7000))).toEqual([200, undefined]);
  // More than programs in workspaces read, and more than the router does.
  expect(await answerTo(left(8100))).toEqual([431, ['"cookies"']]);
  expect(await answerTo(left(40_000))).toEqual([431, ['"cookies"']]);
  expect(await answerTo(`X-Long: ${"x".repeat(40_000)}`, `Cookie: ${cookie}`)).toEqual([431, undefined]);
  expect(backend.seen.length).toBe(1);
});

it("what is spelled like a path of the router's reaches no workspace", async () => {
  const alice = await routers.addWorkspace("alice");
  const backend = await routers.serve(alice);
  const cookie = `Cookie: ${await routers.cookie(alice)}`;
  for (const target of [
    ...[
      "/.berth",
      "/.berth/",
      "/.berth/nothing",
      "/.berth/enter/x",
      "/%2eberth/enter",
      "/.%62erth/enter",
      "/.BERTH/enter",
    ],
    ...[
      "//.berth/enter",
      "/x/../.berth/session",
      "/%252eberth/enter",
      "/./.berth/enter",
      "/\\.berth/enter",
      "/.berth%2fenter",
    ],
  ]) {
    const answer = await routers.ask(router, "alice", { target, headers: [cookie] });
    expect([target, answer.status]).toEqual([target, 404]);
  }
  expect(backend.seen).toEqual([]);
  expect((await routers.ask(router, "alice", { target: "/berth/100%25", headers: [cookie] })).status).toBe(200);
});
