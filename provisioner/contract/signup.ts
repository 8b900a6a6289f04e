import { z } from "@hono/zod-openapi";
import { owner } from "./workspace.ts";

/**
 * The events of a sign-up provider that Berth acts on; the shape is Clerk's. Fields that are not read may be anything.
 */
export const signupEvent = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("user.created"),
    data: z.object({ id: owner, username: z.string().nullish() }),
  }),
  z.object({ type: z.literal("user.deleted"), data: z.object({ id: owner }) }),
]);
export type SignupEvent = z.infer<typeof signupEvent>;

/** Any event: what is not one of the above is answered and left alone. */
export const anyEvent = z.object({ type: z.string() });
