import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import type { Workspace } from "../../provisioner/contract/workspace.ts";
import { openBrowser } from "../../toolchain/system/browser.ts";
import { provision, useRealBerth } from "../support/real/berth.ts";
import { ask, coloursOf, enter, eventually, picture } from "../support/real/browser.ts";
import { podsOf } from "../support/real/pods.ts";

const { api, kubeconfig } = useRealBerth();
const pods = podsOf(kubeconfig);
const size = { width: 1280, height: 800 };
/** Apps stand in the panel at the bottom, each in forty pixels; the terminal is the tenth. */
const terminalIcon = { x: 25 + 9 * 40, y: size.height - 24 };

const windowList = z.array(z.object({ id: z.string(), app: z.string().nullable(), title: z.string() }));

describe("A desktop in a browser", () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let desktop: Workspace;

  beforeAll(async () => {
    browser = await openBrowser();
    desktop = await provision(api, "desk", "desktop");
    context = await browser.newContext({ viewport: size });
    page = await enter(context, api, desktop);
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    if (desktop) await api.remove(desktop.id, "delete");
  });

  const inside = async (...command: readonly string[]) => {
    const { code, stdout, stderr } = await pods.run(desktop.id, ...command);
    if (code !== 0) throw new Error(`${command.join(" ")}: ${code} ${stderr}`);
    return stdout;
  };
  const windows = async () =>
    windowList.parse(JSON.parse(await inside("python3", "/opt/window_controller.py", "list", "--json")));
  const openApps = async () => (await windows()).map(({ app }) => app);
  const screenSize = () =>
    inside(
      "python3",
      "-c",
      `import struct, urllib.request
png = urllib.request.urlopen("http://127.0.0.1:8687/screenshot").read()
print("%dx%d" % struct.unpack(">II", png[16:24]))`,
    );

  test("appears, with its picture and its panel", async () => {
    await eventually("many colours", async () => (await coloursOf(page)) > 40);
    expect(new URL(page.url()).hash).toBe("");
    await picture(page, "desktop-empty");
  });

  test("has the size of the browser's window, and follows it", async () => {
    await eventually("1280x800", async () => (await screenSize()).trim() === "1280x800");
    await page.setViewportSize({ width: 1024, height: 700 });
    await eventually("1024x700", async () => (await screenSize()).trim() === "1024x700");
    await page.setViewportSize(size);
    await eventually("1280x800 again", async () => (await screenSize()).trim() === "1280x800");
  });

  test("opens an app by a click on its icon, and what is typed arrives there", async () => {
    await page.mouse.click(terminalIcon.x, terminalIcon.y);
    await eventually("a terminal", async () => (await openApps()).includes("terminal"));
    // The shell must have begun to read.
    await eventually("its prompt", async () => (await inside("pgrep", "-c", "bash")).trim() !== "0");
    await page.keyboard.type("echo written in a browser >note.txt\n", { delay: 20 });
    await eventually("the note", async () => (await inside("cat", "/home/user/note.txt")) === "written in a browser\n");
  });

  test("opens an app by the launcher; launcher, controller and screen agent tell of the same windows", async () => {
    await inside("python3", "/opt/app-launcher.py", "Files");
    await eventually("the files", async () => (await openApps()).includes("files"));
    const running = await inside("python3", "/opt/app-launcher.py", "running");
    expect(running).toMatch(/terminal/);
    expect(running).toMatch(/files/);
    const seen = await inside("python3", "-c", askScreenAgent("windows"));
    const ids = z.array(z.object({ id: z.string() })).parse(JSON.parse(seen));
    expect(ids.map(({ id }) => id).sort()).toEqual((await windows()).map(({ id }) => id).sort());
    await picture(page, "desktop-apps");
  });

  test("brings a window to the front by the controller, as the page shows", async () => {
    await inside("python3", "/opt/window_controller.py", "switch", "terminal");
    const list = await inside("python3", "/opt/window_controller.py", "list");
    expect(list).toMatch(/terminal .*\*/);
  });

  test("keeps what is in the home when its pod is replaced, and the page comes back by itself", async () => {
    const before = await pods.of(desktop.id);
    const loaded = page.waitForEvent("load", { timeout: 90_000 });
    await pods.api.deleteNamespacedPod({ namespace: desktop.id, name: before.metadata?.name ?? "" });
    await eventually("another pod", async () => {
      const now = await pods.of(desktop.id);
      return now.metadata?.uid !== before.metadata?.uid && (await inside("true")) === "";
    });
    expect(await inside("cat", "/home/user/note.txt")).toBe("written in a browser\n");
    await loaded;
    await eventually("the desktop again", async () => (await coloursOf(page)) > 40);
    // What was open before is not any more: the screen is the new pod's.
    await eventually("a terminal in the new pod", async () => {
      // The panel comes a moment after the picture: whoever clicked too early clicks again.
      await page.mouse.click(terminalIcon.x, terminalIcon.y);
      return eventually("a window", async () => (await openApps()).includes("terminal"), 3_000);
    });
  }, 120_000);

  test("is used: the agent tells of keys, the platform of what has passed", async () => {
    const activity = await inside("python3", "-c", askAgent("activity"));
    const { lastInputAt } = z.object({ lastInputAt: z.iso.datetime({ offset: true }) }).parse(JSON.parse(activity));
    expect(Date.now() - Date.parse(lastInputAt)).toBeLessThan(120_000);
    const usage = await eventually("usage", async () => {
      const { body } = await api.call("GET", `/v1/workspaces/${desktop.id}/usage`);
      const said = z.object({ bytesOut: z.number(), lastActiveAt: z.string().nullable() }).parse(body);
      return said.bytesOut > 100_000 ? said : undefined;
    });
    expect(usage.lastActiveAt).not.toBeNull();
  });

  test("is closed within two seconds when it is revoked, and a stranger's browser gets nowhere", async () => {
    await api.call("DELETE", `/v1/workspaces/${desktop.id}/access`);
    const began = performance.now();
    const answer = await eventually("a refusal", async () => {
      const now = await ask(desktop.url, { context });
      return now.status === 401 ? now : undefined;
    });
    expect(performance.now() - began).toBeLessThan(2_000);
    expect((await ask(desktop.url)).status).toBe(401);
    expect(answer.text).not.toContain("client.js");
  });
});

const askScreenAgent = (path: string) => programToAsk(8687, path);
const askAgent = (path: string) => programToAsk(8686, path);
const programToAsk = (port: number, path: string) =>
  `import urllib.request; print(urllib.request.urlopen("http://127.0.0.1:${port}/${path}").read().decode())`;
