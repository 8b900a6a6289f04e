import { createRoute, z } from "@hono/zod-openapi";
import { streamSSE } from "hono/streaming";
import { operationLog } from "../../contract/answers.ts";
import { logQuery, noQuery } from "../../contract/requests.ts";
import { operation, operationId } from "../../contract/workspace.ts";
import { rateLimited } from "../auth.ts";
import { ApiProblem } from "../problems.ts";
import { streamLog } from "../stream-log.ts";
import {
  answer,
  createRoutes,
  type RouteDeps,
  refusedAnywhere,
  refusedPath,
  refusedQuery,
  secured,
  viewerOf,
} from "./shared.ts";

const tags = ["Operations"];
const params = z.object({ id: operationId });

const get = createRoute({
  method: "get",
  path: "/v1/operations/{id}",
  operationId: "getOperation",
  summary: "Look at an operation",
  tags,
  security: secured,
  request: { params, query: noQuery },
  responses: { 200: answer("The operation.", operation), ...refusedAnywhere, ...refusedQuery, ...refusedPath },
});

const log = createRoute({
  method: "get",
  path: "/v1/operations/{id}/log",
  operationId: "followOperation",
  summary: "Follow an operation's log",
  description: [
    "As server-sent events: one `line` event per line (its id is the line's sequence), comments to keep the connection",
    "open, and at the end one `outcome` event with the operation. `Last-Event-ID` resumes. With",
    "`Accept: application/json`, the lines so far.",
  ].join(" "),
  tags,
  security: secured,
  request: { params, query: logQuery },
  responses: {
    200: {
      description: "The lines.",
      content: {
        "application/json": { schema: operationLog },
        "text/event-stream": { schema: z.string() },
      },
    },
    ...refusedAnywhere,
    ...refusedQuery,
    ...refusedPath,
  },
});

/** The routes of operations. */
export function operationRoutes(deps: RouteDeps) {
  const { service, stopping } = deps;
  const routes = createRoutes();

  routes.openapi(get, async (context) =>
    context.json(await service.operation(context.req.valid("param").id, viewerOf(context)), 200),
  );

  routes.openapi(log, async (context) => {
    const { id } = context.req.valid("param");
    const viewer = viewerOf(context);
    const after = lastEventId(context.req.header("last-event-id")) ?? context.req.valid("query").after ?? 0;
    // Refuses before the stream begins: afterwards no status can be said.
    const lines = await service.log(id, after, viewer);
    if (wantsJson(context.req.header("accept"))) return context.json({ items: [...lines] }, 200);
    // Nobody reads the body of an answer to HEAD: a stream of it would wait for its reader, and keep its place.
    if (context.req.raw.method === "HEAD") return context.body(null, 200, { "content-type": "text/event-stream" });
    const free = deps.streams.take(context.var.identity.subject);
    if (free === null) throw rateLimited(5000);
    context.header("x-accel-buffering", "no");
    return streamSSE(
      context,
      async (stream) => {
        try {
          await streamLog({
            service,
            stopping,
            operation: id,
            viewer,
            after,
            stream,
            stillValid: context.var.identity.stillValid,
          });
        } finally {
          free();
        }
      },
      async (error) => deps.log.warn({ err: error, operation: id }, "A log stream broke"),
    );
  });

  return routes;
}

function wantsJson(accept: string | undefined): boolean {
  return (accept ?? "").includes("application/json") && !(accept ?? "").includes("text/event-stream");
}

function lastEventId(header: string | undefined): number | undefined {
  if (header === undefined || header === "") return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header);
  throw new ApiProblem("malformed", "Wrong in the header: last-event-id.", {
    errors: [
      { field: "last-event-id", value: JSON.stringify(header.slice(0, 40)), fix: "must be an id of an earlier event" },
    ],
  });
}
