import type { IncomingMessage } from "node:http";
import { Agent, request as httpsRequest, type RequestOptions } from "node:https";
import { RuntimeError } from "../runtime.ts";
import type { ClusterAccess } from "./access.ts";
import { statusObject } from "./objects.ts";

/** The cluster answered, and not with success. */
export class ApiError extends RuntimeError {
  /** HTTP status: 404, 409, 410 … */
  readonly status: number;
  /** Kubernetes' own word: `NotFound`, `Conflict`, `Expired` … */
  readonly reason: string;
  constructor(status: number, reason: string, message: string) {
    // What may be different in a moment: too many requests, a server that starts, stops or lost its database.
    super(status === 429 || status >= 500 ? "unreachable" : "refused", message);
    this.status = status;
    this.reason = reason;
  }
}

/** Whether this is the API server's answer with that HTTP status. */
export function isStatus(error: unknown, status: number): boolean {
  return error instanceof ApiError && error.status === status;
}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface ApiRequest {
  /** @default "GET" */
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path from the root, for example `/api/v1/namespaces`. */
  readonly path: string;
  readonly query?: Query;
  readonly body?: unknown;
  /** @default "application/json" */
  readonly contentType?: string;
  /** Milliseconds until an answer must be there. @default 30000 */
  readonly timeout?: number;
  readonly signal?: AbortSignal | undefined;
}

/** A small client of one API server. Everything that it sends may safely be sent twice. */
export interface KubernetesClient {
  /** The cluster's address, for messages. */
  readonly server: string;
  /** @throws ApiError for an answer that is no success; RuntimeError `unreachable` when there is none. */
  request(request: ApiRequest): Promise<unknown>;
  /**
   * The lines of an endless answer, each parsed as JSON; resolves when the answer begins. Ends when the server ends it;
   * throws when the connection breaks, when nothing came for `silence` milliseconds, or when the signal aborts.
   */
  lines(request: { path: string; query: Query; silence: number; signal: AbortSignal }): Promise<AsyncIterable<unknown>>;
  close(): void;
}

export const mergePatch = "application/merge-patch+json";
export const applyPatch = "application/apply-patch+yaml";

export function createClient(access: ClusterAccess): KubernetesClient {
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 32,
    // Well below what load balancers before API servers allow an idle connection.
    timeout: 60_000,
    scheduling: "lifo",
    rejectUnauthorized: !access.insecure,
    ca: access.authority,
    cert: access.certificate,
    key: access.key,
    servername: access.serverName,
  });
  // A watch holds its connection for minutes: it must not take one from the requests.
  const watchAgent = new Agent({ ...agent.options, keepAlive: false, maxSockets: 64, timeout: 0 });

  const open = async (
    options: RequestOptions,
    { path, query }: ApiRequest,
    body?: string,
    retried = false,
  ): Promise<IncomingMessage> => {
    const token = await access.token().catch((error) => {
      throw unreachable(access.server, error);
    });
    const headers = { ...options.headers, ...(token ? { authorization: `Bearer ${token}` } : {}) };
    return new Promise((resolve, reject) => {
      const outgoing = httpsRequest(new URL(access.server + path + search(query)), { ...options, headers }, resolve);
      outgoing.on("error", (error) => {
        const { signal } = options;
        if (signal?.aborted && !isTimeout(signal.reason)) reject(signal.reason);
        // The server may close an idle connection in the moment in which it is used again.
        else if (outgoing.reusedSocket && !retried && !signal?.aborted)
          resolve(open(options, { path, ...(query ? { query } : {}) }, body, true));
        else reject(unreachable(access.server, signal?.aborted ? signal.reason : error));
      });
      outgoing.end(body);
    });
  };

  return {
    server: access.server,

    async request({ method = "GET", path, query, body, contentType, timeout = 30_000, signal }) {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const limits = AbortSignal.any([AbortSignal.timeout(timeout), ...(signal ? [signal] : [])]);
      const headers = {
        accept: "application/json",
        ...(text === undefined
          ? {}
          : { "content-type": contentType ?? "application/json", "content-length": Buffer.byteLength(text) }),
      };
      const incoming = await open(
        { method, agent, headers, signal: limits },
        { path, ...(query ? { query } : {}) },
        text,
      );
      const answer = await readAll(incoming, access.server, limits);
      const status = incoming.statusCode ?? 0;
      if (status < 200 || status > 299) throw apiError(status, answer, `${method} ${path}`, access.server);
      return parseJson(answer);
    },

    async lines({ path, query, silence, signal }) {
      const incoming = await open(
        { agent: watchAgent, headers: { accept: "application/json" }, signal, timeout: silence },
        { path, query },
      );
      const status = incoming.statusCode ?? 0;
      if (status !== 200) {
        throw apiError(status, await readAll(incoming, access.server, signal), `GET ${path}`, access.server);
      }
      incoming.setTimeout(silence, () => incoming.destroy(new Error(`nothing was heard for ${silence} ms`)));
      return linesOf(incoming, access.server, signal);
    },

    close() {
      agent.destroy();
      watchAgent.destroy();
    },
  };
}

async function* linesOf(incoming: IncomingMessage, server: string, signal: AbortSignal): AsyncGenerator<unknown> {
  incoming.setEncoding("utf8");
  let rest = "";
  try {
    for await (const chunk of incoming) {
      const parts = `${rest}${chunk}`.split("\n");
      rest = parts.pop() ?? "";
      for (const part of parts) if (part) yield parseJson(part);
    }
  } catch (error) {
    throw signal.aborted ? signal.reason : unreachable(server, error);
  } finally {
    incoming.destroy();
  }
}

function search(query: Query | undefined): string {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) if (value !== undefined) parameters.set(key, `${value}`);
  return parameters.size === 0 ? "" : `?${parameters}`;
}

async function readAll(incoming: IncomingMessage, server: string, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of incoming) chunks.push(chunk);
  } catch (error) {
    throw signal.aborted && !isTimeout(signal.reason) ? signal.reason : unreachable(server, error);
  }
  return Buffer.concat(chunks).toString();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RuntimeError("unreachable", `The cluster answered with something that is not JSON: ${text.slice(0, 80)}`);
  }
}

function apiError(status: number, text: string, what: string, server: string): ApiError {
  let parsed: ReturnType<typeof statusObject.safeParse> | undefined;
  try {
    parsed = statusObject.safeParse(JSON.parse(text));
  } catch {
    // Not the API server itself, but something before it.
  }
  const message = parsed?.success ? parsed.data.message : text.slice(0, 200);
  return new ApiError(status, parsed?.success ? parsed.data.reason : "", `${server}: ${what}: ${status} ${message}`);
}

function isTimeout(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === "TimeoutError";
}

function unreachable(server: string, error: unknown): RuntimeError {
  const why = isTimeout(error) ? "no answer in time" : error instanceof Error ? describe(error) : String(error);
  return new RuntimeError("unreachable", `The cluster at ${server} does not answer: ${why}.`);
}

/** Of several addresses tried, Node names none in the message of the error that it throws. */
function describe(error: Error): string {
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return error.errors[0].message;
  return error.message || error.name;
}
