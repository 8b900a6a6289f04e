import { randomBytes } from "node:crypto";
import { foundationNames } from "../../components/platform/names.ts";
import { flattenFoundation, planFoundation } from "../../components/platform/plan.ts";
import { type FoundationSpec, parseFoundationSpec } from "../../components/platform/spec.ts";
import { loadAccess } from "../../provisioner/runtimes/kubernetes/access.ts";
import { apply, at, type Caller, connect, pathOf, until, volumesOf } from "./cluster.ts";
import { usePlatform } from "./platform.ts";

/** A name for what one test file makes, so that it meets no other's. */
export const newTag = (): string => randomBytes(4).toString("hex");

/** A foundation of a test file's own, beside others on the run's cluster. */
export function foundationFor(tag: string): FoundationSpec {
  return parseFoundationSpec({
    ...{ installation: `test-${tag}`, name: `test-${tag}` },
    storage: { provisioner: "kubernetes.io/host-path", volumeBindingMode: "Immediate" },
  });
}

export interface TestFoundation {
  /** Every right. */
  readonly admin: Caller;
  /** The engine's own rights, and no others. */
  readonly engine: Caller;
  /** Content of a kubeconfig with the engine's rights. */
  readonly engineKubeconfig: string;
  /** Removes it with these namespaces, and the volumes of their claims. */
  dispose(namespaces: readonly string[]): Promise<void>;
}

/** Applies a foundation and takes on the identity of its engine; ends when the engine's rights are in force. */
export async function createFoundation(spec: FoundationSpec): Promise<TestFoundation> {
  const { kubeconfig } = usePlatform();
  const names = foundationNames(spec);
  const manifests = flattenFoundation(planFoundation(spec));
  const admin = await connect(kubeconfig);
  await apply(admin, manifests);
  const account = `/api/v1/namespaces/${names.namespace}/serviceaccounts/${names.serviceAccounts.engine}/token`;
  const answer = await admin.call("POST", account, tokenRequest);
  const token = String(at(answer.body, "status", "token"));
  const engine = admin.as(token);
  await until("the engine's rights are in force", async () =>
    (await engine.call("GET", "/api/v1/pods")).status === 200 ? true : undefined,
  );
  const dispose = async (namespaces: readonly string[]) => {
    for (const namespace of namespaces) {
      const volumes = await volumesOf(admin, namespace);
      await admin.call("DELETE", `/api/v1/namespaces/${namespace}`);
      for (const volume of volumes) await admin.call("DELETE", `/api/v1/persistentvolumes/${volume}`);
    }
    for (const manifest of manifests.toReversed()) await admin.call("DELETE", pathOf(manifest));
  };
  return { admin, engine, engineKubeconfig: await kubeconfigOf(kubeconfig, token), dispose };
}

/** Asks for a token of a ServiceAccount. */
export const tokenRequest = {
  ...{ apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { expirationSeconds: 3600 } },
};

/** The same cluster with another token. */
async function kubeconfigOf(from: string, token: string): Promise<string> {
  const { server, authority = "" } = await loadAccess({ kubeconfig: from });
  const cluster = { server, "certificate-authority-data": Buffer.from(authority).toString("base64") };
  return JSON.stringify({
    ...{ apiVersion: "v1", kind: "Config", "current-context": "engine" },
    clusters: [{ name: "local", cluster }],
    users: [{ name: "engine", user: { token } }],
    contexts: [{ name: "engine", context: { cluster: "local", user: "engine" } }],
  });
}
