import { request } from "node:https";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { loadAccess } from "../../provisioner/runtimes/kubernetes/access.ts";

/** What the API server answered. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  /** Its `message`, when it said no. */
  readonly message: string;
}

/** One caller of a cluster's API server. */
export interface Caller {
  call(method: string, path: string, body?: unknown): Promise<Answer>;
  /** The same caller's cluster with another token. */
  as(token: string): Caller;
}

/** Connects with a kubeconfig's own rights. */
export async function connect(kubeconfig: string): Promise<Caller> {
  const access = await loadAccess({ kubeconfig });
  const caller = (token: string | undefined): Caller => ({
    as: caller,
    call: (method, path, body) =>
      new Promise((resolve, reject) => {
        const type = method === "PATCH" ? patchType(path) : "application/json";
        const outgoing = request(
          new URL(path, access.server),
          { method, ca: access.authority, headers: { authorization: `Bearer ${token}`, "content-type": type } },
          (incoming) => {
            let text = "";
            incoming.setEncoding("utf8").on("data", (chunk: string) => {
              text += chunk;
            });
            incoming.on("error", reject).on("end", () => {
              const answer: unknown = text === "" ? null : JSON.parse(text);
              resolve({ status: incoming.statusCode ?? 0, body: answer, message: messageOf(answer) });
            });
          },
        );
        outgoing.on("error", reject).end(body === undefined ? undefined : JSON.stringify(body));
      }),
  });
  return caller(await access.token());
}

/** Server-side apply where the path names a field manager, else a merge. */
function patchType(path: string): string {
  return path.includes("fieldManager=") ? "application/apply-patch+yaml" : "application/merge-patch+json";
}

function messageOf(answer: unknown): string {
  return typeof answer === "object" && answer !== null && "message" in answer ? String(answer.message) : "";
}

interface AnyManifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** Path of an object. All kinds that Berth makes have a regular plural. */
export function pathOf({ apiVersion, kind, metadata }: AnyManifest): string {
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const place = metadata.namespace === undefined ? root : `${root}/namespaces/${metadata.namespace}`;
  return `${place}/${pluralOf(kind.toLowerCase())}/${metadata.name}`;
}

function pluralOf(kind: string): string {
  if (kind.endsWith("s")) return `${kind}es`;
  return kind.endsWith("y") ? `${kind.slice(0, -1)}ies` : `${kind}s`;
}

/** Server-side apply with strict field validation; throws what the API server says against it. */
export async function apply(caller: Caller, manifests: readonly AnyManifest[]): Promise<void> {
  for (const manifest of manifests) {
    const path = `${pathOf(manifest)}?fieldManager=berth-test&fieldValidation=Strict&force=true`;
    const { status, message } = await caller.call("PATCH", path, manifest);
    if (status !== 200 && status !== 201) throw new Error(`${pathOf(manifest)}: ${status} ${message}`);
  }
}

/** Polls until `probe` gives a value; throws at the deadline. */
export async function until<T>(what: string, probe: () => Promise<T | undefined>, milliseconds = 20_000): Promise<T> {
  const deadline = Date.now() + milliseconds;
  for (;;) {
    const value = await probe();
    if (value !== undefined) return value;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${milliseconds} ms`);
    await delay(25);
  }
}

/** What is at a path of an answer's body. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((inner, key) => {
    if (typeof inner !== "object" || inner === null) return undefined;
    return Object.entries(inner).find(([name]) => name === String(key))?.[1];
  }, value);
}

const volumeList = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      spec: z.object({ claimRef: z.object({ namespace: z.string() }).optional() }),
    }),
  ),
});

/** Names of the volumes that are or were bound to claims of a namespace. */
export async function volumesOf(caller: Caller, namespace: string): Promise<readonly string[]> {
  const { items } = volumeList.parse((await caller.call("GET", "/api/v1/persistentvolumes")).body);
  return items.filter(({ spec }) => spec.claimRef?.namespace === namespace).map(({ metadata }) => metadata.name);
}
