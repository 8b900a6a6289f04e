import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Workspace } from "../../provisioner/contract/workspace.ts";
import { openBrowser } from "../../toolchain/system/browser.ts";
import { provision, useRealBerth } from "../support/real/berth.ts";
import { ask, enter, eventually, picture } from "../support/real/browser.ts";
import { podsOf } from "../support/real/pods.ts";

const { api, kubeconfig } = useRealBerth();
const pods = podsOf(kubeconfig);

describe("Two users with a home each, in a browser each", () => {
  let browser: Browser;
  const homes: Workspace[] = [];
  const contexts: BrowserContext[] = [];
  const pages: Page[] = [];

  beforeAll(async () => {
    browser = await openBrowser();
    homes.push(...(await Promise.all(["ann", "ben"].map((owner) => provision(api, owner, "home")))));
    for (const home of homes) {
      const context = await browser.newContext({ viewport: { width: 1000, height: 620 } });
      contexts.push(context);
      pages.push(await enter(context, api, home));
    }
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    for (const home of homes) await api.remove(home.id, "delete");
  });

  test("work at once, each in their own shell", async () => {
    for (const [index, page] of pages.entries()) {
      await page.locator(".xterm").waitFor();
      await page.locator(".xterm").click();
      await page.keyboard.type(`echo home of ${index} >whose\n`, { delay: 20 });
    }
    for (const [index, home] of homes.entries()) {
      await eventually(
        "the file",
        async () => (await pods.run(home.id, "cat", "/home/user/whose")).stdout === `home of ${index}\n`,
      );
    }
    await pages[0]?.keyboard.type("clear; ls -la; df -h .\n", { delay: 10 });
    if (pages[0]) await picture(pages[0], "home");
  });

  test("find their gateway beside the shell, by its name", async () => {
    const [home] = homes;
    const [context] = contexts;
    const { protocol, host } = new URL(home?.url ?? "");
    const page = await (context ?? browser).newPage();
    await page.goto(`${protocol}//gateway--${host}/v1/home`);
    await page.waitForURL((url) => url.pathname === "/v1/home");
    expect(JSON.parse((await page.textContent("body")) ?? "")).toMatchObject({ owner: "ann" });
  });

  test("cannot open each other's, by no address and with no cookie of their own", async () => {
    const [, other] = homes;
    const [context] = contexts;
    if (!context || !other) throw new Error("two homes are needed");
    expect((await ask(other.url, { context })).status).toBe(401);
    const own = (await context.cookies()).find(({ name }) => name.endsWith("-session"));
    expect(own).toBeDefined();
    expect((await ask(other.url, { headers: { cookie: `${own?.name}=${own?.value}` } })).status).toBe(401);
  });

  test("cannot ask each other's from a page of their own", async () => {
    const [, other] = homes;
    const said = await pages[0]?.evaluate<string>(
      `fetch(${JSON.stringify(other?.url)}, { credentials: "include" }).then((r) => "answer " + r.status, () => "refused")`,
    );
    expect(said).toBe("refused");
  });
});
