import { OpenAPIHono, type z } from "@hono/zod-openapi";
import { problem } from "../../contract/problem.ts";
import type { ApiContext, ApiEnv } from "../context.ts";
import type { ApiDeps, ApiLimits } from "../deps.ts";
import { refuseInvalid } from "../problems.ts";
import type { Slots } from "../slots.ts";

/** What every group of routes is given. */
export interface RouteDeps extends ApiDeps {
  readonly limits: ApiLimits;
  readonly now: () => Date;
  readonly stopping: AbortSignal;
  readonly held: Slots;
  readonly streams: Slots;
}

/** An empty group of routes whose schemas refuse as problem documents. */
export function createRoutes(): OpenAPIHono<ApiEnv> {
  return new OpenAPIHono<ApiEnv>({ defaultHook: refuseInvalid });
}

/** Whose workspaces this caller sees: null is everyone's. */
export function viewerOf(context: ApiContext): string | null {
  return context.var.identity.viewer;
}

/** A JSON answer in the documentation. */
export function answer<Schema extends z.ZodType>(description: string, schema: Schema) {
  return { description, content: { "application/json": { schema } } };
}

function refusal(description: string) {
  return { description, content: { "application/problem+json": { schema: problem } } };
}

/** What any route that needs a token may answer. */
export const refusedAnywhere = {
  401: refusal("No valid token."),
  403: refusal("This token may not do that, or a limit is reached."),
  429: refusal("Too many requests; `Retry-After` says when to try again."),
  503: refusal("The database or the cluster does not answer at the moment."),
};
export const refusedQuery = { 400: refusal("The query or a header cannot be read.") };
export const refusedPath = { 404: refusal("There is no such thing, or not for this token.") };
export const refusedState = { 409: refusal("That does not fit the present state.") };
export const refusedBody = {
  400: refusal("The query, a header or the JSON cannot be read."),
  413: refusal("The body is too large."),
  415: refusal("The body is not application/json."),
  422: refusal("A field is wrong; `errors` says which, what was found and what to do."),
};
export const refusedOutcome = { 500: refusal("The operation failed while the request was held.") };

/** Says in the documentation that a route needs a token. */
export const secured = [{ token: [] }];

export const locationHeader = {
  Location: { description: "Where the operation can be followed.", schema: { type: "string" as const } },
};
