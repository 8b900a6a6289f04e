import { signMessage } from "../../examples/signup/sign.ts";

/** What a case may refer to: all of it was there before. */
export interface World {
  readonly admin: string;
  readonly service: string;
  /** Tokens of two users; Alice has a workspace, Bob has one too. */
  readonly alice: string;
  readonly expired: string;
  readonly revoked: string;
  readonly webhookSecret: string;
  readonly aliceWorkspace: string;
  readonly bobWorkspace: string;
  readonly bobOperation: string;
  /** Alice has as many workspaces as one may have. */
  readonly fullOwner: string;
  readonly now: Date;
}

export interface BadInput {
  readonly what: string;
  readonly method: string;
  readonly path: string | ((world: World) => string);
  /** Default: the service's. `null`: none. */
  readonly token?: keyof World | { readonly raw: string } | null;
  readonly headers?: Readonly<Record<string, string>> | ((world: World) => Record<string, string>);
  /** JSON of it is sent; text and bytes as they are. */
  readonly body?: unknown;
  readonly status: number;
  readonly code: string;
  readonly errors?: readonly { readonly field: string; readonly value?: string; readonly fix?: RegExp }[];
  /** Must not be in the answer. */
  readonly secret?: string;
}

const create = (body: Record<string, unknown>) => ({
  method: "POST",
  path: "/v1/workspaces",
  body: { owner: "carol", blueprint: "home", ...body },
});

const handle = (
  what: string,
  value: string,
  status: number,
  code: string,
  shown = JSON.stringify(value),
): BadInput => ({
  what: `a handle ${what}`,
  ...create({ handle: value }),
  status,
  code,
  errors: [{ field: "handle", value: shown }],
});

const owner = (what: string, value: unknown, shown = JSON.stringify(value)): BadInput => ({
  what: `a user id ${what}`,
  ...create({ owner: value }),
  status: 422,
  code: "invalid",
  errors: [{ field: "owner", value: shown, fix: /1 to 128|needed|expected string/ }],
});

const parameter = (what: string, parameters: unknown, field: string): BadInput => ({
  what: `parameters ${what}`,
  ...create({ parameters }),
  status: 422,
  code: "invalid",
  errors: [{ field }],
});

const desktop = (what: string, userId: string, fix: RegExp, shown = JSON.stringify(userId)): BadInput => ({
  what: `a desktop for a user id ${what}`,
  method: "POST",
  path: "/api/v1/workspace/provision",
  body: { userId, email: "user@example.com" },
  status: 422,
  code: "invalid",
  errors: [{ field: "userId", value: shown, fix }],
});

const long = "a".repeat(300);

export const badInputs: readonly BadInput[] = [
  // Who the workspace is for.
  owner("of 300 characters", long, `"${"a".repeat(78)}…`),
  owner("of emoji", "😀", '"😀"'),
  owner("with blanks", "user 1"),
  owner("with a slash", "../admin"),
  owner("that is empty", ""),
  owner("that is a number", 7),
  owner("that is null", null),
  owner("with a line break", "a\nb"),
  owner("of look-alike letters", "аlice"),
  { ...owner("that is missing", undefined, "(missing)"), body: { blueprint: "home" } },

  // Under which name it is found.
  handle("with capitals", "Alice", 422, "invalid"),
  handle("with a dot", "alice.smith", 422, "invalid"),
  handle("of emoji", "😀", 422, "invalid"),
  handle("of 300 characters", long, 422, "invalid", `"${"a".repeat(78)}…`),
  handle("of 41 characters", "a".repeat(41), 422, "invalid"),
  handle("of look-alike letters", "аdmin", 422, "invalid"),
  handle("that looks like a reserved one", "adm1n", 422, "invalid"),
  handle("that is reserved", "www", 422, "invalid"),
  handle("of the API's own", "api", 422, "invalid"),
  handle("that begins with a hyphen", "-alice", 422, "invalid"),
  handle("in punycode", "xn--80ak6aa92e", 422, "invalid"),
  handle("that is empty", "", 422, "invalid"),
  handle("that is taken", "alice", 409, "conflict"),

  // What it is.
  {
    what: "an unknown blueprint",
    ...create({ blueprint: "laptop" }),
    status: 422,
    code: "invalid",
    errors: [{ field: "blueprint", value: '"laptop"', fix: /home/ }],
  },
  {
    what: "a blueprint that is none",
    ...create({ blueprint: "__proto__" }),
    status: 422,
    code: "invalid",
    errors: [{ field: "blueprint" }],
  },
  {
    what: "a blueprint by a name of every object",
    ...create({ blueprint: "constructor" }),
    status: 422,
    code: "invalid",
    errors: [{ field: "blueprint" }],
  },
  {
    what: "an estimate of an unknown blueprint",
    ...{ method: "POST", path: "/v1/estimate", body: { blueprint: "__proto__" } },
    ...{ status: 422, code: "invalid", errors: [{ field: "blueprint" }] },
  },
  {
    what: "an estimate with what is no option",
    ...{ method: "POST", path: "/v1/estimate", body: { blueprint: "home", hours: 3 } },
    ...{ status: 422, code: "invalid", errors: [{ field: "hours", value: "3", fix: /leave it out/ }] },
  },
  {
    what: "an estimate for as many users as there cannot be",
    ...{ method: "POST", path: "/v1/estimate", body: { blueprint: "home", users: 2_000_000 } },
    ...{ status: 422, code: "invalid", errors: [{ field: "users" }] },
  },
  {
    what: "an estimate of secrets among the parameters",
    ...{ method: "POST", path: "/v1/estimate", body: { blueprint: "home", parameters: { password: "hunter22" } } },
    ...{ status: 422, code: "invalid", errors: [{ field: "parameters.password", value: "(hidden)" }] },
    secret: "hunter22",
  },
  {
    what: "an estimate without a token",
    ...{ method: "POST", path: "/v1/estimate", token: null, body: { blueprint: "home" } },
    ...{ status: 401, code: "unauthenticated" },
  },
  {
    what: "an estimate with a query",
    ...{ method: "POST", path: "/v1/estimate?wait=1", body: { blueprint: "home" } },
    ...{ status: 400, code: "malformed", errors: [{ field: "wait" }] },
  },
  {
    what: "a name with capitals",
    ...create({ name: "Desk" }),
    status: 422,
    code: "invalid",
    errors: [{ field: "name", value: '"Desk"' }],
  },
  {
    what: "a field that is not known",
    ...create({ image: "evil/image" }),
    status: 422,
    code: "invalid",
    errors: [{ field: "image", value: '"evil/image"', fix: /leave it out/ }],
  },
  {
    what: "a secret in an unknown field",
    ...create({ apiKey: "s3cr3t-value" }),
    status: 422,
    code: "invalid",
    errors: [{ field: "apiKey", value: "(hidden)" }],
    secret: "s3cr3t-value",
  },
  parameter("out of range", { memoryLimit: "100Ti" }, "parameters.memoryLimit"),
  parameter("of the wrong type", { cpuLimit: 4 }, "parameters.cpuLimit"),
  parameter("that are not known", { privileged: true }, "parameters.privileged"),
  parameter("that are no object", "all", "parameters"),
  parameter("in a list", [], "parameters"),
  {
    what: "one workspace too many for its owner",
    ...create({ owner: "dave", name: "one-more" }),
    status: 403,
    code: "limit-reached",
  },
  { what: "a workspace that is there already", ...create({ owner: "alice" }), status: 409, code: "conflict" },

  // What is not readable.
  {
    what: "broken JSON",
    method: "POST",
    path: "/v1/workspaces",
    body: '{"owner":',
    status: 400,
    code: "malformed",
    errors: [{ field: "(the whole)", fix: /JSON/ }],
  },
  {
    what: "an empty body",
    method: "POST",
    path: "/v1/workspaces",
    body: "",
    headers: { "content-type": "application/json" },
    status: 400,
    code: "malformed",
  },
  {
    what: "bytes that are not UTF-8",
    method: "POST",
    path: "/v1/workspaces",
    body: Uint8Array.of(0x22, 0xff, 0x22),
    status: 400,
    code: "malformed",
  },
  {
    what: "a body nested without end",
    method: "POST",
    path: "/v1/workspaces",
    body: "[".repeat(9000) + "]".repeat(9000),
    status: 400,
    code: "malformed",
  },
  {
    what: "a body nested without end, of another JSON's type",
    method: "POST",
    path: "/v1/workspaces",
    body: `{"owner":"carol","blueprint":"home","parameters":{"a":${"[".repeat(20_000)}${"]".repeat(20_000)}}}`,
    headers: { "content-type": "application/merge-patch+json" },
    status: 400,
    code: "malformed",
  },
  {
    what: "a NUL character in another JSON's type",
    ...create({ handle: "a\u0000b", handleFallback: "derive" }),
    headers: { "content-type": "application/vnd.api+json" },
    status: 400,
    code: "malformed",
    errors: [{ field: "handle" }],
  },
  {
    what: "a NUL character",
    ...create({ name: "a\u0000b" }),
    status: 400,
    code: "malformed",
    errors: [{ field: "name" }],
  },
  {
    what: "a prototype in the parameters",
    method: "POST",
    path: "/v1/workspaces",
    body: '{"owner":"carol","blueprint":"home","parameters":{"__proto__":{"x":1}}}',
    status: 400,
    code: "malformed",
    errors: [{ field: "parameters" }],
  },
  {
    what: "a list instead of an object",
    method: "POST",
    path: "/v1/workspaces",
    body: [],
    status: 422,
    code: "invalid",
  },
  { what: "an oversize body", ...create({ name: "x".repeat(70_000) }), status: 413, code: "too-large" },
  {
    what: "a body of another type",
    method: "POST",
    path: "/v1/workspaces",
    body: "owner=carol",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    status: 415,
    code: "unsupported-media-type",
  },

  // Queries, headers, paths, methods.
  {
    what: "a query that is not known",
    method: "GET",
    path: "/v1/workspaces?ower=x",
    status: 400,
    code: "malformed",
    errors: [{ field: "ower" }],
  },
  {
    what: "a limit that is none",
    method: "GET",
    path: "/v1/workspaces?limit=1e3",
    status: 400,
    code: "malformed",
    errors: [{ field: "limit", value: '"1e3"', fix: /1 to 200/ }],
  },
  {
    what: "a limit too high",
    method: "GET",
    path: "/v1/workspaces?limit=201",
    status: 400,
    code: "malformed",
    errors: [{ field: "limit" }],
  },
  {
    what: "a cursor that is none",
    method: "GET",
    path: "/v1/workspaces?cursor=nonsense",
    status: 422,
    code: "invalid",
    errors: [{ field: "cursor" }],
  },
  {
    what: "a wait too long",
    ...create({}),
    path: "/v1/workspaces?wait=301",
    status: 400,
    code: "malformed",
    errors: [{ field: "wait", value: '"301"' }],
  },
  {
    what: "a wait below zero",
    ...create({}),
    path: "/v1/workspaces?wait=-1",
    status: 400,
    code: "malformed",
    errors: [{ field: "wait" }],
  },
  {
    what: "an idempotency key too long",
    ...create({}),
    headers: { "idempotency-key": "k".repeat(256) },
    status: 400,
    code: "malformed",
    errors: [{ field: "idempotency-key" }],
  },
  {
    what: "an idempotency key of another request",
    ...create({ name: "other" }),
    headers: { "idempotency-key": "used-before" },
    status: 422,
    code: "idempotency-mismatch",
  },
  {
    what: "an id that is none",
    method: "GET",
    path: "/v1/workspaces/1%20OR%201=1",
    status: 404,
    code: "not-found",
    errors: [{ field: "id" }],
  },
  {
    what: "an id of nothing",
    method: "GET",
    path: "/v1/workspaces/ws-aaaaaaaaaaaaaaaa",
    status: 404,
    code: "not-found",
  },
  {
    what: "a volume disposal that is none",
    method: "DELETE",
    path: (world) => `/v1/workspaces/${world.aliceWorkspace}?volumes=burn`,
    status: 400,
    code: "malformed",
    errors: [{ field: "volumes", value: '"burn"', fix: /keep/ }],
  },
  {
    what: "a volume that is not there",
    method: "DELETE",
    path: "/v1/volumes/pvc-nothing",
    status: 404,
    code: "not-found",
  },
  {
    what: "an update of nothing",
    method: "PATCH",
    path: (world) => `/v1/workspaces/${world.aliceWorkspace}`,
    body: { parameters: {} },
    status: 422,
    code: "invalid",
    errors: [{ field: "parameters" }],
  },
  {
    what: "an update out of range",
    method: "PATCH",
    path: (world) => `/v1/workspaces/${world.aliceWorkspace}`,
    body: { parameters: { cpuLimit: "99" } },
    status: 422,
    code: "invalid",
    errors: [{ field: "parameters.cpuLimit" }],
  },
  { what: "an unknown path", method: "GET", path: "/v2/workspaces", status: 404, code: "not-found" },
  {
    what: "a method that the path has not",
    method: "PUT",
    path: "/v1/workspaces",
    status: 405,
    code: "method-not-allowed",
    errors: [{ field: "(method)", value: "PUT", fix: /GET, HEAD, POST/ }],
  },
  {
    what: "a last event id that is none",
    method: "GET",
    path: (world) => `/v1/operations/${world.bobOperation}/log`,
    headers: { "last-event-id": "x" },
    status: 400,
    code: "malformed",
    errors: [{ field: "last-event-id" }],
  },

  // Who asks.
  {
    what: "no token",
    method: "GET",
    path: "/v1/workspaces",
    token: null,
    status: 401,
    code: "unauthenticated",
    errors: [{ field: "authorization", value: "(missing)" }],
  },
  {
    what: "an expired token",
    ...create({}),
    token: "expired",
    status: 401,
    code: "unauthenticated",
    errors: [{ field: "authorization", value: "(hidden)" }],
  },
  { what: "a revoked token", ...create({}), token: "revoked", status: 401, code: "unauthenticated" },
  {
    what: "a malformed token",
    ...create({}),
    token: { raw: "Bearer berth_abc" },
    status: 401,
    code: "unauthenticated",
  },
  {
    what: "a token of nobody",
    ...create({}),
    token: { raw: `Bearer berth_${"a".repeat(16)}_${"b".repeat(52)}` },
    status: 401,
    code: "unauthenticated",
    secret: "bbbb",
  },
  {
    what: "another way to prove who one is",
    ...create({}),
    token: { raw: "Basic YWRtaW46YWRtaW4=" },
    status: 401,
    code: "unauthenticated",
    secret: "YWRtaW4",
  },
  {
    what: "a foreign workspace",
    method: "GET",
    path: (world) => `/v1/workspaces/${world.bobWorkspace}`,
    token: "alice",
    status: 404,
    code: "not-found",
  },
  {
    what: "a foreign workspace to delete",
    method: "DELETE",
    path: (world) => `/v1/workspaces/${world.bobWorkspace}`,
    token: "alice",
    status: 404,
    code: "not-found",
  },
  {
    what: "a foreign operation",
    method: "GET",
    path: (world) => `/v1/operations/${world.bobOperation}`,
    token: "alice",
    status: 404,
    code: "not-found",
  },
  {
    what: "a foreign log",
    method: "GET",
    path: (world) => `/v1/operations/${world.bobOperation}/log`,
    token: "alice",
    status: 404,
    code: "not-found",
  },
  {
    what: "a workspace for somebody else",
    ...create({ owner: "bob", name: "gift" }),
    token: "alice",
    status: 403,
    code: "forbidden",
    errors: [{ field: "owner", value: '"bob"' }],
  },
  {
    what: "a token made by a user",
    method: "POST",
    path: "/v1/tokens",
    body: { name: "x", scope: "admin" },
    token: "alice",
    status: 403,
    code: "forbidden",
  },
  {
    what: "a token made by a service",
    method: "POST",
    path: "/v1/tokens",
    body: { name: "x", scope: "admin" },
    status: 403,
    code: "forbidden",
  },
  {
    what: "a user's token without a user",
    method: "POST",
    path: "/v1/tokens",
    body: { name: "x", scope: "user" },
    token: "admin",
    status: 422,
    code: "invalid",
    errors: [{ field: "owner", value: "(missing)" }],
  },
  {
    what: "a compatibility call by a user",
    method: "GET",
    path: "/containers",
    token: "alice",
    status: 403,
    code: "forbidden",
  },

  // What existing systems send.
  desktop("with capitals", "Alice", /'alice'/),
  desktop("with a dot", "alice.smith", /a-z/),
  desktop("with an underscore", "user_2abc", /a-z/),
  desktop("that is an e-mail address", "alice@example.com", /a-z/),
  desktop("of emoji", "😀", /a-z/),
  desktop("of 300 characters", long, /at most 40/, `"${"a".repeat(78)}…`),
  desktop("of 41 characters", "a".repeat(41), /at most 40/),
  desktop("of look-alike letters", "аlice", /other scripts/),
  desktop("that looks like a reserved one", "adm1n", /choose another/),
  desktop("that is reserved", "www", /choose another/),
  desktop("that is empty", "", /empty/),
  {
    what: "a desktop under another's host name",
    method: "POST",
    path: "/api/v1/workspace/provision",
    body: { userId: "bob" },
    status: 409,
    code: "conflict",
    errors: [{ field: "userId", value: '"bob"', fix: /choose another userId/ }],
  },
  {
    what: "a desktop for nobody",
    method: "POST",
    path: "/api/v1/workspace/provision",
    body: { email: "user@example.com" },
    status: 422,
    code: "invalid",
    errors: [{ field: "userId" }],
  },
  {
    what: "the status of a user without a desktop",
    method: "GET",
    path: "/api/v1/workspace/nobody/status",
    status: 404,
    code: "not-found",
  },
  {
    what: "a container under a reserved handle",
    method: "POST",
    path: "/containers/provision",
    body: { handle: "admin", clerkUserId: "user_1" },
    status: 422,
    code: "invalid",
    errors: [{ field: "handle", value: '"admin"' }],
  },
  {
    what: "a container under another's handle",
    method: "POST",
    path: "/containers/provision",
    body: { handle: "bob", clerkUserId: "user_1" },
    status: 409,
    code: "conflict",
    errors: [{ field: "handle", value: '"bob"' }],
  },
  {
    what: "a container without a handle",
    method: "POST",
    path: "/containers/provision",
    body: { clerkUserId: "user_1" },
    status: 422,
    code: "invalid",
    errors: [{ field: "handle" }],
  },
  {
    what: "a container that is not there",
    method: "DELETE",
    path: "/containers/nobody",
    status: 404,
    code: "not-found",
  },
  {
    what: "a filter that is none",
    method: "GET",
    path: "/containers?status=happy",
    status: 400,
    code: "malformed",
    errors: [{ field: "status", value: '"happy"' }],
  },

  // Sign-up events.
  ...webhook(
    "with a wrong signature",
    (world) => ({ secret: `whsec_${Buffer.alloc(24, 99).toString("base64")}`, at: world.now }),
    "webhook-signature",
  ),
  ...webhook(
    "of long ago",
    (world) => ({ secret: world.webhookSecret, at: new Date(world.now.getTime() - 600_000) }),
    "webhook-timestamp",
  ),
  ...webhook(
    "of days to come",
    (world) => ({ secret: world.webhookSecret, at: new Date(world.now.getTime() + 600_000) }),
    "webhook-timestamp",
  ),
  {
    what: "a sign-up event without a signature",
    method: "POST",
    path: "/v1/webhooks/signup",
    token: null,
    body: signupBody("user_9"),
    status: 401,
    code: "unauthenticated",
    errors: [{ field: "webhook-id", value: "(missing)" }],
  },
  { what: "a signed event that is not JSON", ...signedEvent("{"), status: 400, code: "malformed" },
  {
    what: "a signed event without a user",
    ...signedEvent('{"type":"user.created","data":{}}'),
    status: 422,
    code: "invalid",
    errors: [{ field: "data.id" }],
  },
  { what: "an oversize sign-up event", ...signedEvent(signupBody("x".repeat(70_000))), status: 413, code: "too-large" },
];

function signupBody(id: string): string {
  return JSON.stringify({ type: "user.created", data: { id, username: "nina" } });
}

function signedEvent(body: string) {
  return {
    method: "POST",
    path: "/v1/webhooks/signup",
    token: null,
    body,
    headers: (world: World) => signMessage({ id: "msg_bad", at: world.now, body, secret: world.webhookSecret }),
  } as const;
}

function webhook(what: string, how: (world: World) => { secret: string; at: Date }, field: string): BadInput[] {
  const body = signupBody("user_9");
  return [
    {
      ...signedEvent(body),
      what: `a sign-up event ${what}`,
      headers: (world) => signMessage({ id: "msg_bad", body, ...how(world) }),
      status: 401,
      code: "unauthenticated",
      errors: [{ field }],
    },
  ];
}
