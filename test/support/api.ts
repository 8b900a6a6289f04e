import { setTimeout as delay } from "node:timers/promises";
import type { z } from "zod";
import { operationList, operationLog, volumeList, workspacePage } from "../../provisioner/contract/answers.ts";
import { accepted, type CreatedAnswer, created } from "../../provisioner/contract/requests.ts";
import { type Operation, operation, type Workspace, workspace } from "../../provisioner/contract/workspace.ts";

/** An answer of the API, whatever it says. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Talks to a provisioner as a product's backend would. */
export interface ApiClient {
  call(method: string, path: string, body?: object, headers?: Readonly<Record<string, string>>): Promise<ApiAnswer>;
  create(body: object): Promise<CreatedAnswer>;
  remove(id: string, volumes?: "keep" | "delete"): Promise<{ readonly operation: Operation | null }>;
  workspace(id: string): Promise<Workspace>;
  workspaces(query?: string): Promise<Workspace[]>;
  operation(id: string): Promise<Operation>;
  operations(workspace: string): Promise<Operation[]>;
  log(operation: string): Promise<string[]>;
  keptVolumes(): Promise<z.infer<typeof volumeList>["items"]>;
  /** Resolves with the operation when it has an outcome; rides over restarts of the provisioner. */
  settled(operation: string, milliseconds?: number): Promise<Operation>;
  /** Resolves when something is so; rides over restarts of the provisioner. */
  until<T>(what: string, look: () => Promise<T | undefined>, milliseconds?: number): Promise<T>;
}

export function createApiClient({ url, token }: { readonly url: string; readonly token: string }): ApiClient {
  const call: ApiClient["call"] = async (method, path, body, headers = {}) => {
    const answer = await fetch(new URL(path, url), {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === "" ? undefined : JSON.parse(text) };
  };
  const ok = async <T>(schema: z.ZodType<T>, ...request: Parameters<typeof call>): Promise<T> => {
    const answer = await call(...request);
    if (answer.status > 299) {
      throw new Error(`${request[0]} ${request[1]}: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
    return schema.parse(answer.body);
  };
  const until: ApiClient["until"] = async (what, look, milliseconds = 120_000) => {
    const deadline = Date.now() + milliseconds;
    let last: unknown;
    for (;;) {
      try {
        const value = await look();
        if (value !== undefined) return value;
      } catch (error) {
        // Nobody listens while it is down.
        last = error;
      }
      if (Date.now() > deadline) throw new Error(`not within ${milliseconds} ms: ${what}`, { cause: last });
      await delay(50);
    }
  };
  return {
    call,
    until,
    create: (body) => ok(created, "POST", "/v1/workspaces", body),
    remove: (id, volumes) =>
      ok(accepted, "DELETE", `/v1/workspaces/${id}${volumes === undefined ? "" : `?volumes=${volumes}`}`),
    workspace: (id) => ok(workspace, "GET", `/v1/workspaces/${id}`),
    workspaces: async (query = "") => (await ok(workspacePage, "GET", `/v1/workspaces?limit=200&${query}`)).items,
    operation: (id) => ok(operation, "GET", `/v1/operations/${id}`),
    operations: async (id) => (await ok(operationList, "GET", `/v1/workspaces/${id}/operations`)).items,
    log: async (id) => (await ok(operationLog, "GET", `/v1/operations/${id}/log`)).items.map(({ message }) => message),
    keptVolumes: async () => (await ok(volumeList, "GET", "/v1/volumes")).items,
    settled: (id, milliseconds) =>
      until(
        `operation ${id} has an outcome`,
        async () => {
          const found = await ok(operation, "GET", `/v1/operations/${id}`);
          return found.outcome === null ? undefined : found;
        },
        milliseconds,
      ),
  };
}
