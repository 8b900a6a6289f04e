import type { Logger } from "pino";
import type { Blueprint } from "../../components/workspace/blueprints/index.ts";
import type { ReadinessCheck } from "../contract/answers.ts";
import type { AccessService } from "../workspaces/access.ts";
import type { WorkspaceService } from "../workspaces/service.ts";
import type { ApiMetrics } from "./metrics.ts";
import type { TokenStore, WebhookStore } from "./stores.ts";

/** Limits that keep one caller from hurting the others. */
export interface ApiLimits {
  /** Bytes of a request's body. */
  readonly bodyBytes: number;
  /** Requests per minute and token. */
  readonly requestsPerMinute: number;
  /** Refused attempts to prove who one is, per minute and address. */
  readonly refusalsPerMinute: number;
  /** Requests of one token that are held by `?wait=` at once; further ones are answered at once. */
  readonly heldRequests: number;
  /** Log streams of one token at once. */
  readonly streams: number;
}

export const defaultLimits: ApiLimits = {
  bodyBytes: 64 * 1024,
  requestsPerMinute: 1200,
  refusalsPerMinute: 60,
  heldRequests: 100,
  streams: 20,
};

/** Signed sign-up events of the product's user management. */
export interface SignupOptions {
  /** `whsec_…`; several while they are rotated. None: the endpoint is off. */
  readonly secrets: readonly string[];
  /** Blueprint of a new user's workspace. */
  readonly blueprint: string;
}

/** What the compatibility routes need to know. */
export interface CompatOptions {
  /** Seconds that a provision or delete is held for its outcome before it is answered all the same. */
  readonly holdSeconds: number;
}

export interface ApiDeps {
  readonly service: WorkspaceService;
  readonly access: AccessService;
  readonly tokens: TokenStore;
  readonly webhooks: WebhookStore;
  readonly blueprints: Readonly<Record<string, Blueprint>>;
  readonly log: Logger;
  readonly metrics: ApiMetrics;
  /** One check per thing that the provisioner cannot work without, by its name: database, cluster, queue. */
  readonly readiness: () => Promise<Readonly<Record<string, ReadinessCheck>>>;
  readonly signup: SignupOptions;
  readonly compat: CompatOptions;
  readonly limits?: Partial<ApiLimits>;
  /** Origins whose pages may call the API. */
  readonly corsOrigins?: readonly string[];
  /** A further admin token, from the configuration; it is not stored. */
  readonly adminToken?: string;
  /** Addresses or CIDR blocks of proxies whose `X-Forwarded-For` is believed. */
  readonly trustedProxies?: readonly string[];
  /** Aborted when the process is told to stop: held requests and streams end, as far as they came. */
  readonly stopping?: AbortSignal;
  readonly now?: () => Date;
}
