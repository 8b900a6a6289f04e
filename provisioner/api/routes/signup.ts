import { createRoute } from "@hono/zod-openapi";
import { type WebhookAnswer, webhookAnswer } from "../../contract/answers.ts";
import { noQuery } from "../../contract/requests.ts";
import { anyEvent, type SignupEvent, signupEvent } from "../../contract/signup.ts";
import { RequestError } from "../../workspaces/service.ts";
import type { Refusals } from "../auth.ts";
import { parseJson } from "../body.ts";
import { ApiProblem, invalidInput } from "../problems.ts";
import { createVerifier } from "../webhook.ts";
import {
  answer,
  createRoutes,
  type RouteDeps,
  refusedAnywhere,
  refusedBody,
  refusedPath,
  refusedState,
} from "./shared.ts";

const receive = createRoute({
  method: "post",
  path: "/v1/webhooks/signup",
  operationId: "receiveSignup",
  summary: "Sign-up events of the product's user management",
  description: [
    "Signed as Standard Webhooks or Svix say (`webhook-*` or `svix-*` headers), which is also how the sender proves who",
    "it is. `user.created` gives the user a workspace, `user.deleted` takes all of theirs away for good.",
  ].join(" "),
  tags: ["Sign-up"],
  request: {
    query: noQuery,
    // Described, not validated: the signature is over the bytes, and comes first.
    body: { required: true, content: { "application/json": { schema: { type: "object" as const } } } },
  },
  responses: {
    200: answer("It was dealt with, now or before, or is no event of ours.", webhookAnswer),
    ...refusedAnywhere,
    ...refusedBody,
    ...refusedPath,
    ...refusedState,
  },
});

/** The sign-up endpoint. */
export function signupRoutes(deps: RouteDeps, refusals: Refusals) {
  const { service, webhooks, signup, now, log, metrics } = deps;
  const routes = createRoutes();
  const verify = createVerifier(signup.secrets, now);

  routes.openapi(receive, async (context) => {
    if (signup.secrets.length === 0) {
      throw new ApiProblem("not-found", "Sign-up events are switched off: set BERTH_WEBHOOK_SECRETS.");
    }
    const body = new Uint8Array(await context.req.arrayBuffer());
    const verified = verify(body, context.req.header());
    if (!verified.ok) {
      await refusals.count(context);
      throw new ApiProblem("unauthenticated", "The message's signature does not hold.", { errors: [verified.error] });
    }
    const { type } = parsed(anyEvent, body);
    const done = ({ result, ...more }: WebhookAnswer) => {
      metrics.webhooks.inc({ type: knownTypes.has(type) ? type : "other", result });
      log.info({ webhook: verified.id, type, result }, "A sign-up event came");
      return context.json({ result, ...more }, 200);
    };
    if (!knownTypes.has(type)) return done({ result: "ignored" });
    const event = parsed(signupEvent, body);
    if (await webhooks.seen(verified.id)) return done({ result: "replayed" });
    const answer = await act(event, verified.id);
    await webhooks.remember(verified.id, type, now());
    return done(answer);
  });

  const act = async (event: SignupEvent, id: string): Promise<WebhookAnswer> => {
    if (event.type === "user.deleted") {
      await service.forgetOwner(event.data.id);
      return { result: "accepted" };
    }
    const { id: owner, username } = event.data;
    try {
      const { estimate } = await service.create(
        {
          owner,
          blueprint: signup.blueprint,
          handleFallback: "derive",
          ifExists: "return",
          ...(username ? { handle: username } : {}),
        },
        { subject: "webhook:signup", key: id },
      );
      return { result: "accepted", estimate };
    } catch (error) {
      // What will be refused again must not be sent again for days: it is answered, and stands in the log.
      if (!(error instanceof RequestError) || !isFinal(error)) throw error;
      log.warn({ webhook: id, owner, reason: error.message }, "A sign-up could not be followed");
      return { result: "refused" };
    }
  };

  return routes;
}

const knownTypes: ReadonlySet<string> = new Set(["user.created", "user.deleted"]);

/** A user that is gone (the events came out of order), a limit, a budget, a wrong value: sending it again changes nothing. */
function isFinal({ code, field }: RequestError): boolean {
  return ["invalid", "limit-reached", "over-budget"].includes(code) || (code === "conflict" && field?.name === "owner");
}

function parsed<T>(
  schema: {
    safeParse(
      value: unknown,
    ): { success: true; data: T } | { success: false; error: Parameters<typeof invalidInput>[1] };
  },
  body: Uint8Array,
): T {
  const value = parseJson(body);
  const result = schema.safeParse(value);
  if (!result.success) throw invalidInput("body", result.error, value);
  return result.data;
}
