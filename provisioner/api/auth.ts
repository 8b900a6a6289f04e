import { createMiddleware } from "hono/factory";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import type { TokenScope } from "../contract/answers.ts";
import { type AddressOf, limitKey } from "./addresses.ts";
import type { ApiContext, ApiEnv, Identity } from "./context.ts";
import { ApiProblem } from "./problems.ts";
import type { TokenStore } from "./stores.ts";
import { hashToken, isValid, sameHash, tokenPattern } from "./tokens.ts";

export interface AuthOptions {
  readonly tokens: TokenStore;
  readonly adminToken: string | undefined;
  readonly requestsPerMinute: number;
  readonly now: () => Date;
}

/** Counts refused attempts by address, so that guessing and flooding stay cheap for us. */
export interface Refusals {
  /** Counts one; throws `rate-limited` instead of returning when there were too many. */
  count(context: ApiContext): Promise<void>;
  /** Whether the next one is to be refused without looking. */
  exhausted(context: ApiContext): Promise<number>;
}

export function createRefusals(perMinute: number, addressOf: AddressOf): Refusals {
  const limiter = new RateLimiterMemory({ points: perMinute, duration: 60 });
  const keyOf = (context: ApiContext) => limitKey(addressOf(context));
  return {
    count: (context) => consume(limiter, keyOf(context)),
    async exhausted(context) {
      const state = await limiter.get(keyOf(context));
      return state !== null && state.consumedPoints >= perMinute ? state.msBeforeNext : 0;
    },
  };
}

/** Finds out who asks, or refuses; then counts the request against that token's limit. */
export function authenticate(options: AuthOptions, refusals: Refusals) {
  const limiter = new RateLimiterMemory({ points: options.requestsPerMinute, duration: 60 });
  const recent = createRecent();
  const adminHash = options.adminToken === undefined ? undefined : hashToken(options.adminToken);

  const identify = async (context: ApiContext): Promise<Identity | null> => {
    const token = bearerToken(context.req.header("authorization"));
    if (token === null) return null;
    const hash = hashToken(token);
    if (adminHash !== undefined && sameHash(hash, adminHash)) return configuredAdmin;
    const id = tokenPattern.exec(token)?.[1];
    if (id === undefined) return null;
    // An address with too many refusals gets no further look into the database, but for tokens that were good lately:
    // others behind the same address go on.
    if (!recent.has(hash) && (await refusals.exhausted(context)) > 0) return null;
    const find = async () => {
      const stored = await options.tokens.find(id);
      return stored !== null && sameHash(stored.hash, hash) && isValid(stored, options.now()) ? stored : null;
    };
    const stored = await find();
    if (stored === null) return null;
    recent.add(hash);
    return {
      subject: `token:${id}`,
      scope: stored.scope,
      viewer: stored.scope === "user" ? stored.owner : null,
      stillValid: async () => (await find()) !== null,
    };
  };

  return createMiddleware<ApiEnv>(async (context, next) => {
    const identity = await identify(context);
    if (identity === null) {
      await refusals.count(context);
      throw unauthenticated(context.req.header("authorization"));
    }
    await consume(limiter, identity.subject);
    // A token bound to nobody must never see everybody's.
    if (identity.scope === "user" && identity.viewer === null) throw unauthenticated(undefined);
    context.set("identity", identity);
    await next();
  });
}

/** Lets only these scopes pass. */
export function allow(...scopes: readonly TokenScope[]) {
  return createMiddleware<ApiEnv>(async (context, next) => {
    if (!scopes.includes(context.var.identity.scope)) {
      throw new ApiProblem("forbidden", `Use a token with the scope ${scopes.join(" or ")}.`);
    }
    await next();
  });
}

const configuredAdmin: Identity = {
  subject: "token:configured",
  scope: "admin",
  viewer: null,
  stillValid: () => Promise.resolve(true),
};

function bearerToken(header: string | undefined): string | null {
  return /^Bearer ([\x21-\x7e]{16,512})$/i.exec(header ?? "")?.[1] ?? null;
}

/** One answer for all that is wrong with a token: which of its parts is, is nobody's business. */
function unauthenticated(header: string | undefined): ApiProblem {
  const fix =
    header === undefined
      ? "is needed: 'Authorization: Bearer berth_…'"
      : "must be 'Bearer ' and a token that is known, not expired and not revoked";
  return new ApiProblem("unauthenticated", "Send a valid token as 'Authorization: Bearer berth_…'.", {
    errors: [{ field: "authorization", value: header === undefined ? "(missing)" : "(hidden)", fix }],
    headers: { "www-authenticate": 'Bearer realm="berth"' },
  });
}

async function consume(limiter: RateLimiterMemory, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    throw rateLimited(error.msBeforeNext);
  }
}

export function rateLimited(milliseconds: number): ApiProblem {
  const seconds = Math.max(1, Math.ceil(milliseconds / 1000));
  return new ApiProblem("rate-limited", `Try again in ${seconds} seconds.`, {
    headers: { "retry-after": String(seconds) },
  });
}

/** The last few thousand good tokens' hashes, oldest out first. */
function createRecent() {
  const hashes = new Set<string>();
  return {
    has: (hash: string) => hashes.has(hash),
    add(hash: string) {
      hashes.delete(hash);
      hashes.add(hash);
      for (const oldest of hashes) {
        if (hashes.size <= 5000) break;
        hashes.delete(oldest);
      }
    },
  };
}
