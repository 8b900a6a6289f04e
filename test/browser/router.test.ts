import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openBrowser } from "../../toolchain/system/browser.ts";
import { gatewayPort, shellPort, type TestRouter, type TestWorkspace, useRouters } from "../router/harness.ts";
import { acceptHandshake, frame } from "../support/websocket.ts";

const routers = useRouters();
let browser: Browser;
let context: BrowserContext;
let page: Page;
let router: TestRouter;
let alice: TestWorkspace;
let product: Server;
let [routerPort, productPort] = [0, 0];
/** What the product's server was asked, and by which page. */
const referrers: (string | undefined)[] = [];

const workspace = (name: string) => `http://${name}.workspace.localhost:${routerPort}`;
const productOrigin = () => `http://app.product.localhost:${productPort}`;
const stranger = () => `http://evil.example.localhost:${productPort}`;

async function listening(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

beforeAll(async () => {
  browser = await openBrowser();
  // Any page of the product, or of a stranger: it shows whatever its address says in a frame.
  product = createServer((request, response) => {
    referrers.push(request.headers.referer);
    const framed = new URL(request.url ?? "", "http://x").searchParams.get("frame");
    response.setHeader("content-type", "text/html");
    response.end(`<!doctype html><title>product</title>${framed === null ? "" : `<iframe src="${framed}"></iframe>`}`);
  });
  productPort = await listening(product);
});
afterAll(async () => {
  await browser?.close();
  product?.closeAllConnections();
  product?.close();
});

beforeEach(async () => {
  await routers.open();
  alice = await routers.addWorkspace("alice");
  // Known before it listens: it is part of every origin.
  const probe = createServer();
  routerPort = await listening(probe);
  await new Promise((resolve) => probe.close(resolve));
  const rules = {
    baseDomain: "workspace.localhost",
    scheme: "http",
    port: routerPort,
    productOrigins: [productOrigin()],
  } as const;
  router = await routers.startRouter({ rules, loginUrl: `${productOrigin()}/login` }, routerPort);
  context = await browser.newContext();
  page = await context.newPage();
  return () => context.close();
});

const pageOf = (text: string) => `<!doctype html><title>${text}</title><h1>${text}</h1>`;
/** A program in a workspace that shows pages, each with its path. */
const servePages = (of: TestWorkspace, port = shellPort, more: Readonly<Record<string, string>> = {}) =>
  routers.serve(of, port, (request, response) => {
    response.setHeader("content-type", request.url?.endsWith(".js") ? "text/javascript" : "text/html");
    for (const [name, value] of Object.entries(more)) response.setHeader(name, value);
    response.end(request.url?.endsWith(".js") ? "" : pageOf(`${of.label} ${port} ${request.url}`));
  });
const accessUrl = async (to: TestWorkspace, path = "/") =>
  `${workspace(to.label)}/.berth/enter#${await routers.code(to, { path })}`;
/** What a sibling's page tries at another workspace, and what came of each. */
const hostilePage = (target: string) => `(async () => {
  const said = (work) => work.then(({ status, type }) => type + " " + status, () => "refused");
  const socket = new WebSocket("${target.replace("http", "ws")}");
  const webSocket = new Promise((resolve) => {
    socket.onmessage = () => resolve("message");
    socket.onerror = () => resolve("refused");
  });
  document.cookie = "__Host-berth-session=tossed; Domain=workspace.localhost; Path=/; Secure";
  return [
    await said(fetch("${target}", { credentials: "include" })),
    await said(fetch("${target}", { method: "POST", credentials: "include", mode: "no-cors", body: "x" })),
    await webSocket,
    document.cookie,
  ];
})()`;
/** Cookies as the browser keeps them, with what keeps them apart. */
async function keptCookies() {
  const { cookies } = await (await context.newCDPSession(page)).send("Network.getAllCookies");
  return cookies.filter(({ name }) => name.startsWith("__Host-berth-"));
}

describe("an access URL", () => {
  it("opens the workspace as a page; its code is in no address, history, referrer or script", async () => {
    const backend = await servePages(alice);
    const url = await accessUrl(alice, "/docs?page=1#part");
    await page.goto(productOrigin());
    await page.goto(url);
    await page.waitForURL(`${workspace("alice")}/docs?page=1#part`);
    expect(await page.textContent("h1")).toBe("alice 3000 /docs?page=1");
    expect(await page.evaluate("document.cookie")).toBe("");
    const session = (await keptCookies()).find(({ name }) => name === "__Host-berth-session");
    expect(session).toMatchObject({
      httpOnly: true,
      secure: true,
      sameSite: "None",
      path: "/",
      domain: "alice.workspace.localhost",
    });
    expect(JSON.stringify(session?.partitionKey)).toContain("http://workspace.localhost");
    const code = url.split("#")[1] ?? "";
    expect(JSON.stringify([backend.seen, referrers, router.logged()])).not.toContain(code);
    expect(backend.seen[0]?.headers.referer).toBeUndefined();

    // The page with the code is not in the history: back is where the person came from.
    await page.goBack();
    expect(page.url()).toBe(`${productOrigin()}/`);
    await page.goForward();
    expect(page.url()).toBe(`${workspace("alice")}/docs?page=1#part`);
    // And the code is used up.
    await page.goto("about:blank");
    await page.goto(url);
    await page.getByText("This link does not work any more").waitFor();
    expect(page.url()).toBe(`${workspace("alice")}/.berth/enter`);
  });

  it("opens it in a frame of the product's page, in a cookie that is kept apart, and in nobody else's", async () => {
    await servePages(alice, shellPort, {
      "x-frame-options": "DENY",
      "content-security-policy": "frame-ancestors 'none'",
    });
    const framed = (origin: string, url: string) => `${origin}/?frame=${encodeURIComponent(url)}`;
    await page.goto(framed(productOrigin(), await accessUrl(alice)));
    const inner = page.frameLocator("iframe");
    await inner.getByText("alice 3000 /").waitFor();
    const [session] = (await keptCookies()).filter(({ name }) => name === "__Host-berth-session");
    expect(JSON.stringify(session?.partitionKey)).toContain("http://product.localhost");
    // The same browser is a stranger elsewhere: as a page of its own …
    await page.goto(workspace("alice"));
    expect(page.url()).toBe(`${productOrigin()}/login?return=${encodeURIComponent(`${workspace("alice")}/`)}`);
    // … and in a stranger's frame nothing of it is shown at all.
    await page.goto(framed(stranger(), await accessUrl(alice)));
    await expect.poll(() => page.frames()[1]?.url()).toBe("chrome-error://chromewebdata/");
  });

  it("shows what is on its way, and goes on when it is there", async () => {
    await servePages(alice);
    await routers.database().pool.query("update workspaces set phase = 'starting'");
    await page.goto(await accessUrl(alice, "/later"));
    await page.getByText("It is waking up.").waitFor();
    await routers.database().pool.query("update workspaces set phase = 'running'");
    await page.getByText("alice 3000 /later").waitFor();
  });

  it("lets it sleep while a forgotten page loads itself anew, and wakes it when its user says so, or goes there", async () => {
    // As a desktop's page does when its stream ends.
    const restless = `const timer = setInterval(async () => {
      const { phase } = await (await fetch("/.berth/state")).json();
      if (phase === "asleep") { clearInterval(timer); location.reload(); }
    }, 100)`;
    await routers.serve(alice, shellPort, (_request, response) => {
      response.setHeader("content-type", "text/html");
      response.end(`<!doctype html><h1>at home</h1><script>${restless}</script>`);
    });
    const { pool } = routers.database();
    const wakes = async () => (await pool.query("delete from wakes returning person")).rows;
    await page.goto(await accessUrl(alice, "/later"));
    await page.waitForURL(`${workspace("alice")}/later`);
    // Nothing looks into the page meanwhile: that would pass for a person's doing.
    const asleep = page.waitForResponse((answer) => answer.status() === 503 && answer.request().isNavigationRequest());
    await pool.query("update workspaces set desired = 'stopped', phase = 'stopped'");
    await asleep;
    await page.getByText("It is asleep.").waitFor();
    expect(await wakes()).toEqual([]);
    await page.getByRole("button", { name: "Wake it" }).click();
    await page.getByText("It is being woken.").waitFor();
    await expect.poll(wakes).toEqual([{ person: "alice" }]);
    // By its address, and by a new URL of the product.
    for (const url of [workspace("alice"), await accessUrl(alice)]) {
      await pool.query("update workspaces set desired = 'running', phase = 'running'");
      await page.getByText("at home").waitFor();
      await page.goto("about:blank");
      await pool.query("update workspaces set desired = 'stopped', phase = 'stopped'");
      await page.goto(url);
      await page.getByText("It was asleep, and is being woken.").waitFor();
      await expect.poll(wakes).toEqual([{ person: "alice" }]);
    }
  });

  it("says so when the browser keeps no cookies", async () => {
    await servePages(alice);
    // As in a browser that takes the cookie and throws it away.
    await page.route("**/.berth/state", async (route) => {
      await context.clearCookies();
      await route.continue();
    });
    await page.goto(await accessUrl(alice));
    await page.getByText("Your browser keeps no cookie here").waitFor();
  });
});

describe("a page in a workspace", () => {
  it("has its WebSocket, and its gateway beside it, without another way in", async () => {
    await routers.serve(alice, gatewayPort, (request, response) => {
      response.setHeader("access-control-allow-origin", request.headers.origin ?? "");
      response.setHeader("access-control-allow-credentials", "true");
      response.end(`gateway ${request.method} ${request.url}`);
    });
    await servePages(alice);
    await page.goto(await accessUrl(alice));
    await page.getByText("alice 3000 /").waitFor();
    const put = await page.evaluate(
      `fetch("${workspace("gateway--alice")}/api", { method: "PUT", credentials: "include", headers: { "x-own": "1" } }).then((answer) => answer.text())`,
    );
    expect(put).toBe("gateway PUT /api");
    await page.goto(`${workspace("4000--alice")}/by-number`);
    await page.getByText("gateway GET /by-number").waitFor();
  });

  it("of a sibling can neither read, nor write, nor open a WebSocket, nor set a cookie of ours", async () => {
    const mallory = await routers.addWorkspace("mallory");
    await servePages(mallory);
    const seen: string[] = [];
    await routers.serveRaw(alice, (socket) =>
      acceptHandshake(socket, (head) => {
        seen.push(head);
        socket.write(frame("secret"));
      }),
    );
    // Signed in at both, in one browser.
    await page.goto(await accessUrl(alice));
    await page.goto(await accessUrl(mallory));
    await page.getByText("mallory 3000 /").waitFor();
    seen.length = 0;
    const outcome = await page.evaluate(hostilePage(workspace("alice")));
    expect(outcome).toEqual(["refused", "opaque 0", "refused", ""]);
    expect(seen).toEqual([]);
  });
});

it("what an earlier workspace of the host stored is gone when another one is opened there", async () => {
  await servePages(alice);
  await page.goto(await accessUrl(alice));
  await page.getByText("alice 3000 /").waitFor();
  await page.evaluate(`(async () => {
    localStorage.setItem("of", "the first");
    document.cookie = "of=the-first; Path=/";
    await navigator.serviceWorker.register("/worker.js");
    await navigator.serviceWorker.ready;
  })()`);
  await routers.database().pool.query("update workspaces set desired = 'deleted', phase = 'deleted'");
  const second = await routers.addWorkspace("alice", { owner: "bob" });
  await servePages(second);
  await page.goto(await accessUrl(second));
  await page.getByText("alice 3000 /").waitFor();
  const left = await page.evaluate(`(async () => [
    localStorage.length,
    document.cookie,
    (await navigator.serviceWorker.getRegistrations()).length,
  ])()`);
  expect(left).toEqual([0, "", 0]);
});

it("a service worker of an earlier workspace of the host does not get the code that opens the next one", async () => {
  // It answers every page itself, and tells the address that it was asked for, code and all.
  const thief = `self.addEventListener("install", () => self.skipWaiting());
    self.addEventListener("activate", (event) => event.waitUntil(clients.claim()));
    self.addEventListener("fetch", (event) => event.respondWith(new Response(
      "<h1></h1><script>document.querySelector('h1').textContent = 'stolen ' + location.hash</script>",
      { headers: { "content-type": "text/html" } },
    )));`;
  await routers.serve(alice, shellPort, (request, response) => {
    const script = request.url === "/worker.js";
    response.setHeader("content-type", script ? "text/javascript" : "text/html");
    response.end(script ? thief : pageOf("first"));
  });
  await page.goto(await accessUrl(alice));
  await page.getByText("first").waitFor();
  await page.evaluate(`(async () => {
    await navigator.serviceWorker.register("/worker.js");
    await navigator.serviceWorker.ready;
  })()`);
  await routers.database().pool.query("update workspaces set desired = 'deleted', phase = 'deleted'");
  const second = await routers.addWorkspace("alice", { owner: "bob" });
  await servePages(second);
  // As the API and the bare host lead there.
  const url = (await accessUrl(second)).replace("//alice", "//enter--alice").replace("/enter#", "/clean#");
  await page.goto(url);
  await page
    .getByRole("heading")
    .filter({ hasText: /alice 3000|stolen/ })
    .waitFor();
  expect(await page.getByRole("heading").textContent()).toBe("alice 3000 /");
});
