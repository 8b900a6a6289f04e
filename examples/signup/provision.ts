/**
 * The sign-up of a product like Matrix OS: Clerk tells Inngest of a new user, and this function provisions a home under
 * the name that the user chose. Inngest repeats a failed step, so every step here can be done twice.
 */

/** What of a Clerk user is read. */
export interface ClerkUser {
  readonly id: string;
  /** Absent in `user.deleted`. */
  readonly username?: string | null;
}

/** What of an Inngest step is used; `inngest` itself fits. */
export interface Step {
  run<Result>(id: string, work: () => Promise<Result>): Promise<Result>;
}

export interface Platform {
  /** The provisioner: `PLATFORM_API_URL`. */
  readonly url: string;
  /** A token with the scope `service`. */
  readonly token: string;
  readonly fetch?: typeof fetch;
}

/** A home, as `POST /containers/provision` answers. */
export interface Home {
  readonly handle: string;
  readonly containerId: string;
  readonly status: string;
}

/** The provisioner will refuse this again however often it is asked: retrying is of no use. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
}

/** Gives a new user a home. */
export function provisionHome(platform: Platform, user: ClerkUser, step: Step): Promise<Home> {
  const handle = handleOf(user);
  return step.run("provision", async () => {
    const answer = await call(platform, "POST", "/containers/provision", { handle, clerkUserId: user.id });
    const home: unknown = await answer.json();
    if (!isHome(home)) throw new Error("The provisioner answered something else than a home");
    return home;
  });
}

/**
 * Takes a home down when its user is gone. Its volume stays, as Matrix OS's documents say. Clerk's event has only the
 * user's id, so the home is looked up by its owner.
 */
export function removeHome(platform: Platform, user: ClerkUser, step: Step): Promise<void> {
  return step.run("remove", async () => {
    const query = new URLSearchParams({ owner: user.id, blueprint: "home" });
    const found: unknown = await (await call(platform, "GET", `/v1/workspaces?${query}`)).json();
    for (const id of idsOf(found)) {
      await call(platform, "DELETE", `/v1/workspaces/${id}?volumes=keep&wait=60`, undefined, [404]);
    }
  });
}

/** The handle is the user's name; one who chose none has their id, made fit for a host name. */
export function handleOf({ id, username }: ClerkUser): string {
  return (username ?? id)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40);
}

async function call(
  platform: Platform,
  method: string,
  path: string,
  body?: object,
  fine: readonly number[] = [],
): Promise<Response> {
  const answer = await (platform.fetch ?? fetch)(new URL(path, platform.url), {
    method,
    headers: {
      authorization: `Bearer ${platform.token}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (answer.ok || fine.includes(answer.status)) return answer;
  const message = `${method} ${path}: ${answer.status} ${await reasonOf(answer)}`;
  const useless = answer.status < 500 && answer.status !== 409 && answer.status !== 429;
  throw useless ? new RefusedError(message) : new Error(message);
}

async function reasonOf(answer: Response): Promise<string> {
  const problem: unknown = await answer.json().catch(() => undefined);
  return typeof problem === "object" && problem !== null && "detail" in problem ? String(problem.detail) : "";
}

function idsOf(page: unknown): readonly string[] {
  const items: unknown = typeof page === "object" && page !== null && "items" in page ? page.items : undefined;
  return (Array.isArray(items) ? items : []).map((item: unknown) => String(Reflect.get(Object(item), "id")));
}

function isHome(value: unknown): value is Home {
  return (
    typeof value === "object" &&
    value !== null &&
    ["handle", "containerId", "status"].every((name) => typeof Reflect.get(value, name) === "string")
  );
}
