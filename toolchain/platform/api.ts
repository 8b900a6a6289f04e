import { request } from "node:https";
import type { Access } from "./credentials.ts";

/** An answer of the API server. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** What went wrong when no answer came: not listening yet, a wrong certificate, too slow. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
}

/** Server-side apply; JSON is YAML. */
const apply = "application/apply-patch+yaml";

/** Asks the local platform's API server; a small client, so that the platform's start need not load a large one. */
export function ask(
  access: Access,
  method: "GET" | "POST" | "PATCH" | "DELETE",
  path: string,
  body?: object,
  timeoutMs = 5000,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(new NoAnswer(`${method} ${path}: ${error.message}`, { cause: error }));
    const outgoing = request(
      new URL(path, access.server),
      {
        method,
        ca: access.authority,
        agent: false,
        timeout: timeoutMs,
        headers: {
          authorization: `Bearer ${access.token}`,
          accept: "application/json",
          ...(body ? { "content-type": method === "PATCH" ? apply : "application/json" } : {}),
        },
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.on("error", fail);
        incoming.on("end", () => resolve({ status: incoming.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
      },
    );
    outgoing.on("timeout", () => outgoing.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    outgoing.on("error", fail);
    outgoing.end(body ? JSON.stringify(body) : undefined);
  });
}

/** Creates an object; one that is there already is fine. */
export async function ensureObject(access: Access, collection: string, object: object): Promise<void> {
  const { status, text } = await ask(access, "POST", collection, object);
  if (status !== 201 && status !== 409) throw new Error(`POST ${collection}: ${status} ${text}`);
}

/** Brings an object to what is said of it, whether it is there or not. */
export async function applyObject(
  access: Access,
  collection: string,
  object: { readonly metadata: { readonly name: string } },
): Promise<void> {
  const path = `${collection}/${object.metadata.name}?fieldManager=berth&force=true`;
  const { status, text } = await ask(access, "PATCH", path, object);
  if (status !== 200 && status !== 201) throw new Error(`PATCH ${path}: ${status} ${text}`);
}
