import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Workspace } from "../../provisioner/contract/workspace.ts";
import { openBrowser } from "../../toolchain/system/browser.ts";
import { provision, useRealBerth } from "../support/real/berth.ts";
import { ask, enter, eventually, picture } from "../support/real/browser.ts";
import { podsOf } from "../support/real/pods.ts";

const { api, kubeconfig } = useRealBerth();
const pods = podsOf(kubeconfig);

describe("An IDE in a browser", () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let ide: Workspace;

  beforeAll(async () => {
    browser = await openBrowser();
    ide = await provision(api, "coder", "ide");
    context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    page = await enter(context, api, ide);
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    if (ide) await api.remove(ide.id, "delete");
  });

  test("opens with its explorer", async () => {
    await page.getByText("Explorer").first().waitFor({ timeout: 60_000 });
  });

  test("runs a command in its terminal", async () => {
    await page.keyboard.press("Control+`");
    const terminal = page.locator(".terminal.xterm").first();
    await terminal.waitFor({ timeout: 60_000 });
    await terminal.click();
    await eventually("its shell", async () => (await pods.run(ide.id, "pgrep", "-x", "bash")).code === 0);
    await page.keyboard.type("mkdir -p site && echo '<h1>made here</h1>' >site/index.html\n", { delay: 20 });
    await eventually("the file", async () => (await pods.run(ide.id, "cat", "/workspace/site/index.html")).code === 0);
    await picture(page, "ide-terminal");
  }, 120_000);

  test("previews a port at a host of its own, for who may see the IDE, and for nobody else", async () => {
    await page.keyboard.type("python3 -m http.server 3000 --directory site\n", { delay: 20 });
    const { protocol, host } = new URL(ide.url);
    const preview = `${protocol}//3000--${host}/`;
    const tab = await context.newPage();
    await eventually("the preview", async () => {
      await tab.goto(preview);
      return (await tab.textContent("h1")) === "made here";
    });
    expect((await ask(preview)).status).toBe(401);
  }, 120_000);

  test("has no preview of a port that is the platform's own", async () => {
    const { protocol, host } = new URL(ide.url);
    const answer = await ask(`${protocol}//8686--${host}/activity`, { context });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.text).not.toContain("lastInputAt");
  });

  test("keeps what was made when it sleeps, and wakes when somebody opens it", async () => {
    const stop = await api.call("POST", `/v1/workspaces/${ide.id}/stop?wait=60`);
    expect(stop.status).toBe(200);
    const again = await enter(await browser.newContext(), api, ide);
    await again.getByText("Explorer").first().waitFor({ timeout: 90_000 });
    expect((await pods.run(ide.id, "cat", "/workspace/site/index.html")).stdout).toContain("made here");
  }, 180_000);
});
