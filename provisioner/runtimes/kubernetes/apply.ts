import { applyPatch, type KubernetesClient } from "./client.ts";

/** An object as it is written, of any kind. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** Path of an object by its manifest. */
export function pathOf({ apiVersion, kind, metadata: { name, namespace } }: Manifest): string {
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return `${root}${namespace ? `/namespaces/${namespace}` : ""}/${pluralOf(kind)}/${name}`;
}

/** Writes an object as it is by server-side apply, refusing fields that do not exist. */
export async function applyObject(client: KubernetesClient, manifest: Manifest, fieldManager: string): Promise<void> {
  await client.request({
    method: "PATCH",
    path: pathOf(manifest),
    query: { fieldManager, force: true, fieldValidation: "Strict" },
    contentType: applyPatch,
    body: manifest,
  });
}

/** Kubernetes' own rule for the names of its collections. */
function pluralOf(kind: string): string {
  const name = kind.toLowerCase();
  if (name.endsWith("y")) return `${name.slice(0, -1)}ies`;
  return /(s|x|ch)$/.test(name) ? `${name}es` : `${name}s`;
}
