import { createRoute, z } from "@hono/zod-openapi";
import type { Blueprint } from "../../../components/workspace/blueprints/index.ts";
import { type BlueprintAnswer, blueprint, blueprintList } from "../../contract/answers.ts";
import { noQuery } from "../../contract/requests.ts";
import { blueprintName } from "../../contract/workspace.ts";
import { ApiProblem } from "../problems.ts";
import { answer, createRoutes, type RouteDeps, refusedAnywhere, refusedPath, refusedQuery, secured } from "./shared.ts";

const tags = ["Blueprints"];

const list = createRoute({
  method: "get",
  path: "/v1/blueprints",
  operationId: "listBlueprints",
  summary: "What workspaces can be made of",
  tags,
  security: secured,
  request: { query: noQuery },
  responses: { 200: answer("The blueprints.", blueprintList), ...refusedAnywhere, ...refusedQuery },
});

const get = createRoute({
  method: "get",
  path: "/v1/blueprints/{name}",
  operationId: "getBlueprint",
  summary: "A blueprint with the JSON Schema of its parameters",
  tags,
  security: secured,
  request: { params: z.object({ name: blueprintName }), query: noQuery },
  responses: { 200: answer("The blueprint.", blueprint), ...refusedAnywhere, ...refusedQuery, ...refusedPath },
});

/** The routes of blueprints. */
export function blueprintRoutes({ blueprints }: RouteDeps) {
  const routes = createRoutes();
  routes.openapi(list, (context) => context.json({ items: Object.values(blueprints).map(describe) }, 200));
  routes.openapi(get, (context) => {
    const { name } = context.req.valid("param");
    const found = Object.values(blueprints).find((candidate) => candidate.name === name);
    if (found === undefined) {
      const fix = `choose one of: ${Object.keys(blueprints).join(", ")}`;
      throw new ApiProblem("not-found", "There is no blueprint of that name.", {
        errors: [{ field: "name", value: JSON.stringify(name), fix }],
      });
    }
    return context.json(describe(found), 200);
  });
  return routes;
}

function describe({ name, version, title, description, volumeOnDelete, jsonSchema }: Blueprint): BlueprintAnswer {
  return { name, version, title, description, volumes: volumeOnDelete, parameters: { ...jsonSchema() } };
}
