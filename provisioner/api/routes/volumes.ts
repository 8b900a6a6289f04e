import { createRoute, z } from "@hono/zod-openapi";
import { volumeList } from "../../contract/answers.ts";
import { noQuery } from "../../contract/requests.ts";
import {
  answer,
  createRoutes,
  type RouteDeps,
  refusedAnywhere,
  refusedPath,
  refusedQuery,
  refusedState,
  secured,
  viewerOf,
} from "./shared.ts";

const tags = ["Volumes"];

const list = createRoute({
  method: "get",
  path: "/v1/volumes",
  operationId: "listVolumes",
  summary: "Volumes that were kept when their workspaces were deleted",
  tags,
  security: secured,
  request: { query: noQuery },
  responses: { 200: answer("The volumes.", volumeList), ...refusedAnywhere, ...refusedQuery },
});

const remove = createRoute({
  method: "delete",
  path: "/v1/volumes/{id}",
  operationId: "deleteVolume",
  summary: "Delete a kept volume with its data, for good",
  tags,
  security: secured,
  request: {
    params: z.object({ id: z.string().regex(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/, "must be a kept volume's id") }),
    query: noQuery,
  },
  responses: {
    202: { description: "It will be gone soon." },
    ...refusedAnywhere,
    ...refusedQuery,
    ...refusedPath,
    ...refusedState,
  },
});

/** The routes of kept volumes. */
export function volumeRoutes({ service }: RouteDeps) {
  const routes = createRoutes();
  routes.openapi(list, async (context) =>
    context.json({ items: [...(await service.volumes(viewerOf(context)))] }, 200),
  );
  routes.openapi(remove, async (context) => {
    await service.deleteVolume(context.req.valid("param").id, viewerOf(context));
    return context.body(null, 202);
  });
  return routes;
}
