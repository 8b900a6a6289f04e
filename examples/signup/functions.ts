import {
  type ClerkUser,
  type Home,
  type Platform,
  provisionHome,
  RefusedError,
  removeHome,
  type Step,
} from "./provision.ts";

/** What of an Inngest client is used; `new Inngest({ id: "matrix-os" })` fits. */
export interface InngestClient<Registered> {
  createFunction(
    options: {
      readonly id: string;
      readonly retries: 10;
      readonly concurrency: { readonly limit: number; readonly key: string };
    },
    trigger: { readonly event: string },
    handler: (context: { readonly event: { readonly data: ClerkUser }; readonly step: Step }) => Promise<unknown>,
  ): Registered;
}

export interface Options<Registered> {
  readonly inngest: InngestClient<Registered>;
  readonly platform: Platform;
  /** Makes an error that Inngest does not retry: `(reason) => new NonRetriableError(reason.message, { cause: reason })`. */
  readonly nonRetriable: (reason: RefusedError) => Error;
}

/**
 * The functions that `/api/inngest` serves: one for each of Clerk's two events. Events of one user are taken one after
 * the other, so that a deletion never runs beside its own creation.
 */
export function homeFunctions<Registered>({
  inngest,
  platform,
  nonRetriable,
}: Options<Registered>): readonly Registered[] {
  const one = { retries: 10, concurrency: { limit: 1, key: "event.data.id" } } as const;
  const refuseForGood = (error: unknown): never => {
    throw error instanceof RefusedError ? nonRetriable(error) : error;
  };
  return [
    inngest.createFunction(
      { id: "provision-matrix-os", ...one },
      { event: "clerk/user.created" },
      ({ event, step }): Promise<Home> => provisionHome(platform, event.data, step).catch(refuseForGood),
    ),
    inngest.createFunction({ id: "remove-matrix-os", ...one }, { event: "clerk/user.deleted" }, ({ event, step }) =>
      removeHome(platform, event.data, step).catch(refuseForGood),
    ),
  ];
}
