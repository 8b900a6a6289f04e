import { createRoute, z } from "@hono/zod-openapi";
import { createdToken, createTokenBody, type Token, tokenId, tokenList } from "../../contract/answers.ts";
import { noQuery } from "../../contract/requests.ts";
import { allow } from "../auth.ts";
import { ApiProblem } from "../problems.ts";
import type { StoredToken } from "../stores.ts";
import { issueToken, isValid } from "../tokens.ts";
import {
  answer,
  createRoutes,
  type RouteDeps,
  refusedAnywhere,
  refusedBody,
  refusedPath,
  refusedQuery,
  refusedState,
  secured,
} from "./shared.ts";

const tags = ["Tokens"];
const middleware = [allow("admin")];

const create = createRoute({
  method: "post",
  path: "/v1/tokens",
  operationId: "createToken",
  summary: "Issue a token",
  description: "The answer is the only place where its secret is ever shown.",
  tags,
  security: secured,
  middleware,
  request: { query: noQuery, body: { required: true, content: { "application/json": { schema: createTokenBody } } } },
  responses: { 201: answer("The token with its secret.", createdToken), ...refusedAnywhere, ...refusedBody },
});

const list = createRoute({
  method: "get",
  path: "/v1/tokens",
  operationId: "listTokens",
  summary: "All tokens, newest first, without their secrets",
  tags,
  security: secured,
  middleware,
  request: { query: noQuery },
  responses: { 200: answer("The tokens.", tokenList), ...refusedAnywhere, ...refusedQuery },
});

const revoke = createRoute({
  method: "delete",
  path: "/v1/tokens/{id}",
  operationId: "revokeToken",
  summary: "Revoke a token, at once",
  tags,
  security: secured,
  middleware,
  request: { params: z.object({ id: tokenId }), query: noQuery },
  responses: {
    204: { description: "It is revoked." },
    ...refusedAnywhere,
    ...refusedQuery,
    ...refusedPath,
    ...refusedState,
  },
});

/** The routes of tokens: for admins only. */
export function tokenRoutes({ tokens, now, log, adminToken }: RouteDeps) {
  const routes = createRoutes();

  routes.openapi(create, async (context) => {
    const { token, secret } = await issueToken(tokens, context.req.valid("json"), now());
    log.info({ token: token.id, scope: token.scope, by: context.var.identity.subject }, "A token was issued");
    return context.json({ token: shown(token), secret }, 201);
  });

  routes.openapi(list, async (context) => context.json({ items: (await tokens.list()).map(shown) }, 200));

  routes.openapi(revoke, async (context) => {
    const { id } = context.req.valid("param");
    if (adminToken === undefined && (await isLastAdmin(id))) {
      throw new ApiProblem("conflict", "This is the last valid admin token: issue another one first.");
    }
    if (!(await tokens.revoke(id, now()))) throw new ApiProblem("not-found", "There is no token of that id.");
    log.info({ token: id, by: context.var.identity.subject }, "A token was revoked");
    return context.body(null, 204);
  });

  const isLastAdmin = async (id: string) => {
    const admins = (await tokens.list()).filter((token) => token.scope === "admin" && isValid(token, now()));
    return admins.length === 1 && admins[0]?.id === id;
  };

  return routes;
}

function shown({ id, name, scope, owner, createdAt, expiresAt, revokedAt }: StoredToken): Token {
  return {
    id,
    name,
    scope,
    owner,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
    revokedAt: revokedAt?.toISOString() ?? null,
  };
}
