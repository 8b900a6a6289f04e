import type { IncomingMessage } from "node:http";
import type { Context } from "hono";
import type { TokenScope } from "../contract/answers.ts";

/** Who asks. */
export interface Identity {
  /** Names the token, not its secret: for limits, idempotency keys and the log. */
  readonly subject: string;
  readonly scope: TokenScope;
  /** Whose workspaces are seen and changed; null: everyone's. */
  readonly viewer: string | null;
  /** Whether the token is still good: for answers that take long. */
  readonly stillValid: () => Promise<boolean>;
}

export interface ApiEnv {
  Variables: { identity: Identity; requestId: string };
  Bindings: { incoming?: IncomingMessage };
}

export type ApiContext = Context<ApiEnv>;
