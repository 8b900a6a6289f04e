import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { createHarness, type Harness } from "./api-harness.ts";

const mediaType = z.looseObject({ schema: z.record(z.string(), z.unknown()) });
const operationObject = z.looseObject({
  operationId: z.string(),
  summary: z.string(),
  tags: z.array(z.string()).min(1),
  security: z.array(z.record(z.string(), z.array(z.string()))).optional(),
  parameters: z
    .array(
      z.looseObject({
        name: z.string(),
        in: z.enum(["query", "path", "header"]),
        schema: z.record(z.string(), z.unknown()),
      }),
    )
    .optional(),
  requestBody: z.looseObject({ content: z.record(z.string(), mediaType) }).optional(),
  responses: z.record(
    z.string().regex(/^[1-5]\d\d$/),
    z.looseObject({ description: z.string().min(1), content: z.record(z.string(), mediaType).optional() }),
  ),
});
const documentObject = z.looseObject({
  openapi: z.literal("3.1.0"),
  info: z.looseObject({ title: z.string(), version: z.string() }),
  tags: z.array(z.looseObject({ name: z.string() })),
  paths: z.record(
    z.string().startsWith("/"),
    z.record(z.enum(["get", "post", "patch", "put", "delete"]).or(z.string()), operationObject),
  ),
  components: z.looseObject({
    schemas: z.record(z.string(), z.record(z.string(), z.unknown())),
    securitySchemes: z.record(z.string(), z.unknown()),
  }),
});
type Document = z.infer<typeof documentObject>;

let harness: Harness;
let document: Document;
beforeAll(async () => {
  harness = await createHarness();
  document = documentObject.parse(await (await harness.app.request("/openapi.json")).json());
});
afterAll(() => harness?.close());

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

/** A schema of the document as a validator: its references become definitions of its own. */
function validatorOf(schema: Record<string, unknown>): z.ZodType {
  const text = JSON.stringify({ ...schema, $defs: document.components.schemas }).replaceAll(
    "#/components/schemas/",
    "#/$defs/",
  );
  return z.fromJSONSchema(JSON.parse(text));
}

describe("the OpenAPI document", () => {
  test("describes every route that is served, and no other", () => {
    const served = harness.app.routes
      .filter(({ method, path }) => method !== "ALL" && path !== "/openapi.json")
      .map(({ method, path }) => `${method.toLowerCase()} ${path.replaceAll(/:(\w+)/g, "{$1}")}`);
    const described = operations().map(({ method, path }) => `${method} ${path}`);
    expect([...new Set(described)].sort()).toEqual([...new Set(served)].sort());
  });

  test("names each operation once, with known tags, parameters for its path, and known references", () => {
    const ids = operations().map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    const tags = new Set(document.tags.map(({ name }) => name));
    for (const { path, operation } of operations()) {
      for (const tag of operation.tags) expect(tags).toContain(tag);
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const described = (operation.parameters ?? [])
        .filter((parameter) => parameter.in === "path")
        .map(({ name }) => name);
      expect(described.sort()).toEqual(inPath.sort());
    }
    for (const [, name = ""] of JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      expect(Object.keys(document.components.schemas)).toContain(name);
    }
    expect(document.components.securitySchemes).toHaveProperty("token");
  });

  test("says of every route but the open ones that a token is needed, and what refusals look like", () => {
    const open = ["/healthz", "/readyz", "/health", "/v1/webhooks/signup"];
    for (const { path, operation } of operations()) {
      if (open.includes(path)) {
        expect(operation.security).toBeUndefined();
        continue;
      }
      expect(operation.security).toEqual([{ token: [] }]);
      for (const status of ["401", "403", "429"]) {
        expect(operation.responses[status]?.content).toHaveProperty("application/problem+json");
      }
    }
  });

  test("has examples that its own schemas accept", () => {
    let examples = 0;
    const check = (schema: Record<string, unknown>) => {
      if (!("example" in schema)) return;
      examples += 1;
      expect(validatorOf(schema).safeParse(schema.example)).toMatchObject({ success: true });
    };
    const visit = (value: unknown) => {
      if (typeof value !== "object" || value === null) return;
      if ("schema" in value && typeof value.schema === "object" && value.schema !== null) check({ ...value.schema });
      for (const inner of Object.values(value)) visit(inner);
    };
    visit(document.paths);
    for (const schema of Object.values(document.components.schemas)) {
      check(schema);
      const { properties = {} } = z
        .looseObject({ properties: z.record(z.string(), z.record(z.string(), z.unknown())).optional() })
        .parse(schema);
      for (const property of Object.values(properties)) check(property);
    }
    expect(examples).toBeGreaterThan(20);
  });

  test("describes parameters that a blueprint's own schema accepts", async () => {
    const { json } = await harness.as(harness.tokens.service).get("/v1/blueprints");
    for (const { parameters } of json.items) {
      const schema = z.fromJSONSchema(parameters);
      expect(schema.safeParse({}).success).toBe(true);
      expect(schema.safeParse({ unknown: 1 }).success).toBe(false);
    }
  });
});

describe("what is served is what is described", () => {
  interface Visit {
    readonly method: string;
    readonly path: string;
    readonly route: string;
    readonly status: number;
    readonly body?: object;
    readonly token?: string | null;
  }

  test("for every route", async () => {
    const { service: serviceToken, admin } = harness.tokens;
    const service = harness.as(serviceToken);
    const { workspace, operation } = await service.create({ owner: "alice", handle: "alice", blueprint: "home" });
    await harness.writeLine(operation?.id ?? "", "one");
    await harness.settle(operation?.id ?? "", "succeeded");
    const desktop = await service.create({ owner: "dan", handle: "dan", blueprint: "desktop" });
    await harness.settle(desktop.operation?.id ?? "", "succeeded");
    const one = `/v1/workspaces/${workspace.id}`;
    const visits: readonly Visit[] = [
      { method: "get", path: "/healthz", route: "/healthz", status: 200 },
      { method: "get", path: "/health", route: "/health", status: 200 },
      { method: "get", path: "/readyz", route: "/readyz", status: 200 },
      {
        method: "post",
        path: "/containers/provision",
        route: "/containers/provision",
        status: 200,
        body: { handle: "alice", clerkUserId: "alice" },
      },
      { method: "get", path: "/v1/workspaces", route: "/v1/workspaces", status: 200 },
      { method: "get", path: "/v1/workspaces", route: "/v1/workspaces", status: 401, token: null },
      { method: "get", path: "/v1/workspaces?limit=0", route: "/v1/workspaces", status: 400 },
      {
        method: "post",
        path: "/v1/workspaces",
        route: "/v1/workspaces",
        status: 202,
        body: { owner: "bob", blueprint: "home" },
      },
      {
        method: "post",
        path: "/v1/workspaces",
        route: "/v1/workspaces",
        status: 409,
        body: { owner: "bob", blueprint: "home" },
      },
      { method: "post", path: "/v1/workspaces", route: "/v1/workspaces", status: 422, body: {} },
      { method: "get", path: one, route: "/v1/workspaces/{id}", status: 200 },
      {
        method: "patch",
        path: one,
        route: "/v1/workspaces/{id}",
        status: 202,
        body: { parameters: { cpuLimit: "1" } },
      },
      { method: "post", path: `${one}/stop`, route: "/v1/workspaces/{id}/stop", status: 202 },
      { method: "post", path: `${one}/start`, route: "/v1/workspaces/{id}/start", status: 202 },
      { method: "post", path: `${one}/repair`, route: "/v1/workspaces/{id}/repair", status: 202 },
      { method: "get", path: `${one}/operations`, route: "/v1/workspaces/{id}/operations", status: 200 },
      { method: "get", path: `/v1/operations/${operation?.id}`, route: "/v1/operations/{id}", status: 200 },
      { method: "get", path: `/v1/operations/${operation?.id}/log`, route: "/v1/operations/{id}/log", status: 200 },
      { method: "get", path: "/v1/blueprints", route: "/v1/blueprints", status: 200 },
      { method: "get", path: "/v1/blueprints/home", route: "/v1/blueprints/{name}", status: 200 },
      { method: "get", path: "/v1/blueprints/laptop", route: "/v1/blueprints/{name}", status: 404 },
      { method: "get", path: "/v1/volumes", route: "/v1/volumes", status: 200 },
      {
        method: "post",
        path: "/v1/estimate",
        route: "/v1/estimate",
        status: 200,
        body: { blueprint: "desktop", hoursPerMonth: 100.5, users: 3 },
      },
      { method: "post", path: "/v1/estimate", route: "/v1/estimate", status: 422, body: { blueprint: "laptop" } },
      {
        method: "post",
        path: "/v1/tokens",
        route: "/v1/tokens",
        status: 201,
        body: { name: "x", scope: "service" },
        token: admin,
      },
      { method: "get", path: "/v1/tokens", route: "/v1/tokens", status: 200, token: admin },
      { method: "get", path: "/v1/tokens", route: "/v1/tokens", status: 403 },
      { method: "get", path: "/containers", route: "/containers", status: 200 },
      { method: "get", path: "/containers/alice", route: "/containers/{handle}", status: 200 },
      { method: "get", path: "/containers/nobody", route: "/containers/{handle}", status: 404 },
      { method: "get", path: "/api/v1/workspace/dan/status", route: "/api/v1/workspace/{userId}/status", status: 200 },
      {
        method: "post",
        path: "/api/v1/workspace/provision",
        route: "/api/v1/workspace/provision",
        status: 200,
        body: { userId: "dan" },
      },
      { method: "delete", path: one, route: "/v1/workspaces/{id}", status: 202 },
    ];
    for (const { method, path, route, status, body, token = serviceToken } of visits) {
      const answer = await harness.app.request(path, {
        method: method.toUpperCase(),
        headers: {
          accept: "application/json",
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      expect({ method, path, status: answer.status, text: answer.status === status ? "" : text }).toEqual({
        method,
        path,
        status,
        text: "",
      });
      const described = document.paths[route]?.[method]?.responses[String(status)];
      const type = answer.headers.get("content-type")?.split(";")[0] ?? "";
      const schema = described?.content?.[type]?.schema;
      expect(schema, `${method} ${route} ${status} ${type} is described`).toBeDefined();
      const result = validatorOf(schema ?? {}).safeParse(JSON.parse(text));
      expect(result.error?.issues ?? [], `${method} ${path}: ${text}`).toEqual([]);
    }
  });
});
