import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Browser, Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkout } from "../../toolchain/paths.ts";
import { openBrowser } from "../../toolchain/system/browser.ts";
import { productPort, small, useRealBerth } from "../support/real/berth.ts";
import { coloursOf, eventually, picture } from "../support/real/browser.ts";

const { api, url, token } = useRealBerth();
const viewer = join(checkout, "examples", "viewer");

describe("A product's page with a viewer", () => {
  let browser: Browser;
  let page: Page;
  let product: ReturnType<typeof spawn>;

  beforeAll(async () => {
    await build({ configFile: join(viewer, "vite.config.ts"), logLevel: "error" });
    product = spawn(process.execPath, [join(viewer, "server.ts")], {
      env: {
        ...{ PATH: process.env.PATH, BERTH: url, TOKEN: token, PORT: String(productPort()) },
        ...{ VIEWER_USER: "viewer", PARAMETERS: JSON.stringify(small.desktop) },
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    if (product.stdout) await once(createInterface({ input: product.stdout }), "line");
    browser = await openBrowser();
    page = await (await browser.newContext({ viewport: { width: 1280, height: 860 } })).newPage();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    product?.kill();
    for (const { id, owner } of await api.workspaces()) if (owner === "viewer") await api.remove(id, "delete");
  });

  const shows = (state: string, timeout = 120_000) =>
    page.locator(`.workspace-viewer[data-state="${state}"]`).waitFor({ timeout });
  /** The workspace's own page, in its frame. */
  const colours = async () => {
    const frame = page.frames().find((one) => one !== page.mainFrame());
    return frame === undefined ? 0 : coloursOf(frame);
  };

  test("says how far a new workspace is, then shows it in a frame", async () => {
    await page.goto(`http://app.product.localhost:${productPort()}/`);
    await page
      .getByText(/Preparing|Building/)
      .first()
      .waitFor();
    await picture(page, "viewer-waiting");
    await shows("open");
    await eventually("the desktop in its frame", async () => (await colours()) > 40);
  }, 180_000);

  test("opens it anew when its user asks", async () => {
    await page.getByRole("button", { name: "Reconnect" }).click();
    await shows("open");
    await eventually("the desktop again", async () => (await colours()) > 40);
    await picture(page, "viewer");
  });

  test("fills the screen", async () => {
    await page.getByRole("button", { name: "Full screen" }).click();
    await eventually("full screen", () => page.evaluate<boolean>("document.fullscreenElement?.tagName === 'IFRAME'"));
    await page.evaluate("document.exitFullscreen()");
  });

  test("says that it sleeps, and wakes it", async () => {
    const [mine] = (await api.workspaces()).filter(({ owner }) => owner === "viewer");
    expect(await api.call("POST", `/v1/workspaces/${mine?.id}/stop?wait=60`)).toMatchObject({ status: 200 });
    await shows("asleep");
    await page.getByRole("button", { name: "Wake it" }).click();
    await shows("open");
    await eventually("the desktop once more", async () => (await colours()) > 40);
  }, 180_000);
});
