/**
 * A product's backend, as small as it can be: it knows who its user is, holds Berth's token, and passes three calls on.
 *
 *   BERTH=http://127.0.0.1:8080 TOKEN=… node examples/viewer/server.ts
 */
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { extname, join, normalize } from "node:path";
import { z } from "zod";

const {
  BERTH = "http://127.0.0.1:8080",
  TOKEN = "",
  PORT = "5173",
  BLUEPRINT = "desktop",
  PARAMETERS = "{}",
} = process.env;
/** A real product takes this from its own session. */
const { VIEWER_USER: user = "viewer" } = process.env;
const pages = join(import.meta.dirname, "dist");
const types: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };

const workspace = z.object({ id: z.string(), phase: z.string(), message: z.string().nullable() });
type Workspace = z.infer<typeof workspace>;

/** Asks Berth; what it refuses, the product's user reads. */
async function berth<Answer>(answers: z.ZodType<Answer>, method: string, path: string, body?: object): Promise<Answer> {
  const answer = await fetch(new URL(path, BERTH), {
    method,
    headers: { authorization: `Bearer ${TOKEN}`, ...(body ? { "content-type": "application/json" } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const said: unknown = await answer.json();
  if (answer.ok) return answers.parse(said);
  const refusal = z.object({ detail: z.string() }).safeParse(said);
  throw new Error(refusal.data?.detail ?? `Berth answers ${answer.status}.`);
}

async function find(): Promise<Workspace> {
  const page = z.object({ items: z.array(workspace) });
  const { items } = await berth(
    page,
    "GET",
    `/v1/workspaces?${new URLSearchParams({ owner: user, blueprint: BLUEPRINT })}`,
  );
  const [found] = items;
  if (found === undefined) throw new Error("There is no workspace yet.");
  return found;
}

const shown = ({ phase, message }: Workspace) => ({ phase, message });

const routes: Readonly<Record<string, () => Promise<object>>> = {
  "POST /api/workspace": async () => {
    const order = { owner: user, handle: user, blueprint: BLUEPRINT, parameters: JSON.parse(PARAMETERS) };
    const created = await berth(z.object({ workspace }), "POST", "/v1/workspaces", { ...order, ifExists: "return" });
    return shown(created.workspace);
  },
  "GET /api/workspace": async () => shown(await find()),
  "POST /api/workspace/open": async () =>
    berth(z.object({ url: z.url() }), "POST", `/v1/workspaces/${(await find()).id}/access`, { user }),
};

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? "/", "http://product");
  const route = routes[`${request.method} ${pathname}`];
  if (route === undefined) return servePage(pathname, response);
  try {
    const body = JSON.stringify(await route());
    response.writeHead(200, { "content-type": "application/json", "cache-control": "no-store" }).end(body);
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    response.writeHead(502, { "content-type": "application/json" }).end(JSON.stringify({ error: words }));
  }
}

async function servePage(path: string, response: ServerResponse): Promise<void> {
  const file = join(pages, normalize(path === "/" ? "/index.html" : path));
  try {
    const content = await readFile(file);
    response.writeHead(200, { "content-type": types[extname(file)] ?? "application/octet-stream" }).end(content);
  } catch {
    response.writeHead(404).end();
  }
}

const server = createServer((request, response) => void answer(request, response));
server.listen(Number(PORT), "127.0.0.1", () => {
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : PORT;
  process.stdout.write(`The product: http://127.0.0.1:${port}\n`);
});
