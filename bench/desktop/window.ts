import type { Browser, Page } from "playwright-core";
import { countColours, fewColours } from "../../toolchain/system/browser.ts";

/** How large the browser's windows are. */
export const windowSize = { width: 1280, height: 800 } as const;

/** A window of a browser, open before anything is asked for. */
export interface Window {
  readonly page: Page;
  /** Goes to a page; does not wait for more than that its server answers. */
  open(url: string): Promise<void>;
  /** When a desktop was to be seen first, as `performance.now()` has it. */
  readonly firstFrame: Promise<number>;
  close(): Promise<void>;
}

/** Milliseconds between two looks at the canvas. */
const lookEvery = 15;
/** Milliseconds after which nothing comes any more. */
const patience = 300_000;

/** Opens a window of a browser that knows no page yet: no cookie, nothing cached. */
export async function openWindow(browser: Browser): Promise<Window> {
  // What moves on the router's pages while they wait costs a user's machine nothing to speak of, but this one, which has
  // no graphics card, a share of what the workspace starts with.
  const context = await browser.newContext({ viewport: windowSize, reducedMotion: "reduce" });
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  // Who closes it does not wait for it any more.
  promise.catch(() => undefined);
  const late = setTimeout(() => reject(new Error(`No desktop was seen within ${patience} ms`)), patience);
  await context.exposeFunction("berthSeesADesktop", () => {
    clearTimeout(late);
    resolve(performance.now());
  });
  // Whatever page comes, and however many on the way there: it is looked at from within.
  await context.addInitScript({
    content: `{
      const looking = setInterval(() => {
        if (${countColours} <= ${fewColours}) return;
        clearInterval(looking);
        berthSeesADesktop();
      }, ${lookEvery});
    }`,
  });
  const page = await context.newPage();
  return {
    page,
    open: async (url) => void (await page.goto(url, { waitUntil: "commit" })),
    firstFrame: promise,
    async close() {
      clearTimeout(late);
      await context.close();
    },
  };
}
