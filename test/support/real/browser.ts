import { type IncomingHttpHeaders, request } from "node:http";
import { join } from "node:path";
import type { BrowserContext, Frame, Page } from "playwright-core";
import { z } from "zod";
import type { Workspace } from "../../../provisioner/contract/workspace.ts";
import { countColours } from "../../../toolchain/system/browser.ts";
import type { ApiClient } from "../api.ts";

const accessAnswer = z.object({ url: z.url() });

/** A URL that opens a workspace once, as a product's backend asks for it. */
export async function accessUrl(api: ApiClient, { id }: Pick<Workspace, "id">, body: object = {}): Promise<string> {
  const { status, body: answer } = await api.call("POST", `/v1/workspaces/${id}/access`, body);
  if (status !== 201) throw new Error(`no access to ${id}: ${status} ${JSON.stringify(answer)}`);
  return accessAnswer.parse(answer).url;
}

/** Opens a workspace as its user does: by the product's URL. */
export async function enter(context: BrowserContext, api: ApiClient, workspace: Workspace): Promise<Page> {
  const page = await context.newPage();
  await page.goto(await accessUrl(api, workspace));
  await page.waitForURL((url) => !url.pathname.startsWith("/.berth/"));
  return page;
}

/** What the router has answered. */
export interface RouterAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** A request of a program: with a browser's cookies, if it is given one. */
export async function ask(
  url: string,
  { context, method = "GET", headers = {}, body }: RouterRequest = {},
): Promise<RouterAnswer> {
  const { host, port, pathname, search } = new URL(url);
  const cookies = (await context?.cookies(url)) ?? [];
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  const { promise, resolve, reject } = Promise.withResolvers<RouterAnswer>();
  const sent = request(
    // Names below `localhost` are this machine's; only browsers know.
    { host: "127.0.0.1", port, path: `${pathname}${search}`, method, agent: false },
    (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      answer.on("error", reject);
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
    },
  );
  sent.setHeader("host", host);
  for (const [name, value] of Object.entries({ ...(cookie === "" ? {} : { cookie }), ...headers })) {
    sent.setHeader(name, value);
  }
  sent.on("error", reject);
  sent.end(body);
  return promise;
}

interface RouterRequest {
  readonly context?: BrowserContext;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/**
 * Keeps a picture of a page for the docs, when somebody asks for pictures: `SCREENSHOTS` names the folder.
 */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS;
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`) });
}

/** Waits for something that has no event to wait for; says what did not come. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  milliseconds = 60_000,
): Promise<T> {
  const deadline = performance.now() + milliseconds;
  let last: unknown;
  for (;;) {
    try {
      const value = await look();
      if (value !== undefined && value !== false) return value;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) throw new Error(`not within ${milliseconds} ms: ${what}`, { cause: last });
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** How many colours the largest canvas of a page shows: a desktop has many, an empty one has one. */
export async function coloursOf(page: Page | Frame): Promise<number> {
  return page.evaluate<number>(countColours);
}
